"""Sections whose keys the plug-in adds to that they name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, ClassVar, TypeVar

from pydantic import (
    ConfigDict,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    create_model,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic_core import CoreSchema, InitErrorDetails

from sram_spice.design.section import Section
from sram_spice.errors import InputError
from sram_spice.registry import Registry

S = TypeVar("S", bound=Section)
PARAMETERS = "Parameters"  # attribute of a plug-in: the model of its section


def registered(registry: Registry) -> Callable[[str], str]:
    """Return the check that a name is registered, for an `AfterValidator`."""

    def check(value: str) -> str:
        try:
            return registry.check(value)
        except InputError as error:
            raise ValueError(f"{error.message}; registered: {error.allowed}") from error

    return check


class PluginSection(Section):
    """A section with one key that names a plug-in, whose `Parameters` is a subclass with its keys.

    Keys that only another plug-in of the kind has are checked and kept, and are in a dump when they
    were given: a design can change its plug-in and come back.

    Attributes
    ----------
    registry : Registry
        Where the plug-in is looked up; the end of its key names it here.
    """

    registry: ClassVar[Registry]

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": False})

    @classmethod
    def chooser(cls) -> str:
        """Return the key that names the plug-in."""
        return cls.registry.key.rpartition(".")[2]

    @classmethod
    def of(cls: type[P], name: str) -> type[P]:
        """Return the model of the section with the keys of a plug-in.

        Raises
        ------
        InputError
            It is not registered, cannot be loaded, or its `Parameters` is no model of this section.
        """
        return parameters_of(cls.registry, name, cls)

    @classmethod
    def of_data(cls: type[P], data: object) -> type[P] | None:
        """Return the model for data that are to be validated; None when they name no plug-in."""
        if not isinstance(data, Mapping):
            return None
        key = cls.chooser()
        name = data.get(key, cls.model_fields[key].get_default())
        known = isinstance(name, str) and name in cls.registry.names()
        return cls.of(name) if known else None

    @classmethod
    def every(cls: type[P]) -> dict[str, type[P]]:
        """Return the models of all registered plug-ins that can be loaded, by name."""
        found = {}
        for name in cls.registry.names():
            try:
                found[name] = cls.of(name)
            except InputError:  # of no concern to designs that do not name it
                continue
        return found

    @model_validator(mode="wrap")
    @classmethod
    def _keys_of_others(cls, data: Any, handler: ModelWrapValidatorHandler[P]) -> P:
        section: P = handler(data)
        for key, value in (section.model_extra or {}).items():
            field = cls.field_of_another(key)
            if field is None:
                detail = InitErrorDetails(type="extra_forbidden", loc=(key,), input=value)
                raise ValidationError.from_exception_data(cls.__name__, [detail])
            fields: dict[str, Any] = {key: (field.annotation, field)}
            alone = create_model(cls.__name__, __base__=Section, **fields)
            one = alone.model_validate({key: value})
            assert section.model_extra is not None
            section.model_extra[key] = getattr(one, key)
        return section

    @classmethod
    def field_of_another(cls, key: str) -> FieldInfo | None:
        """Return a field that another plug-in of the kind has."""
        base: Any = next(kind for kind in reversed(cls.__mro__) if "registry" in vars(kind))
        for kind in base.every().values():
            field: FieldInfo | None = kind.model_fields.get(key)
            if field is not None:
                return field
        return None


P = TypeVar("P", bound=PluginSection)


def own_section(section: Section, kind: type[S]) -> S:
    """Return a section as the model with a plug-in's own keys.

    Raises
    ------
    InputError
        It is the section of another plug-in.
    """
    if not isinstance(section, kind):
        raise InputError(f"not a section of the kind {kind.__name__}", value=type(section).__name__)
    return section


def parameters_of(registry: Registry, name: str, base: type[S]) -> type[S]:
    """Return the model of a plug-in's own section: its `Parameters`, or `base` where it has none.

    Raises
    ------
    InputError
        It is not registered, cannot be loaded, or its `Parameters` is no subclass of `base`.
    """
    kind = getattr(registry.load(name), PARAMETERS, base)
    if not (isinstance(kind, type) and issubclass(kind, base)):
        raise InputError(
            f"plug-in {name}: its {PARAMETERS} is not what it has to be",
            key=registry.key,
            value=kind,
            allowed=f"a subclass of {base.__name__}",
        )
    return kind


class Chosen:
    """Metadata of a field that holds a PluginSection: validates with the plug-in's own model."""

    def __init__(self, base: type[PluginSection]) -> None:
        self.base = base

    def __get_pydantic_core_schema__(
        self, source: Any, handler: Callable[[Any], CoreSchema]
    ) -> CoreSchema:
        """Wrap the validation of the field."""
        wrapped: CoreSchema = WrapValidator(self._validate).__get_pydantic_core_schema__(
            source,
            handler,  # type: ignore[arg-type]
        )
        return wrapped

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Offer the section with the keys of each registered plug-in."""
        names: dict[type[PluginSection], list[str]] = {}
        for name, kind in self.base.every().items():
            names.setdefault(kind, []).append(name)
        found = []
        for kind, those in names.items():
            own = deepcopy(handler.resolve_ref_schema(handler(kind.__pydantic_core_schema__)))
            own["properties"][kind.chooser()]["enum"] = those
            found.append(own)
        return {"anyOf": found}

    def _validate(
        self, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Any:
        base = self.base
        if isinstance(value, base):
            own = base.of(getattr(value, base.chooser()))
            if isinstance(value, own):
                return value
            value = value.model_dump(exclude_unset=True)
        found = base.of_data(value)
        if found is None:
            return handler(value)  # says what is wrong with it
        if info.mode == "json":
            return found.model_validate_json(json.dumps(value))
        return found.model_validate(value)
