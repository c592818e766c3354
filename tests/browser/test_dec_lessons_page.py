"""The automatic student in the lessons on deep embedded clustering itself: q, p, by hand, and what goes wrong."""

import pytest

import zclust_explore as zx
from tests.browser.student import Student


@pytest.fixture
def student(page, tmp_path):
    """Call with a lesson's name: a student at its first step."""

    def begin(name: str) -> Student:
        return Student(page, zx.Lesson(name, student="Inge", answers=tmp_path / "answers"))

    return begin


def test_soft_assignment_is_completed(student, artefacts) -> None:
    """A student would be stuck in the lesson on q, or see q before the guess."""
    pupil = student("soft_assignment")
    q = pupil.page.locator(".zx-decmembers")
    assert "0.55" not in q.inner_text() and pupil.controls()["curves"] == "hidden"
    pupil.type(0.6)
    assert pupil.right and "0.55" in q.inner_text()
    pupil.go_on()
    pupil.draw([(d / 6, 1 / (1 + d * d)) for d in (0, 0.4, 0.8, 1.2, 1.6, 2, 3, 4, 5, 6)])
    assert pupil.right
    pupil.photograph(artefacts, "soft_assignment")
    pupil.go_on()
    assert not pupil.check()
    left, right = (pupil.control("centroids").locator(f"[data-handle='{j}']").bounding_box()["x"] for j in (0, 1))
    unit = (right - left) / 4  # of the latent space, in pixels
    pupil.drag("point", 0, 0.65 * unit, 0.2 * unit)
    assert pupil.check()
    pupil.go_on()
    assert pupil.controls()["point"] == "locked"
    pupil.choose(0)
    assert not pupil.right and pupil.controls()["point"] == "shown"
    pupil.go_on()
    pupil.choose(2)
    pupil.drag("point", 0, -4 * unit, -2.5 * unit)
    pupil.move("kernel", "gaussian")
    pupil.go_on()
    pupil.choose(1)
    pupil.move("alpha", 30)
    pupil.go_on()
    pupil.choose(1)
    pupil.finish(5, 6)


def test_sharpening_is_completed(student, artefacts) -> None:
    """A student would be stuck in the lesson on p, or see p before the guess."""
    pupil = student("sharpening")
    assert "p –" in pupil.page.locator(".zx-decwindows").inner_text()
    pupil.type(0.9)
    assert not pupil.right and "p 0.70" in pupil.page.locator(".zx-decwindows").inner_text()
    pupil.go_on()
    pupil.draw([(q, q * q / (q * q + (1 - q) ** 2)) for q in (0, 0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1)])
    assert pupil.right
    pupil.go_on()
    pupil.choose(1)
    assert pupil.right
    pupil.press("again", 5)
    rows = pupil.page.locator(".zx-decwindow")
    assert "q 0.56" in rows.nth(2).inner_text() and "q 1.00" in rows.nth(1).inner_text()
    assert not pupil.check() and "Sharpened 5 times" in pupil.verdict
    for n_more in (5, 3):  # what is said must be seen after ten rounds and after any more
        pupil.press("again", n_more)
        assert all("q 1.00" in rows.nth(window).inner_text() for window in (1, 2, 4))
        assert pupil.check() and "After ten it is sure of 0, and so is window 4" in pupil.verdict
    pupil.go_on()
    pupil.choose(2)
    assert pupil.right
    pupil.go_on()
    assert not pupil.check()
    pupil.move("share", 80)
    assert pupil.check()
    pupil.photograph(artefacts, "sharpening")
    pupil.go_on()
    pupil.choose(0)
    pupil.control("balanced").uncheck()
    pupil.go_on()
    pupil.choose(1)
    pupil.finish(5, 6)


def test_by_hand_is_completed(student, artefacts) -> None:
    """A student would be stuck in the middle of an iteration, or the curve be there before it is drawn."""
    pupil = student("by_hand")
    assert {name for name, state in pupil.controls().items() if state != "hidden"} == {"q", "centroids"}
    pupil.choose(1)
    assert pupil.right
    pupil.press("q")
    pupil.go_on()
    pupil.choose(1)
    pupil.press("p")
    pupil.go_on()
    pupil.choose(1)
    assert not pupil.right
    pupil.press("gradient")
    pupil.photograph(artefacts, "by_hand")
    pupil.go_on()
    assert not pupil.check()
    pupil.press("move")
    assert pupil.check()
    pupil.go_on()
    assert pupil.controls()["q"] == "locked"
    pupil.draw([(0, 0.8), (0.4, 0.5), (1, 0.3)])
    assert pupil.right
    assert not pupil.check() and "Iterations that are done: 1; needed: at least 50." in pupil.verdict
    pupil.press("step", 50)
    assert pupil.check()
    pupil.go_on()
    assert not pupil.check()
    pupil.press("reset")
    assert pupil.check()
    pupil.go_on()
    assert pupil.controls()["step"] == pupil.controls()["centroids"] == "locked"
    pupil.choose(0)
    assert not pupil.right
    pupil.press("step", 30)
    assert not pupil.check() and "You have not dragged a centroid yet." in pupil.verdict, "a bad start finds no groups"
    pupil.press("reset")
    pupil.drag("centroids", 2, 220, 0)
    pupil.press("step", 30)
    assert pupil.check()
    pupil.go_on()
    pupil.choose(1)
    pupil.move("points", "overlapping")
    pupil.finish(4, 6)


def test_break_it_is_completed(student, artefacts) -> None:
    """A student would be stuck with a patient, or be told that a wrong diagnosis is right."""
    pupil = student("break_it")
    pupil.choose(0)
    assert not pupil.right
    pupil.go_on()
    assert not pupil.check()

    def diagnose(wrong: str, right: str) -> None:
        pupil.move("iteration", 60)
        pupil.move("guess", wrong)
        pupil.press("mended")
        assert not pupil.check()
        pupil.move("guess", right)
        assert pupil.check()

    assert pupil.page.locator(".zx-steptitle").inner_text() == "Patient A: diagnosis", "the title must not tell it"
    diagnose("count", "start")
    pupil.photograph(artefacts, "break_it")
    pupil.go_on()
    pupil.draw([(0, 0.7), (0.3, 0.4), (1, 0.02)])
    assert pupil.right
    pupil.go_on()
    diagnose("order", "rate")
    pupil.go_on()
    pupil.type(0.5)
    assert pupil.right
    pupil.go_on()
    diagnose("rate", "order")
    pupil.go_on()
    pupil.choose(2)
    pupil.move("iteration", 60)
    pupil.go_on()
    pupil.choose(1)
    pupil.finish(4, 5)


def test_a_reloaded_lesson_shows_the_patient_of_its_step(page, student, tmp_path) -> None:
    """After a restart the diagnosis would be asked of another patient, who cannot be chosen."""
    pupil = student("break_it")
    pupil.choose(1)
    pupil.go_on()
    pupil.check()
    pupil.skip()
    pupil.draw([(0, 0.7), (1, 0.02)])
    pupil.go_on()
    pupil.hand_in()
    again = Student(page, zx.Lesson("break_it", student="Inge", answers=tmp_path / "answers"))
    assert again.step == 4 and again.root.get_attribute("data-case") == "B"
    again.button("Previous").click()
    again.button("Previous").click()
    assert again.step == 2 and again.root.get_attribute("data-case") == "A"
