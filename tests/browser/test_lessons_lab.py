"""A lesson in a real JupyterLab: the answers are a file beside the notebook."""

import json

from playwright.sync_api import expect

CELL = "import zclust_explore as zx\nlesson = zx.Lesson('choose_k', student='Inge')\nlesson"
NAMELESS = "import zclust_explore as zx\nzx.Lesson('choose_k', answers='typed')"
RUN_AGAIN = """async () => {
  document.querySelector(".zx-lesson").dataset.old = "true";
  window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0;
  await window.jupyterapp.commands.execute("notebook:run-cell");
}"""
NEW = ".zx-lesson[data-painted=true]:not([data-old])"


def test_answers_of_a_lesson_are_a_file_beside_the_notebook(notebook, lab, kernel_exec, artefacts) -> None:
    """A teacher would collect nothing, because the page's answers never reach the disk."""
    page = notebook([CELL])
    page.wait_for_selector(".zx-lesson[data-painted=true]")
    sheet = page.locator(".zx-guess")
    sheet.scroll_into_view_if_needed()
    sheet.focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")  # and not JupyterLab's own shortcut
    page.get_by_role("button", name="Lock in my guess").click()
    page.get_by_text("answers are in answers/Inge_choose_k.json").wait_for()
    page.get_by_label("your name").fill("Inge Lehmann")
    page.get_by_label("your name").press("Tab")
    page.get_by_text("answers are in answers/Inge-Lehmann_choose_k.json").wait_for()
    (path,) = (lab.root / "answers").iterdir()
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["student"] == "Inge Lehmann" and written["lesson"] == "choose_k"
    assert written["steps"][0]["right"] is True and 3.5 <= written["steps"][0]["answer"][0] <= 4.5
    assert kernel_exec(page, "print(zx.read_answers('answers').right.tolist())").strip() == "[True]"
    page.locator(".zx-lesson").screenshot(path=artefacts / "lesson_lab.png")


def test_running_the_cell_again_loses_no_answers(notebook, lab, kernel_exec, artefacts) -> None:
    """Run All, or a second student of that name, would leave one answer where there were eight."""
    page = notebook([NAMELESS])
    page.wait_for_selector(NEW)

    def guess(*keys: str) -> None:
        page.locator(".zx-guess").scroll_into_view_if_needed()
        page.locator(".zx-guess").focus()
        for key in keys:
            page.keyboard.press(key)
        page.get_by_role("button", name="Lock in my guess").click()

    def files() -> dict[str, int]:
        paths = sorted((lab.root / "typed").iterdir())
        return {path.name: len(json.loads(path.read_text(encoding="utf-8"))["steps"]) for path in paths}

    page.get_by_label("your name").fill("Nora")
    guess("ArrowLeft")
    page.get_by_text("answers are in typed/Nora_choose_k.json").wait_for()
    page.get_by_role("button", name="Next").click()
    page.wait_for_selector(".zx-lesson[data-at='2']")
    guess(*["ArrowRight"] * 40)  # a curve
    page.wait_for_selector(".zx-lesson[data-revealed=true]")
    page.evaluate(RUN_AGAIN)
    page.wait_for_selector(NEW)
    expect(page.get_by_label("your name")).to_have_value("Nora")  # as the browser remembers
    page.get_by_text("Nora has answered here before: typed/Nora_choose_k.json.").wait_for()
    page.locator(".zx-lesson").screenshot(path=artefacts / "lesson_lab_again.png")
    assert files() == {"Nora_choose_k.json": 2}
    guess("ArrowLeft")
    page.get_by_text("answers are in typed/Nora_choose_k_2.json").wait_for()
    assert files() == {"Nora_choose_k.json": 2, "Nora_choose_k_2.json": 1}
    assert kernel_exec(page, "print(zx.read_answers('typed').session.tolist())").strip() == "[1, 1, 2]"
    page.evaluate(RUN_AGAIN)
    page.wait_for_selector(NEW)
    page.get_by_role("button", name="Go on there").click()
    page.get_by_text("answers are in typed/Nora_choose_k_2.json").wait_for()
    page.wait_for_selector(f"{NEW}[data-revealed=true]")
    assert files() == {"Nora_choose_k.json": 2, "Nora_choose_k_2.json": 1}
