"""Students' answers: one file a student, lesson and session, none ever replaced, and a table of all of them."""

import json

import pandas as pd
import pytest

import zclust_explore as zx
from zclust_explore.lessons.answers import answers_path, load_answers, write_answers

ENTRY = {
    "step": 1,
    "title": "Shape",
    "question": "Draw it.",
    "kind": "draw",
    "raw": [[0, 1.23456], [1, 2]],
    "answer": [[0, 1.2346], [1, 2]],
    "right": False,
    "at": "2026-03-01T10:00:00.000Z",
}
TASK = {"step": 2, "title": "Do", "kind": "task", "passed": True, "tries": 3, "at": "2026-03-01T10:01:00.000Z"}


def sheet(student: str, lesson: str = "by_hand", *entries: dict) -> dict:
    return {"student": student, "lesson": lesson, "steps": list(entries or (ENTRY, TASK))}


def test_a_table_of_a_class(tmp_path) -> None:
    """A teacher would have to open thirty files."""
    for student in ("Inge", "Beno"):
        write_answers(tmp_path / student, sheet(student))
    write_answers(tmp_path, sheet("Inge", "sharpening", ENTRY))
    table = zx.read_answers(tmp_path)
    assert table[["student", "lesson", "step"]].to_numpy().tolist() == [
        ["Beno", "by_hand", 1],
        ["Beno", "by_hand", 2],
        ["Inge", "by_hand", 1],
        ["Inge", "by_hand", 2],
        ["Inge", "sharpening", 1],
    ]
    first, second = table.iloc[0], table.iloc[1]
    assert first.answer == ENTRY["answer"] and first.right is False and first.passed is None
    assert second.passed is True and second.tries == 3 and second.right is None
    assert first["at"] == pd.Timestamp("2026-03-01T10:00Z")
    assert table.attrs["skipped"] == []
    assert len(zx.read_answers([tmp_path / "Inge", tmp_path / "Beno" / "Beno_by_hand.json"])) == 4


def test_sessions_of_one_name_are_all_in_the_table(tmp_path) -> None:
    """A teacher would see the last session only, count one handed in twice as two, or mix up which came first."""
    late, early = ({**sheet("Nora"), "started": f"2026-03-0{day}T10:00:00.000Z"} for day in (2, 1))
    early["steps"] = [ENTRY]
    for place, answers in (("a", late), ("a", early), ("b", early)):
        write_answers(tmp_path / place, answers)
    assert [path.name for path in sorted(tmp_path.glob("*/*.json"))] == [
        "Nora_by_hand.json",
        "Nora_by_hand_2.json",
        "Nora_by_hand.json",
    ]
    table = zx.read_answers(tmp_path)
    assert table[["session", "step"]].to_numpy().tolist() == [[1, 1], [2, 1], [2, 2]]


def test_what_is_no_answers_is_named_and_skipped(tmp_path, caplog) -> None:
    """One broken file would hide the answers of a class, or be left out without a word."""
    write_answers(tmp_path, sheet("Inge"))
    (tmp_path / "broken.json").write_text('{"steps": [')
    (tmp_path / "other.json").write_text('{"cells": []}')
    (tmp_path / "newer.json").write_text(json.dumps({"format": 99, "lesson": "by_hand", "steps": []}))
    (tmp_path / "picture.json").write_bytes(b"\xff\xfe\x00")
    table = zx.read_answers(tmp_path)
    assert len(table) == 2
    reasons = dict(table.attrs["skipped"])
    assert len(reasons) == 4 and all("must be a file of answers" in reason for reason in reasons.values())
    assert caplog.text.count("skipped") == 4
    with pytest.raises(FileNotFoundError, match="folder_or_files must name what exists"):
        zx.read_answers(tmp_path / "nothing")


@pytest.mark.parametrize("student", ["../../etc/passwd", "a/b\\c", "..", "", "Ångström Ü.", "x" * 500, "con:nul|?*"])
def test_whatever_a_student_is_called(tmp_path, student) -> None:
    """A name with a slash would write somewhere else, or a long one not at all."""
    folder = tmp_path / "answers"
    path = write_answers(folder, sheet(student))
    assert path.parent == folder and path == answers_path(folder, student, "by_hand")
    assert [entry.name for entry in folder.iterdir()] == [path.name]
    assert zx.read_answers(folder).student.unique().tolist() == [student or "anonymous"]


def test_answers_come_back_as_they_were(tmp_path) -> None:
    """After a restart a student's curve would be another."""
    path = write_answers(tmp_path, sheet("Inge"))
    assert load_answers(path) == {"format": 1, **sheet("Inge")}


def test_the_widget_says_where_answers_are_or_why_not(tmp_path) -> None:
    """A student would believe that answers are kept while the folder cannot be written."""
    lesson = zx.Lesson("by_hand", student="Inge", answers=tmp_path / "answers")
    assert not lesson.path.exists() and lesson.saved == ""
    lesson.sheet = sheet("Inge")
    assert lesson.saved == f"answers are in {lesson.path}" and load_answers(lesson.path)["steps"] == [ENTRY, TASK]
    again = zx.Lesson("by_hand", student="Inge", answers=tmp_path / "answers")
    assert again.sheet["steps"] == [ENTRY, TASK]
    lesson.student = "Inge L"
    lesson.sheet = sheet("Inge L")
    assert [path.name for path in lesson.folder.iterdir()] == ["Inge-L_by_hand.json"]
    (tmp_path / "file").write_text("in the way")
    stuck = zx.Lesson("by_hand", answers=tmp_path / "file")
    stuck.sheet = sheet("")
    assert stuck.saved.startswith("The answers could not be written: ")
    lesson.path.write_text("spoiled")
    spoiled = zx.Lesson("by_hand", student="Inge L", answers=tmp_path / "answers")
    assert spoiled.sheet == {} and "could not be read" in spoiled.saved
    for widget in (lesson, again, stuck, spoiled):
        widget.close()


@pytest.fixture
def lessons(tmp_path):
    """Call as a cell that is run: a lesson by hand, whose answers are in one folder for all."""
    made = []

    def run(student: str = "") -> zx.Lesson:
        made.append(zx.Lesson("by_hand", student=student, answers=tmp_path / "answers"))
        return made[-1]

    yield run
    for lesson in made:
        lesson.close()


def answer(lesson: zx.Lesson, student: str, *entries: dict, started: str = "") -> None:
    """What the page tells Python when a student with a typed name has answered."""
    state = {**sheet(student), "steps": list(entries), "started": started}
    lesson.set_state({"student": student, "sheet": state})


def steps_in(lesson: zx.Lesson) -> dict[str, list[int]]:
    """The steps that have answers, in each file of the folder."""
    paths = sorted(lesson.folder.iterdir())
    return {path.name: [entry["step"] for entry in load_answers(path)["steps"]] for path in paths}


def test_a_cell_that_is_run_again_replaces_no_answers(lessons) -> None:
    """A morning's answers would be gone after Run All, or when a second Nora sits down at the machine."""
    first = lessons()
    answer(first, "Nora", ENTRY, TASK, started="9:00")
    second = lessons()
    assert second.sheet == {}, "whose answers these are is not known before the name is typed"
    answer(second, "Nora", ENTRY, started="10:00")
    assert steps_in(second) == {"Nora_by_hand.json": [1, 2], "Nora_by_hand_2.json": [1]}
    assert second.saved == f"answers are in {second.path}" and second.path.name == "Nora_by_hand_2.json"
    answer(second, "Nora", ENTRY, TASK, started="10:00")
    answer(first, "Nora", ENTRY, started="9:00")  # both are open, and each writes to its own
    assert steps_in(second) == {"Nora_by_hand.json": [1], "Nora_by_hand_2.json": [1, 2]}
    nameless = [lessons(), lessons()]
    for lesson in nameless:
        answer(lesson, "", ENTRY)
    assert {"anonymous_by_hand.json", "anonymous_by_hand_2.json"} < set(steps_in(second))
    assert lessons().sheet == {}, "these may be anybody's"
    answer(nameless[1], "Nora", ENTRY)  # and who is told the name later has it all in one file, which is a new one
    assert set(steps_in(second)) == {"anonymous_by_hand.json", *(f"Nora_by_hand{n}.json" for n in ("", "_2", "_3"))}
    assert zx.read_answers(second.folder).groupby("student").session.max().to_dict() == {"Nora": 3, "anonymous": 1}


def test_who_comes_back_may_go_on(lessons) -> None:
    """Next day a student would have to do all steps again, or go on in somebody else's file."""
    answer(lessons(), "Nora", ENTRY, started="9:00")
    back = lessons()
    assert back.earlier == {}
    back.set_state({"student": "Nora"})
    assert back.earlier == {"path": str(back.folder / "Nora_by_hand.json"), "at": 0}
    back._handle_custom_msg({"kind": "go_on"}, [])
    assert back.sheet["steps"] == [ENTRY] and back.earlier == {} and back.path.name == "Nora_by_hand.json"
    answer(back, "Nora", ENTRY, TASK, started="9:00")
    assert steps_in(back) == {"Nora_by_hand.json": [1, 2]}
    answer(back, "Nora", started="11:00")  # begun anew
    assert "stay in" in back.saved and steps_in(back) == {"Nora_by_hand.json": [1, 2]}
    answer(back, "Nora", TASK, started="11:00")
    assert steps_in(back) == {"Nora_by_hand.json": [1, 2], "Nora_by_hand_2.json": [2]}
    other = lessons("Nora")
    answer(other, "Nora Q", TASK, started="11:00")
    assert set(steps_in(other)) == {"Nora_by_hand.json", "Nora_by_hand_2.json", "Nora-Q_by_hand.json"}


def test_what_somebody_else_has_written_stays(lessons) -> None:
    """Two kernels that go on in one file would take each other's answers away."""
    answer(lessons(), "Nora", ENTRY, started="9:00")
    one, other = lessons("Nora"), lessons("Nora")
    answer(one, "Nora", ENTRY, TASK, started="9:00")
    answer(other, "Nora", ENTRY, {**TASK, "step": 3}, started="9:00")
    assert steps_in(one) == {"Nora_by_hand.json": [1, 2], "Nora_by_hand_2.json": [1, 3]}
    one.path.write_text("spoiled")
    answer(one, "Nora", ENTRY, started="9:00")
    assert one.path.name == "Nora_by_hand_3.json", "what cannot be read may be somebody's answers"
