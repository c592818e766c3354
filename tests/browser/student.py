"""An automatic student: goes through a lesson in a bare page as a person would, by pointer, keys and controls."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

import zclust_explore as zx
from tests.harness import mount as mounting
from zclust_explore.lessons.lesson import Lesson

TRAITS = ("lesson", "data", "student", "sheet", "earlier", "saved")
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Student:
    """A lesson in a bare page; what is answered there reaches the Python half, which writes the file, on `hand_in`."""

    def __init__(self, page: Page, lesson: Lesson, theme: str = "light") -> None:
        self.page, self.lesson = page, lesson
        traits = {name: getattr(lesson, name) for name in TRAITS}
        mounting.mount(page, lesson._esm, traits, css=lesson._css, theme=theme)
        self.root = page.locator(".zx-lesson")
        page.wait_for_selector(".zx-lesson[data-painted=true]")

    @property
    def step(self) -> int:
        """The step on show, from 1."""
        return int(self.root.get_attribute("data-at") or 0)

    @property
    def n_steps(self) -> int:
        """How many steps the lesson has."""
        return len(self.lesson.lesson["steps"])

    def button(self, words: str) -> Locator:
        """A button of the frame."""
        return self.page.get_by_role("button", name=words, exact=True)

    def control(self, name: str) -> Locator:
        """A control of the lesson's widget."""
        return self.page.locator(f"[data-control={name}]")

    def controls(self) -> dict[str, str]:
        """Which controls are shown, hidden and locked, as a person finds them."""
        found: dict[str, str] = self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll(".zx-control")].map(row => {
              const made = row.querySelector("[data-control]"), field = made.matches("button, input, select") ? made : made.querySelector("button, input, select");
              const locked = row.hasAttribute("data-locked") && (row.inert || field?.matches(":disabled"));
              return [made.dataset.control, getComputedStyle(row).display === "none" ? "hidden" : locked ? "locked" : "shown"];
            }))"""  # noqa: E501
        )
        return found

    def choose(self, option: int) -> None:
        """Mark an option, and lock it in."""
        self.page.locator(".zx-option").nth(option).click()
        self.lock()

    def type(self, number: float) -> None:
        """Type a number, and lock it in."""
        self.page.locator(".zx-amount").fill(str(number))
        self.lock()

    def click(self, x: float, y: float) -> None:
        """Click a place of the chart that is asked about, as fractions of its axes from below left, and lock it in."""
        self.page.mouse.click(*self._place(x, y))
        self.lock()

    def draw(self, places: Sequence[tuple[float, float]]) -> None:
        """Draw a curve through places, as fractions of the axes from below left, and lock it in."""
        self.page.mouse.move(*self._place(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self._place(*place), steps=4)
        self.page.mouse.up()
        self.lock()

    def _place(self, x: float, y: float) -> tuple[float, float]:
        sheet = self.page.locator(".zx-guess")
        sheet.scroll_into_view_if_needed()
        corner = sheet.bounding_box()
        assert corner
        left, top, right, bottom = json.loads(sheet.get_attribute("data-box") or "")
        return corner["x"] + left + x * (right - left), corner["y"] + bottom - y * (bottom - top)

    def drag(self, control: str, number: int, right: float, up: float) -> None:
        """Drag one of the round things on a map, in pixels."""
        box = self.control(control).locator(f"[data-handle='{number}']").bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + right, y - up, steps=4)
        self.page.mouse.up()

    def press(self, name: str, times: int = 1) -> None:
        """Press a button of the lesson's widget."""
        for _ in range(times):
            self.control(name).click()

    def lock(self) -> None:
        """Lock in the guess: before that nothing may be revealed."""
        assert self.root.get_attribute("data-revealed") == "false"
        self.button("Lock in my guess").click()
        self.page.wait_for_selector(".zx-lesson[data-revealed=true]")

    def check(self) -> bool:
        """Press Check; whether the task was passed."""
        self.button("Check").click()
        return self.root.get_attribute("data-passed") == "true"

    @property
    def right(self) -> bool:
        """Whether the guess of this step is said to be what happened."""
        said = self.page.locator(".zx-stepbody :is(.zx-told-right, .zx-told-wrong)")
        return "zx-told-right" in (said.get_attribute("class") or "")

    @property
    def verdict(self) -> str:
        """What is said of the task, and at the end of the lesson."""
        return self.page.locator(".zx-verdict").inner_text()

    def go_on(self) -> None:
        """To the next step, as far as this one is done."""
        step = self.step
        self.button("Next").click()
        self.page.wait_for_selector(f".zx-lesson[data-at='{step + 1}']")

    def skip(self) -> None:
        """To the next step, although the task of this one is not passed."""
        step = self.step
        self.button("Skip").click()
        self.page.wait_for_selector(f".zx-lesson[data-at='{step + 1}']")

    def move(self, name: str, value: Any) -> None:
        """Set a select or a range as a hand would."""
        control = self.control(name)
        if control.evaluate("node => node.tagName") == "SELECT":
            control.select_option(str(value))
        else:
            inner = control if control.evaluate("node => node.matches('input')") else control.locator("input").first
            inner.fill(str(value))

    def photograph(self, folder: Path, name: str) -> None:
        """Keep pictures of the lesson as it is, narrow and wide, light and dark."""
        before = self.page.viewport_size
        for theme in ("light", "dark"):
            mounting.set_page_theme(self.page, theme)
            self.page.wait_for_selector(f".zx-lesson[data-theme={theme}]")
            for width in (700, 1600):
                self.page.set_viewport_size({"width": width, "height": 900})
                self.page.evaluate(FRAMES)
                self.page.evaluate(FRAMES)
                self.root.screenshot(path=folder / f"lesson_{name}_{width}_{theme}.png")
        mounting.set_page_theme(self.page, "light")
        self.page.set_viewport_size(before or {"width": 1400, "height": 1000})
        self.page.evaluate(FRAMES)

    def hand_in(self) -> dict[str, Any]:
        """What the page told Python, as Python writes it: returns the file."""
        self.lesson.set_state(self.page.evaluate("() => Object.assign({}, ...model.saved)"))
        written: dict[str, Any] = json.loads(self.lesson.path.read_text(encoding="utf-8"))
        return written

    def finish(self, n_right: int, n_guesses: int) -> None:
        """Find the lesson over, and the answers in the file and in the teacher's table."""
        assert self.step == self.n_steps
        assert self.root.get_attribute("data-finished") == "true"
        sheet = self.hand_in()
        assert sheet["student"] == "Inge" and sheet["finished"]
        table = zx.read_answers(self.lesson.folder)
        assert table.step.tolist() == list(range(1, self.n_steps + 1))
        assert (table.right.dropna().sum(), table.right.notna().sum()) == (n_right, n_guesses)
        tasks = [
            number for number, step in enumerate(self.lesson.lesson["steps"], 1) if "report" in str(step.get("check"))
        ]
        assert table.step[table.passed == True].tolist() == tasks  # noqa: E712
        assert table["at"].notna().all() and (table.student == "Inge").all()
