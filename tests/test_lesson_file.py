"""Lesson files: what is shipped teaches, and what is wrong in a teacher's own file is said with its place."""

import copy
import json

import pytest

from zclust_explore.lessons.lesson_file import WIDGETS, read_lesson, shipped_lessons

GOOD = {
    "title": "Mine",
    "text": "Hello.",
    "widget": "by_hand",
    "controls": {"q": "locked"},
    "steps": [
        {
            "title": "One",
            "text": "Look.",
            "cover": ["kl"],
            "question": {"kind": "choice", "ask": "Which?", "options": ["a", "b"]},
            "reveal": {"text": "So.", "uncover": ["kl"], "controls": {"q": "shown"}},
            "check": {"answer": "option", "is": 1},
            "right": "Yes.",
            "wrong": "No.",
        },
        {"title": "Two", "text": "Do.", "check": [{"report": "kl", "below": 0.1}], "right": "Yes.", "wrong": "No."},
    ],
}


JUDGED = {"kind": "choice", "ask": "Which?", "options": ["a", "b"], "check": {"answer": "option", "is": 1}}


@pytest.fixture
def reading(tmp_path):
    """Call with a lesson: what `read_lesson` makes of its file."""

    def read(lesson):
        path = tmp_path / "mine.json"
        path.write_text(lesson if isinstance(lesson, str) else json.dumps(lesson), encoding="utf-8")
        return read_lesson(path)

    return read


def changed(place: str, value) -> dict:
    """The good lesson with one thing changed, or taken out where the value is None."""
    lesson = copy.deepcopy(GOOD)
    *above, last = [int(word) if word.isdigit() else word for word in place.split(".")]
    inner = lesson
    for word in above:
        inner = inner[word]
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return lesson


def test_a_good_file_is_read_with_its_name(reading) -> None:
    """Nobody could write a lesson of their own."""
    assert reading(GOOD) == {**GOOD, "name": "mine"}
    judged = changed("steps.1.question", {**JUDGED, "right": "Yes.", "wrong": "No."})
    judged["steps"][1]["check"][0]["missed"] = "KL: {} nats."
    assert reading(judged) == {**judged, "name": "mine"}


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("title", None, "the file must have 'title'"),
        ("titel", "Mine", "the file must not have 'titel'; known are title, text"),
        ("widget", "byhand", "widget must be one of stft_playground, .*, got 'byhand'"),
        ("controls.q", "visible", "controls.q must be one of shown, hidden, locked, got 'visible'"),
        ("steps", [], r"steps must be a list of at least one step, got \[\]"),
        ("steps.0.text", " ", r"steps\[0\].text must be a text, got ' '"),
        ("steps.0.question.kind", "guess", r"steps\[0\].question.kind must be one of choice, number, click, draw"),
        ("steps.0.question.options", ["a"], r"steps\[0\].question.options must be at least two"),
        ("steps.0.question.unit", "s", r"steps\[0\].question must not have 'unit'"),
        ("steps.0.question", None, r"steps\[0\].check.answer must be of a question, but the step has none"),
        ("steps.0.right", None, r"steps\[0\] must have check, right and wrong together"),
        ("steps.0.check.is", 2, r"steps\[0\].check.is must be the number of an option, from 0, got 2"),
        ("steps.0.check.answer", "x", r"steps\[0\].check.answer must be one of option, got 'x'"),
        ("steps.0.check", [{"answer": "option", "is": 1}, {"report": "kl", "below": 1}], "about reports, got both"),
        ("steps.1.check.0.above", 0.0, r"steps\[1\].check\[0\] must have exactly one of is, below, above, between"),
        ("steps.1.check.0.below", "low", r"steps\[1\].check\[0\].below must be a number, got 'low'"),
        ("steps.1.check", [{"report": "kl", "between": [2, 1]}], "between must be in ascending order"),
        ("steps.1.check.0.missed", "", r"steps\[1\].check\[0\].missed must be a text"),
        ("steps.1.question", JUDGED, r"steps\[1\].question must have check, right and wrong together"),
        ("steps.0.question.check", {"report": "kl", "below": 1}, r"steps\[0\].question.check must be about answers"),
        ("steps.0.question", {**JUDGED, "right": "Yes.", "wrong": "No."}, r"steps\[0\].check must be about reports"),
        ("steps.1.reveal", {"text": "So."}, r"steps\[1\].reveal must follow a question"),
    ],
)
def test_a_slip_is_said_with_its_place(reading, place, value, said) -> None:
    """A teacher would search a file of two hundred lines for a typing error, or find it before the class."""
    with pytest.raises(ValueError, match=f"^mine.json: .*{said}"):
        reading(changed(place, value))


def test_what_is_no_lesson_at_all(reading, tmp_path) -> None:
    """A slip of a comma, or of a name, would end in a message about something else."""
    with pytest.raises(ValueError, match=r"^mine.json must be JSON: line 2, "):
        reading('{"title": "Mine",\n}')
    with pytest.raises(ValueError, match=r"^mine.json: the file must be an object, got \[\]"):
        reading([])
    with pytest.raises(FileNotFoundError, match=r"must be one of stft_playground, .*got 'by_foot'"):
        read_lesson("by_foot")
    with pytest.raises(FileNotFoundError):
        read_lesson(tmp_path / "none.json")


def test_every_widget_has_its_lesson() -> None:
    """A widget would lie in the package that nobody is led to."""
    assert shipped_lessons() == WIDGETS
    for name in shipped_lessons():
        lesson = read_lesson(name)
        assert lesson["widget"] == lesson["name"] == name
        assert 4 <= len(lesson["steps"]) <= 8
        assert sum("question" in step for step in lesson["steps"]) >= 3, f"{name} tells more than it asks"
        for step in lesson["steps"]:
            tasks = [condition for condition in [step.get("check", [])] if "report" in str(condition)]
            for condition in [entry for task in tasks for entry in (task if isinstance(task, list) else [task])]:
                assert "missed" in condition, f"{name} tells a student of {condition['report']}"
            if tasks and "question" in step:
                assert "check" in step["question"], f"{name} asks for a guess that nobody judges"
        assert "NOT show" in json.dumps(lesson["steps"][-1]), f"{name} does not end by what clusters do not show"
