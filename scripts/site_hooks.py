"""What the site has that is not in docs/: pages made from the code, and the project's figures.

README.md and ARCHITECTURE.md become pages; figures are taken from results/ where they are; the
schema of a design and the command line become tables; each room gets a page of its docstrings.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from nbclient import NotebookClient
from nbconvert import MarkdownExporter

from sram_spice.cli.main import app_of
from sram_spice.design import Design

ROOT = Path(__file__).parent.parent
NOTEBOOK = "first_steps"
TIMEOUT = 300  # s, for one cell on a busy machine
STARTS = 3  # of a kernel, at most
FROM_ROOT = {
    "index.md": "README.md",
    "architecture.md": "ARCHITECTURE.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "results.md": "results/README.md",
}
ROOMS = (
    *(
        "front",
        "design",
        "technology",
        "generators",
        "simulation",
        "measurements",
        "workload",
        "mlsa",
    ),
    *("lut", "nn", "adapters"),
)
_SHIM = "https://unpkg.com/iframe-worker/shim"
_LINK = re.compile(r"(?<=\]\()(?:\.\./)?(results/(?!README)[\w./-]+)(?=[)#])")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages of the rooms to the navigation, and those that nobody has put there."""
    nav = config.nav or []
    known = set(_pages(nav))
    rooms = [{room: f"api_{room}.md"} for room in ROOMS]
    nav.append({"Python": rooms})
    more = [p.name for p in sorted(Path(config.docs_dir).glob("*.md")) if p.name not in known]
    if more:
        nav.append({"More": more})
    config.nav = nav
    return config


def _pages(nav: Any) -> Iterator[str]:
    for one in nav:
        found = next(iter(one.values())) if isinstance(one, dict) else one
        yield from [found] if isinstance(found, str) else _pages(found)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made here, and the figures that any page shows."""
    for name, source in FROM_ROOT.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=text))
    files.append(File.generated(config, "design_file.md", content=design_page()))
    files.append(File.generated(config, "commands.md", content=commands_page()))
    for room in ROOMS:
        files.append(File.generated(config, f"api_{room}.md", content=room_page(room)))
    _add_notebook(files, config)
    shown = {
        figure
        for page in files.documentation_pages()
        for figure in _LINK.findall(page.content_string)
    }
    for figure in sorted(shown):
        files.append(File.generated(config, figure, abs_src_path=str(ROOT / figure)))
    return files


def _add_notebook(files: Files, config: MkDocsConfig) -> None:
    """Execute the notebook and make a page of it, its figures beside it."""
    notebook = files.get_file_from_path(f"{NOTEBOOK}.ipynb")
    if notebook is not None:
        files.remove(notebook)
    text, figures = notebook_page(Path(config.docs_dir) / f"{NOTEBOOK}.ipynb")
    files.append(File.generated(config, f"{NOTEBOOK}.md", content=text))
    for name, content in figures.items():
        files.append(File.generated(config, name, content=content))


def _execute(notebook: nbformat.NotebookNode) -> None:
    with TemporaryDirectory() as cache:
        environment = {**os.environ, "SRAM_SPICE_CACHE": cache}
        client = NotebookClient(
            notebook,
            extra_arguments=["--log-level=40"],  # it warns of its port, which is local
            timeout=TIMEOUT,
            kernel_name="python3",
            resources={"metadata": {"path": cache}},
        )
        client.execute(env=environment)


def notebook_page(path: Path) -> tuple[str, dict[str, bytes]]:
    """Return a notebook as Markdown, executed now, and its figures by file name.

    What it simulates is kept in a cache folder of its own while it runs, so that it does simulate.
    """
    for start in range(STARTS):
        notebook = nbformat.read(path, as_version=4)
        try:
            _execute(notebook)
            break
        except RuntimeError:  # the kernel does not answer: another process had taken its port
            if start == STARTS - 1:
                raise
    exporter = MarkdownExporter()
    text, resources = exporter.from_notebook_node(
        notebook, resources={"output_files_dir": f"{path.stem}_files", "unique_key": path.stem}
    )
    # Tables come with a style that a page of its own has for all tables.
    text = re.sub(r"<style scoped>.*?</style>", "", text, flags=re.DOTALL)
    return text, dict(resources["outputs"])


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links that hold in the repository into links that hold on the site."""
    markdown = _LINK.sub(r"\1", markdown)
    markdown = re.sub(r"\]\(docs/first_steps\.ipynb", "](first_steps.md", markdown)
    for page_name, source in FROM_ROOT.items():
        markdown = re.sub(rf"\]\((?:\.\./)?{re.escape(source)}", f"]({page_name}", markdown)
    return re.sub(r"\]\(docs/", "](", markdown)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Take the one script that the theme would load from a network from the site itself."""
    return output.replace(_SHIM, "assets/iframe-worker.js")


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Do so in the page for addresses that do not exist, too."""
    return output_content.replace(_SHIM, "assets/iframe-worker.js")


def design_page() -> str:
    """Return the keys of a design file as tables, from its schema."""
    schema = Design.model_json_schema()
    lines = [
        "# Design file",
        "",
        "TOML. Every key can be given as `--set section.key=value`, too. Units are in the last "
        "column; a design with an unknown key, or a value out of range, is refused.",
        "",
        *_section("", schema, schema),
    ]
    return "\n".join(lines) + "\n"


def _section(name: str, section: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    rows, below = [], []
    required = section.get("required", [])
    for key, found in section.get("properties", {}).items():
        kinds = _sections(found, schema)
        if kinds:
            below += _section_of_plugins(key, kinds, schema)
        else:
            default = (
                "required"
                if key in required and "default" not in found
                else _value(found.get("default"))
            )
            words = (f"`{key}`", _range(found), default, found.get("description", ""))
            rows.append("| " + " | ".join(word.replace("|", "\\|") for word in words) + " |")
    head = [f"## [{name}]", "", section.get("description", "")] if name else ["## At the top"]
    table = ["| key | allowed | default | what |", "|---|---|---|---|"] if rows else []
    return [*head, "", *table, *rows, "", *below]


def _section_of_plugins(
    name: str, kinds: list[dict[str, Any]], schema: dict[str, Any]
) -> list[str]:
    """Return a section; a key that only some plug-ins have says which."""
    if len(kinds) == 1:
        return _section(name, kinds[0], schema)
    merged: dict[str, Any] = {"required": kinds[0].get("required", []), "properties": {}}
    merged["description"] = "Keys of all plug-ins that come along."
    for kind in kinds:
        for key, found in kind["properties"].items():
            having = [other for other in kinds if key in other["properties"]]
            names = [n for one in having for p in one["properties"].values() for n in _names(p)]
            of = "" if len(having) == len(kinds) else f" ({', '.join(f'`{n}`' for n in names)})"
            own = {k: v for k, v in found.items() if not (k == "enum" and _names(found))}
            merged["properties"][key] = own | {"description": found.get("description", "") + of}
    return _section(name, merged, schema)


def _names(found: dict[str, Any]) -> list[str]:
    """Return the names of the plug-ins that a key chooses between; none for another key."""
    chooses = "plug-in" in found.get("description", "")
    return list(found.get("enum", [])) if chooses else []


def _sections(found: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the sections that a key may hold; none for a value."""
    if "$ref" in found:
        return _sections(schema["$defs"][found["$ref"].rpartition("/")[2]], schema)
    if found.get("type") == "object":
        return [found]
    inner = (*found.get("allOf", []), *found.get("anyOf", []))
    return [kind for one in inner for kind in _sections(one, schema)]


def _range(found: dict[str, Any]) -> str:
    choices = [one for one in found.get("anyOf", [found]) if one.get("type") != "null"]
    one = choices[0]
    if "enum" in one:
        return ", ".join(f"`{value}`" for value in one["enum"])
    if one.get("type") == "boolean":
        return "`true`, `false`"
    bounds = []
    for key, sign in (("minimum", ">="), ("exclusiveMinimum", ">")):
        bounds += [f"{sign} {one[key]:g}"] if key in one else []
    for key, sign in (("maximum", "<="), ("exclusiveMaximum", "<")):
        bounds += [f"{sign} {one[key]:g}"] if key in one else []
    kind = {"integer": "whole number", "number": "number", "string": "text"}[one["type"]]
    return ", ".join([kind, *bounds])


def _value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def commands_page() -> str:
    """Return arguments and options of every command, as `--help` has them."""
    lines = [
        "# Commands",
        "",
        "Exit codes: 0 done; 1 finished, but some points failed, or the certificate of the table "
        "engine does not hold; 2 the input is wrong; 3 the simulator is missing or broken; 130 "
        "interrupted (what was finished is kept).",
        "",
    ]
    group = typer.main.get_command(app_of())
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        lines += [f"## sram-spice {name}", "", *_help(command.help or ""), ""]
        rows = [_parameter(p) for p in command.params if not getattr(p, "hidden", False)]
        if rows:
            lines += ["| argument or option | what |", "|---|---|", *rows, ""]
    return "\n".join(lines) + "\n"


def _help(text: str) -> list[str]:
    about, _, example = text.partition("Example:")
    lines = [about.strip()]
    if example.strip():
        lines += ["", "```text", *(line.strip() for line in example.strip().splitlines()), "```"]
    return lines


def _parameter(parameter: Any) -> str:
    options = [*parameter.opts, *parameter.secondary_opts]
    option = parameter.param_type_name == "option"
    names = ", ".join(f"`{o}`" for o in options) if option else f"`{parameter.name.upper()}`"
    what = " ".join((getattr(parameter, "help", "") or "").split())
    shown = getattr(parameter, "show_default", None)
    default = shown if isinstance(shown, str) else ""
    if parameter.required and option:
        what += " Required."
    if default:
        what += f" Default: {default}."
    return f"| {names} | {what.strip()} |".replace("<", "&lt;")


def room_page(room: str) -> str:
    """Return a page with the public names of each file of a room."""
    package = ROOT / "sram_spice" / room
    modules = sorted(p.stem for p in package.glob("*.py") if not p.stem.startswith("_"))
    lines = [f"# sram_spice.{room}", ""]
    for module in modules:
        lines += [f"::: sram_spice.{room}.{module}", ""]
    return "\n".join(lines)
