"""Students' answers: one file a student and lesson, and a table of all of them."""

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
