"""Section [measurements]: a section for each measurement that has keys of its own."""

from __future__ import annotations

from typing import Any

from pydantic import (
    ConfigDict,
    GetJsonSchemaHandler,
    ValidationError,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import CoreSchema, InitErrorDetails

from sram_spice.design.plugin_section import parameters_of
from sram_spice.design.section import Section
from sram_spice.errors import InputError
from sram_spice.registry import MEASUREMENTS


class MeasurementsDesign(Section):
    """How measurements are made: [measurements.NAME] has the keys that the measurement declares."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": False})

    @classmethod
    def of(cls, name: str) -> type[Section]:
        """Return the model of a measurement's section.

        Raises
        ------
        InputError
            It is not registered, or cannot be loaded.
        """
        return parameters_of(MEASUREMENTS, name, Section)

    def section(self, name: str) -> Section:
        """Return the section of a measurement, with its defaults where the design has none."""
        found = (self.model_extra or {}).get(name)
        return found if isinstance(found, Section) else self.of(name)()

    @model_validator(mode="wrap")
    @classmethod
    def _sections(
        cls, data: Any, handler: ModelWrapValidatorHandler[MeasurementsDesign]
    ) -> MeasurementsDesign:
        section = handler(data)
        for name, value in (section.model_extra or {}).items():
            assert section.model_extra is not None
            try:
                section.model_extra[name] = _validated(cls, name, value)
            except ValidationError as error:
                lines: list[InitErrorDetails] = [
                    InitErrorDetails(
                        type=one["type"],
                        loc=(name, *one["loc"]),
                        input=one["input"],
                        ctx=one.get("ctx", {}),
                    )
                    for one in error.errors(include_url=False)
                ]
                raise ValidationError.from_exception_data(cls.__name__, lines) from None
        return section

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Offer the section of each measurement that has keys."""
        found = handler.resolve_ref_schema(handler(schema))
        kinds = {name: cls.of(name) for name in _loadable()}
        found["properties"] = {
            name: handler(kind.__pydantic_core_schema__)
            for name, kind in kinds.items()
            if kind.model_fields
        }
        return found


def _validated(cls: type[MeasurementsDesign], name: str, value: Any) -> Section:
    if name not in MEASUREMENTS.names():
        detail = InitErrorDetails(type="extra_forbidden", loc=(), input=value)
        raise ValidationError.from_exception_data(cls.__name__, [detail])
    kind = cls.of(name)
    if isinstance(value, kind):
        return value
    return kind.model_validate(value)


def _loadable() -> list[str]:
    found = []
    for name in MEASUREMENTS.names():
        try:
            MeasurementsDesign.of(name)
        except InputError:
            continue
        found.append(name)
    return found
