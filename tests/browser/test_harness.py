"""The harness itself: a watch that lets errors through would make every browser test worthless."""

from pathlib import Path

import pytest

from tests.harness import chromium
from tests.harness.notebook import set_theme

COUNTER = """export default {
  render({model, el}) {
    const button = el.appendChild(document.createElement("button"));
    const draw = () => { button.textContent = `${model.get("label")} ${model.get("bytes").getUint8(1)}`; };
    button.onclick = () => { model.set("label", "clicked"); model.save_changes(); model.send({kind: "click"}); };
    model.on("change:label", draw); draw();
    return () => model.off("change:label", draw);
  }
}"""

FAILING = """
def test_console(page): page.evaluate("() => console.error('deliberate')")
def test_page(page): page.evaluate("() => { setTimeout(() => { throw new Error('deliberate') }) }")
def test_request(page): page.evaluate("() => { new Image().src = 'http://192.0.2.1/pixel.png' }")
def test_fetch(page): page.evaluate("() => fetch('https://zclust.invalid/').catch(() => {})")
def test_socket(page): page.evaluate("() => { new WebSocket('ws://192.0.2.1/') }")
def test_forgiven(page, watch):
    watch.forgive("deliberate")
    page.evaluate("() => console.error('deliberate')")
def test_nothing_to_forgive(watch): watch.forgive("deliberate")
def test_clean(page): page.evaluate("() => console.log('fine')")
"""


@pytest.mark.browser
def test_page_fails_on_errors_and_on_requests_off_the_machine(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test with a broken page, or one that phones out, would be green."""
    pytester.makepyfile(FAILING)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("CHROMIUM", chromium.find() or "")  # pytester has another home, where Playwright has none
    result = pytester.runpytest_subprocess("-p", "tests.conftest", "-q")
    result.assert_outcomes(passed=8, errors=6)


def test_notebook_runs_in_a_real_jupyterlab(notebook, kernel_exec) -> None:
    """Run-all would be dropped, or the kernel's answers would not reach the test."""
    page = notebook(["x = 6", "print(x * 7)"])
    assert page.locator(".jp-OutputArea-output").inner_text().strip() == "42"
    assert kernel_exec(page, "print(x + 1)") == "7\n"
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        kernel_exec(page, "1 / 0")


def test_notebook_fails_with_its_cell(notebook) -> None:
    """A failing cell would go unnoticed."""
    with pytest.raises(AssertionError, match="ValueError: deliberate"):
        notebook(["raise ValueError('deliberate')", "print('never')"])


def test_a_click_on_a_widget_is_a_counted_frame_and_reaches_python(notebook, kernel_exec, websocket_frames) -> None:
    """ "Zero frames while scrubbing" would hold because nothing is counted at all."""
    page = notebook(["import ipywidgets as w; box = w.Checkbox(description='tick'); box"])
    checkbox = page.locator(".widget-checkbox input")
    checkbox.wait_for()
    before = websocket_frames()
    page.mouse.move(700, 700)
    assert websocket_frames() == before
    checkbox.click()
    assert kernel_exec(page, "print(box.value)") == "True\n"
    assert len(websocket_frames()) > len(before)


def test_lab_changes_its_theme(notebook, artefacts) -> None:
    """Screenshots of the dark theme would show the light one."""
    page = notebook(["print('hello')"])
    colours = []
    for theme in ("light", "dark"):
        set_theme(page, theme)
        colours.append(page.evaluate("() => getComputedStyle(document.body).getPropertyValue('--jp-layout-color0')"))
        page.screenshot(path=artefacts / f"harness_lab_{theme}.png")
    assert colours[0] != colours[1]


def test_mount_draws_and_records(mount) -> None:
    """The fake model would differ from anywidget's: bytes, changes, messages, clean-up."""
    page = mount(COUNTER, {"label": "n", "bytes": b"\x01\xff"})
    button = page.locator("button")
    assert button.inner_text() == "n 255"
    button.click()
    assert button.inner_text() == "clicked 255"
    assert page.evaluate("() => [model.saved, model.sent]") == [
        [{"label": "clicked"}],
        [{"content": {"kind": "click"}, "buffers": []}],
    ]
    page.evaluate("() => addView()")
    page.evaluate("() => model.update({label: 'kernel'})")
    assert page.locator("button").all_inner_texts() == ["kernel 255"] * 2
    page.evaluate("() => unmount()")
    assert page.evaluate("() => [model.listening(), document.querySelectorAll('button').length]") == [0, 0]


@pytest.mark.parametrize(("theme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(17, 17, 17)")])
def test_mount_has_the_colours_of_jupyterlab(mount, artefacts, theme: str, background: str) -> None:
    """A widget would be looked at in colours that JupyterLab does not have."""
    page = mount(COUNTER, {"label": theme, "bytes": b"\x00\x00"}, theme=theme)
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == background
    names = ["layout-color0", "layout-color3", "ui-font-color1", "border-color2", "brand-color1", "content-font-family"]
    read = "names => names.map(name => getComputedStyle(document.body).getPropertyValue(`--jp-${name}`))"
    assert all(page.evaluate(read, names))
    page.screenshot(path=artefacts / f"harness_mount_{theme}.png")


def test_mounted_widgets_find_each_other(mount) -> None:
    """Widgets that follow each other without a kernel could not be tested in a bare page."""
    mount(COUNTER, {"label": "first", "bytes": b"\x00\x00"}, name="first")
    page = mount(COUNTER, {"label": "second", "bytes": b"\x00\x00"}, name="second", beside=True)
    found = page.evaluate("async () => (await model.widget_manager.get_model('first')).get('label')")
    assert (found, page.locator("button").count()) == ("first", 2)
