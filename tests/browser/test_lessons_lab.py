"""A lesson in a real JupyterLab: the answers are a file beside the notebook."""

import json

CELL = "import zclust_explore as zx\nlesson = zx.Lesson('choose_k', student='Inge')\nlesson"


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
