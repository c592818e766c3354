"""An automatic student goes through the lessons in a bare page: predicts, moves controls, fails and passes checks."""

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy import signal

import zclust_explore as zx
from tests.browser.student import Student
from tests.browser.test_accessibility_page import findings
from tests.harness import mount as mounting
from tests.harness.lesson_script import hand_out
from zclust_explore.lessons.lesson import Lesson
from zclust_explore.lessons.lesson_file import shipped_lessons
from zclust_explore.lessons.material import material
from zclust_explore.widgets._script import page_script


@pytest.fixture
def student(page, tmp_path):
    """Call with a lesson's name: a student at its first step."""

    def begin(name: str) -> Student:
        return Student(page, zx.Lesson(name, student="Inge", answers=tmp_path / "answers"))

    return begin


def test_the_playground_is_completed(student, artefacts) -> None:
    """A student would be stuck in the lesson on spectrograms, or be told that wrong is right."""
    pupil = student("stft_playground")
    assert pupil.controls() == {"signal": "hidden", "window_s": "locked", "overlap": "hidden", "window": "hidden"}
    assert pupil.page.locator("[data-covered=true]").count() == 1
    expect(pupil.button("Next")).to_be_disabled()
    expect(pupil.button("Lock in my guess")).to_be_disabled()
    pupil.click(0.9, 0.8)
    assert not pupil.right and pupil.page.locator("[data-covered=true]").count() == 0
    pupil.photograph(artefacts, "stft_playground")
    pupil.go_on()
    pupil.choose(0)
    assert pupil.right and pupil.controls()["window_s"] == "shown"
    pupil.go_on()
    assert pupil.controls()["window_s"] == "locked"
    pupil.type(1.5)
    assert pupil.right, "the guess is judged at once, not only the task"
    assert not pupil.check()
    assert "Darkness between the tones: 0 dB; needed: more than 3 dB." in pupil.verdict
    pupil.move("window_s", 6)  # 5.12 s
    assert pupil.check()
    pupil.go_on()
    assert not pupil.check()
    pupil.move("window_s", 1)  # 0.16 s
    assert pupil.check()
    pupil.go_on()
    pupil.choose(0)
    assert not pupil.right
    pupil.go_on()
    pupil.choose(1)
    assert pupil.right
    pupil.move("overlap", "0.875")
    pupil.go_on()
    pupil.choose(2)
    pupil.move("window", "boxcar")
    pupil.go_on()
    pupil.choose(1)
    pupil.finish(5, 7)
    assert "You guessed 5 of 7 right; the other two are where you learned most." in pupil.verdict


def test_the_bottleneck_is_completed(student, artefacts) -> None:
    """A student would be stuck in the lesson on autoencoders, or a drawn guess not be understood."""
    pupil = student("bottleneck")
    assert pupil.controls() == {"size": "locked", "example": "hidden", "latent": "hidden", "reset": "hidden"}
    pupil.draw([(0.0, 0.85), (0.3, 0.65), (0.5, 0.45), (1.0, 0.3)])
    pupil.photograph(artefacts, "bottleneck")
    assert pupil.right
    pupil.go_on()
    assert not pupil.check()
    pupil.move("size", 7)
    assert not pupil.check(), "16 is not the smallest size"
    pupil.move("size", 4)
    assert pupil.check()
    pupil.go_on()
    pupil.choose(2)
    assert pupil.right
    pupil.move("example", "long period")
    pupil.go_on()
    pupil.choose(0)
    assert not pupil.right
    pupil.go_on()
    pupil.choose(2)
    assert pupil.right and pupil.controls()["latent"] == "shown"
    pupil.go_on()
    said = pupil.page.locator(".zx-lessonsaid")
    assert "of its variance is lost" in said.inner_text()
    assert not pupil.check() and "move it to the right end of its slider" in pupil.verdict
    pupil.page.get_by_role("slider", name="z1", exact=True).fill("4")
    assert "of its variance is lost" not in said.inner_text(), "it is another window's picture now"
    assert pupil.check(), "the hint is wrong"
    pupil.press("reset")
    assert pupil.check(), "a pass must be kept"
    pupil.go_on()
    pupil.choose(0)
    pupil.finish(4, 5)


def test_the_number_of_clusters_is_completed(student, artefacts) -> None:
    """A student would be stuck in the lesson on K, or see the report before the guess."""
    pupil = student("choose_k")
    assert pupil.page.locator("[data-covered=true]").count() == 5
    assert "report" not in pupil.page.locator(".zx-lessonplace").inner_text()
    pupil.page.locator(".zx-guess").focus()
    pupil.page.keyboard.press("ArrowRight")
    pupil.page.keyboard.press("ArrowLeft")
    for _ in range(2):
        pupil.page.keyboard.press("ArrowLeft")
    pupil.lock()
    assert pupil.right and pupil.page.locator("[data-covered=true]").count() == 1
    pupil.go_on()
    pupil.page.locator(".zx-guess").focus()
    for _ in range(10):  # drawn by keys alone: flat, then falling
        pupil.page.keyboard.press("ArrowUp")
    for _ in range(40):
        pupil.page.keyboard.press("ArrowRight")
        pupil.page.keyboard.press("ArrowDown")
    pupil.lock()
    assert pupil.right
    pupil.photograph(artefacts, "choose_k")
    pupil.go_on()
    pupil.type(2)
    assert not pupil.right
    pupil.go_on()
    pupil.choose(0)
    assert not pupil.right
    pupil.move("k", 5)
    pupil.go_on()
    pupil.type(5)
    assert pupil.right
    pupil.go_on()
    assert not pupil.check()
    pupil.move("k", 5)
    assert pupil.check()
    pupil.go_on()
    pupil.choose(1)
    pupil.finish(4, 6)


def test_the_playground_computes_what_scipy_does(page) -> None:
    """The picture that teaches would be another than that of the package."""
    script = page_script("lessons/lesson_widget.js").replace("export default{render}", "export default{spectrogram}")
    compute = """async ([script, wave, how]) => {
      const url = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
      const {power, frequencies, times} = (await import(url)).default.spectrogram(Float64Array.from(wave), how);
      return [[...power], [...frequencies], [...times]];
    }"""
    data = material("stft_playground")
    wave, rate = np.frombuffer(data["wave"], "<f4").astype(float), data["sampling_rate"]
    for points, hop, window in [(64, 32, "hann"), (256, 32, "hamming"), (1024, 512, "blackman"), (8, 8, "boxcar")]:
        how = {"rate": rate, "points": points, "hop": hop, "window": window}
        power, frequencies, times = page.evaluate(compute, [script, wave.tolist(), how])
        f, t, expected = signal.spectrogram(
            wave, rate, window=window, nperseg=points, noverlap=points - hop, detrend=False
        )
        np.testing.assert_allclose(frequencies, f, rtol=1e-12)
        np.testing.assert_allclose(times, t, rtol=1e-12)
        np.testing.assert_allclose(np.reshape(power, expected.shape), expected, rtol=1e-6, atol=1e-12 * expected.max())


def test_a_lesson_goes_on_where_it_was(page, student, tmp_path) -> None:
    """After a break, or a restarted kernel, a student would have to begin again."""
    pupil = student("stft_playground")
    pupil.click(0.55, 0.3)
    assert pupil.right
    pupil.go_on()
    pupil.hand_in()
    again = Student(page, zx.Lesson("stft_playground", student="Inge", answers=tmp_path / "answers"))
    assert again.step == 2 and page.get_by_label("your name").input_value() == "Inge"
    again.button("Previous").click()
    assert again.root.get_attribute("data-revealed") == "true" and again.right
    assert again.page.locator(".zx-guess[data-ready=true].zx-guessed").count() == 1
    page.get_by_label("your name").fill("Inge Lehmann")
    page.get_by_label("your name").press("Tab")
    assert again.hand_in()["student"] == "Inge Lehmann"
    files = ["Inge-Lehmann_stft_playground.json", "Inge_stft_playground.json"]
    assert [path.name for path in sorted((tmp_path / "answers").iterdir())] == files
    again.button("Begin anew").click()
    assert again.root.get_attribute("data-revealed") == "true", "one click must not begin anew"
    again.button("Really begin anew?").click()
    assert again.step == 1 and again.root.get_attribute("data-revealed") == "false"
    assert len(again.hand_in()["steps"]) == 1, "the answers of before must stay"
    again.click(0.9, 0.9)
    again.hand_in()
    assert again.lesson.path.name == "Inge-Lehmann_stft_playground_2.json"
    table = zx.read_answers([tmp_path / "answers" / name for name in (files[0], again.lesson.path.name)])
    assert table[["session", "right"]].to_numpy().tolist() == [[1, True], [2, False]]


def test_a_failed_task_may_be_skipped_and_is_named_at_the_end(student) -> None:
    """Whoever skipped a task would find a lesson that never ends, and no word why."""
    pupil = student("choose_k")
    for guess in (lambda: pupil.click(0.9, 0.5), lambda: pupil.draw([(0, 0.9), (1, 0.1)]), lambda: pupil.type(3)):
        guess()
        pupil.go_on()
    pupil.choose(1)
    pupil.go_on()
    pupil.type(5)
    pupil.go_on()
    assert not pupil.check() and "Your K: 1; needed: from 4 to 6" in pupil.verdict
    pupil.skip()
    pupil.choose(1)
    assert "Still open: step 6." in pupil.verdict and "That was the lesson" not in pupil.verdict
    pupil.page.get_by_role("button", name="step 6: Decide").click()
    pupil.move("k", 5)
    assert pupil.check()
    pupil.go_on()
    pupil.finish(5, 6)
    assert "You guessed 5 of 6 right; the other one is where you learned most." in pupil.verdict


def test_the_last_sentence_is_a_sentence_for_all_counts(page, tmp_path) -> None:
    """A student would read that the other one are where most was learned."""
    hand_out(page, {"rules.js": "closing, listed"}, tmp_path)
    counts = [[1, 6], [5, 6], [6, 6], [0, 6], [0, 1], [1, 1], [0, 0]]
    said = page.evaluate("counts => counts.map(n => handed.closing(...n))", counts)
    assert said == [
        "You guessed 1 of 6 right; the other five are where you learned most.",
        "You guessed 5 of 6 right; the other one is where you learned most.",
        "You guessed all 6 right.",
        "None of your 6 guesses was right: each of them is where you learned something.",
        "Your guess was not right: that is where you learned most.",
        "Your guess was right.",
        "",
    ]
    assert page.evaluate("() => [[6], [2, 6], [2, 4, 6]].map(handed.listed)") == ["6", "2 and 6", "2, 4 and 6"]


def test_the_name_is_asked_for_once_and_never_in_the_way(page, tmp_path) -> None:
    """A class would hand in thirty files called anonymous, or be stopped by a question that is not about waves."""
    pupil = Student(page, zx.Lesson("choose_k", answers=tmp_path / "answers"))
    name, whose = page.get_by_label("your name"), page.locator(".zx-whose")
    expect(whose).to_be_empty()
    pupil.click(0.5, 0.5)
    expect(whose).to_have_text("Whose answers are these?")
    expect(name).to_be_focused()
    pupil.go_on()
    expect(whose).to_be_empty()
    pupil.draw([(0, 0.9), (1, 0.1)])
    expect(whose).to_be_empty()
    expect(name).not_to_be_focused()


def test_after_a_guess_by_keys_tab_goes_to_the_button_that_locks_it_in(student) -> None:
    """Without a mouse one would look for the button behind all controls, or be caught between chart and button."""
    pupil = student("choose_k")
    chart, keyboard = pupil.page.locator(".zx-guess"), pupil.page.keyboard
    chart.focus()
    keyboard.press("Tab")
    expect(chart).not_to_be_focused()  # nothing to lock in yet
    chart.focus()
    keyboard.press("ArrowLeft")
    keyboard.press("Tab")
    expect(pupil.button("Lock in my guess")).to_be_focused()
    keyboard.press("Shift+Tab")
    expect(chart).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Tab")
    expect(pupil.button("Save answers")).to_be_focused()
    chart.focus()
    keyboard.press("Tab")
    keyboard.press("Enter")
    pupil.page.wait_for_selector(".zx-lesson[data-revealed=true]")


def test_two_views_of_a_lesson_agree_and_leave_nothing_behind(student) -> None:
    """A second view would hold other answers, or closing one leave listeners that keep all its data."""
    pupil = student("choose_k")
    pupil.page.evaluate("() => addView()")
    pupil.page.wait_for_function("() => document.querySelectorAll('.zx-lesson[data-painted=true]').length === 2")
    first, second = pupil.page.locator(".zx-lesson").all()
    box = first.locator(".zx-guess").bounding_box()
    pupil.page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    first.get_by_role("button", name="Lock in my guess").click()
    assert second.get_attribute("data-revealed") == "true"
    pupil.page.evaluate("() => unmount()")
    assert pupil.page.evaluate("() => [model.listening(), document.querySelectorAll('.zx-lesson').length]") == [0, 0]


@pytest.mark.parametrize("name", shipped_lessons())
def test_a_lesson_can_be_seen_and_reached_by_all(name, student) -> None:
    """A person with a screen reader or weak eyes could not take the lesson."""
    pupil = student(name)
    assert findings(pupil.page) == []
    mounting.set_page_theme(pupil.page, "dark")
    pupil.page.wait_for_selector(".zx-lesson[data-theme=dark]")
    assert findings(pupil.page) == []


def test_a_lesson_of_ones_own_with_a_slip_says_where(page, tmp_path) -> None:
    """A teacher who names a control that is not there would see a lesson that does nothing."""
    path = tmp_path / "mine.json"
    step = '{"title": "One", "text": "Look.", "values": {"no_such": 3}}'
    path.write_text(f'{{"title": "Mine", "text": "Hello", "widget": "choose_k", "steps": [{step}]}}')
    lesson = Lesson(path, answers=tmp_path)
    traits = {"lesson": lesson.lesson, "data": lesson.data, "student": "", "sheet": {}, "saved": ""}
    mounting.mount(page, lesson._esm, traits, css=lesson._css)
    page.get_by_text("the lesson sets a control no_such, but there is none.").wait_for()
