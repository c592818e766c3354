"""Answers of students: one small file a student, lesson and session, and a table of many for the teacher."""

from __future__ import annotations

import itertools
import json
import logging
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.files import to_json, write_text

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

FORMAT = 1
NOBODY = "anonymous"
ORDER = ["student", "lesson", "session", "step"]
COLUMNS = [*ORDER, "title", "question", "kind", "answer", "right", "passed", "tries", "at"]


def answers_path(folder: Path, student: str, lesson: str, number: int = 1) -> Path:
    """Where a student's answers to a lesson lie: whatever somebody calls himself, it is one file in the folder.

    Examples
    --------
    >>> answers_path(Path("answers"), "Inge L.", "by_hand").as_posix()
    'answers/Inge-L_by_hand.json'
    >>> answers_path(Path("answers"), "Inge L.", "by_hand", 2).as_posix()
    'answers/Inge-L_by_hand_2.json'
    """
    name = re.sub(r"[^\w-]+", "-", student).strip("-")[:60] or NOBODY
    return folder / (f"{name}_{lesson}.json" if number == 1 else f"{name}_{lesson}_{number}.json")


def newest_answers(folder: Path, student: str, lesson: str) -> Path | None:
    """Return the file of a student's last session, or None."""
    *_, last = [None, *itertools.takewhile(Path.exists, _paths(folder, student, lesson))]
    return last


def free_answers(folder: Path, student: str, lesson: str) -> Path:
    """Return the first file of a student's answers that is not there yet."""
    return next(itertools.dropwhile(Path.exists, _paths(folder, student, lesson)))


def _paths(folder: Path, student: str, lesson: str) -> Iterator[Path]:
    return (answers_path(folder, student, lesson, number) for number in itertools.count(1))


def write_answers(folder: Path, sheet: dict[str, Any]) -> Path:
    """Write a student's answers into a file that was not there before; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        path = free_answers(folder, sheet.get("student", ""), sheet["lesson"])
        try:
            path.touch(exist_ok=False)  # two of one name may begin at the same moment
        except FileExistsError:
            continue
        break
    try:
        write_text(path, _written(sheet))
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path


class AnswerFile:
    """Where one session keeps its answers; those of any other session are never replaced.

    A session writes on in the file that it has made or taken up. It makes a new one where the student has another
    name now or has begun anew, and where somebody else has written into that file in the meantime.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path: Path | None = None  # as soon as there is one
        self._text = ""  # what is in it, as far as this session knows
        self._session: tuple[Any, ...] = ()
        self._made = False

    def take_up(self, path: Path) -> dict[str, Any]:
        """Go on in the file of an earlier session: returns its answers; `load_answers` says what may be wrong."""
        sheet = load_answers(path)
        self.path, self._text, self._made = path, path.read_text(encoding="utf-8"), False
        self._session = (sheet.get("student", ""), sheet.get("started"))
        return sheet

    def write(self, sheet: dict[str, Any]) -> Path:
        """Write all answers of the session; returns the file."""
        before, session = self.path, (sheet.get("student", ""), sheet.get("started"))
        is_ours = before is not None and self._is_untouched(before)
        if before is not None and is_ours and session == self._session:
            path = before
            write_text(path, _written(sheet))
        else:
            path = write_answers(self.folder, sheet)
            if before is not None and is_ours and self._made and session[1] == self._session[1]:
                before.unlink(missing_ok=True)  # the student has another name now, and the new file has it all
            self._made = True
        self.path, self._session, self._text = path, session, _written(sheet)
        return path

    def _is_untouched(self, path: Path) -> bool:
        try:
            return path.read_text(encoding="utf-8") == self._text
        except (OSError, ValueError):  # gone, or no text any more
            return False


def _written(sheet: dict[str, Any]) -> str:
    return to_json({"format": FORMAT, **sheet}, indent=1)


def load_answers(path: Path) -> dict[str, Any]:
    """Read one file of answers.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If the file holds something else.
    """
    try:
        sheet = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # neither JSON nor text
        raise ValueError(f"{path.name} must be a file of answers, got something that is not JSON.") from None
    entries = sheet.get("steps") if isinstance(sheet, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "step" in entry for entry in entries):
        raise ValueError(f"{path.name} must be a file of answers, got JSON without a list of steps.")
    if sheet.get("format") != FORMAT or not isinstance(sheet.get("lesson"), str):
        raise ValueError(f"{path.name} must be a file of answers of format {FORMAT}, got {sheet.get('format')!r}.")
    return sheet


def read_answers(folder_or_files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """Collect students' answers in one table.

    Whoever takes a lesson again has all sessions in it, one after the other; so have two students of one name.

    Parameters
    ----------
    folder_or_files : path, or several
        Files of answers, and folders that are searched with all that is below them. A file that holds something else
        is skipped and named, with the reason, in `table.attrs["skipped"]`.

    Returns
    -------
    pandas.DataFrame
        A row an answer or task, in the order of students, lessons, sessions and steps: `student`, `lesson`, `session`
        (from 1, in the order in which a student's sessions began; a file that is there twice is one), `step` (from 1),
        `title`, `question`, `kind`, `answer` (the option in words, the number, the place [x, y] or the curve [[x, y],
        …]), `right` (whether the guess was what happened; None where nothing was checked), `passed` (whether a task was
        done; None where there was none), `tries` of the task, and `at`, when (UTC).

    Raises
    ------
    FileNotFoundError
        If there is nothing at a path.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> entry = {"step": 1, "title": "Shape", "question": "Which?", "kind": "choice", "answer": "a rise", "right": True}
    >>> _ = write_answers(folder, {"student": "Inge", "lesson": "by_hand", "steps": [entry]})
    >>> read_answers(folder)[["student", "lesson", "step", "answer", "right"]].to_dict("records")
    [{'student': 'Inge', 'lesson': 'by_hand', 'step': 1, 'answer': 'a rise', 'right': True}]
    """
    import pandas as pd

    sheets, skipped = [], []
    for path in _files(folder_or_files):
        try:
            sheet = load_answers(path)
        except ValueError as error:
            logger.warning("skipped: %s", error)
            skipped.append((str(path), str(error)))
            continue
        if sheet not in sheets:  # somebody handed in the same file twice
            sheets.append(sheet)
    rows, sessions = [], Counter[tuple[str, str]]()
    for sheet in sorted(sheets, key=lambda sheet: str(sheet.get("started") or "")):
        student, lesson = sheet.get("student") or NOBODY, sheet["lesson"]
        sessions[student, lesson] += 1
        shared = {"student": student, "lesson": lesson, "session": sessions[student, lesson]}
        rows += [shared | {name: entry.get(name) for name in COLUMNS[3:]} for entry in sheet["steps"]]
    table = pd.DataFrame(rows, columns=COLUMNS).sort_values(ORDER, ignore_index=True)
    table["at"] = pd.to_datetime(table["at"], utc=True, errors="coerce")
    table.attrs["skipped"] = skipped
    return table


def _files(given: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> Iterator[Path]:
    paths = [given] if isinstance(given, str | os.PathLike) else list(given)
    for path in map(Path, paths):
        if not path.exists():
            raise FileNotFoundError(f"folder_or_files must name what exists, got {path}.")
        if path.is_dir():
            found = path.rglob("*.json")
            yield from sorted(file for file in found if not any(part.startswith(".") for part in file.parts))
        else:
            yield path
