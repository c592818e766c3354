"""Scripts of lesson modules for a bare page: a widget on a stage without a frame, or what a module computes."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from zclust_explore.widgets import _script

STAGE = Path(__file__).with_name("lesson_stage.js")
HAND_OUT = """async script => {
  const url = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
  window.handed = (await import(url)).handed;
  URL.revokeObjectURL(url);
}"""


def joined(entry: str, folder: Path) -> str:
    """Join the package's scripts with an entry that is none of them; `folder` is where a copy of them may be made."""
    copy = folder / "js"
    if not copy.exists():
        shutil.copytree(_script.FOLDER, copy)
    (copy / "tried").mkdir(exist_ok=True)
    (copy / "tried" / "entry.js").write_text(entry, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_script, "FOLDER", copy)
        return _script.page_script("tried/entry.js")


def staged(module: str, function: str, folder: Path) -> str:
    """The script of a lesson's widget by itself."""
    return joined(STAGE.read_text(encoding="utf-8").replace("FILE", module).replace("WIDGET", function), folder)


def hand_out(page: Page, imports: dict[str, str], folder: Path) -> None:
    """Put exports of lesson modules into `window.handed`: {module: "names, of, its, exports"}."""
    lines = [f'import {{{names}}} from "../lessons/{module}";' for module, names in imports.items()]
    script = joined("\n".join([*lines, "export function render() {}"]), folder)
    page.goto("about:blank")
    page.evaluate(HAND_OUT, f"{script}export const handed = {{{', '.join(imports.values())}}};")
