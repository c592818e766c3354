"""The joined page script: names of one module do not become another's."""

import pytest

from zclust_explore.widgets import _script


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Call with file names and texts: a folder of scripts."""
    monkeypatch.setattr(_script, "FOLDER", tmp_path)

    def write(**texts: str) -> None:
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text)

    return write


def test_modules_keep_their_own_names(modules, page) -> None:
    """Two modules with a function of the same name would call each other's."""
    modules(
        low='export function low() { return own("low"); }\nfunction own(word) { return word + " of low"; }',
        entry='import {low} from "./low.js";\nfunction own() { return "entry"; }\n'
        'export function render() { return [low(), own()].join(", "); }',
    )
    run = """async script => {
      const url = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
      return (await import(url)).default.render();
    }"""
    assert page.evaluate(run, _script.page_script("entry.js")) == "low of low, entry"


def test_the_same_export_twice_is_refused(modules) -> None:
    """The page would be blank with an error in its console, on whoever's machine it is opened first."""
    modules(
        first="export const size = 1;",
        second="export const size = 2;",
        entry='import {size} from "./first.js";\nimport {size as other} from "./second.js";\nexport const render = 0;',
    )
    with pytest.raises(ValueError, match=r"\['size'\] twice in entry.js"):
        _script.page_script("entry.js")
