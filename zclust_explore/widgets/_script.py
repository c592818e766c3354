"""One page script and one style sheet a widget, joined from hand-written ES modules. No build step."""

from __future__ import annotations

import re
from pathlib import Path

import rjsmin

FOLDER = Path(__file__).parent / "js"
IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";$', re.MULTILINE)
# rjsmin takes the inner one for code, and words in it lose their spaces
NESTED = re.compile(r"\$\{[^`}]*`")
CONST = re.compile(r"\bconst\b(?=[ {[])")
BEYOND = re.compile("[^\x00-\xff]")
EXPORT = re.compile(r"^export ((?:async )?function\*?|const|class) (\w+)", re.MULTILINE)


def page_script(entry: str) -> str:
    """Join a module and all that it imports into one script, whose default export renders a widget.

    Each module becomes a function that returns its exports, so what modules keep to themselves cannot collide and each
    runs once. Exports are names of the whole script, which saves every module the lines of its imports; comments and
    blanks stay behind. Two forms are understood, each on a line of its own:
    `import {a, b} from "./other.js";` and `export` before `function`, `const` or `class`. The entry exports `render`.

    Parameters
    ----------
    entry : str
        Path of the module from the folder of scripts, for example "explorer.js".

    Raises
    ------
    ValueError
        If two modules export the same name, import each other, or have an import or export in another form.
    """
    order: list[str] = []
    _collect(FOLDER / entry, order, ())
    exported = [name for module in order for _, name in EXPORT.findall((FOLDER / module).read_text(encoding="utf-8"))]
    if twice := {name for name in exported if exported.count(name) > 1}:
        raise ValueError(f"exports of one script must have different names, got {sorted(twice)} twice in {entry}.")
    parts = [_enclosed(FOLDER / name) for name in order]
    # two letters less a time: the script goes into every saved notebook
    script = CONST.sub("let", str(rjsmin.jsmin("".join(parts) + "export default {render};\n")))
    # browsers keep a text with a single letter beyond Latin-1 at two bytes a letter, and never forget a script
    return BEYOND.sub(lambda found: f"\\u{ord(found[0]):04x}", script)


def style_sheet() -> str:
    """Return the style of all widgets."""
    return (FOLDER / "style.css").read_text(encoding="utf-8")


def _collect(path: Path, order: list[str], above: tuple[Path, ...]) -> None:
    """List a module after everything it imports."""
    path = path.resolve()
    if path in above:
        raise ValueError(f"scripts must not import each other in a circle, got {path.name} from {above[-1].name}.")
    name = path.relative_to(FOLDER.resolve()).as_posix()
    if name in order:
        return
    for _, target in IMPORT.findall(path.read_text(encoding="utf-8")):
        _collect(path.parent / target, order, (*above, path))
    order.append(name)


def _enclosed(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    names = ", ".join(name for _, name in EXPORT.findall(text))
    text = IMPORT.sub("", text)
    text = EXPORT.sub(r"\1 \2", text)
    if NESTED.search(text):
        raise ValueError(f"{path.name} has a template string within another: join them by +.")
    if re.search(r"^(import|export)\b", text, re.MULTILINE):
        raise ValueError(f"{path.name} has an import or export in a form that page_script does not know.")
    return f"const {{{names}}} = (() => {{\n{text}\nreturn {{{names}}};\n}})();\n"
