"""Answers of students: one small file a student and lesson, and a table of many for the teacher."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.files import to_json, write_text

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

FORMAT = 1
NOBODY = "anonymous"
COLUMNS = ["student", "lesson", "step", "title", "question", "kind", "answer", "right", "passed", "tries", "at"]


def answers_path(folder: Path, student: str, lesson: str) -> Path:
    """Where a student's answers to a lesson lie: whatever somebody calls himself, it is one file in the folder.

    Examples
    --------
    >>> answers_path(Path("answers"), "Inge L.", "by_hand").as_posix()
    'answers/Inge-L_by_hand.json'
    """
    name = re.sub(r"[^\w-]+", "-", student).strip("-")[:60] or NOBODY
    return folder / f"{name}_{lesson}.json"


def write_answers(folder: Path, sheet: dict[str, Any]) -> Path:
    """Write or replace a student's answers in one step; returns the file."""
    path = answers_path(folder, sheet.get("student", ""), sheet["lesson"])
    folder.mkdir(parents=True, exist_ok=True)
    write_text(path, to_json({"format": FORMAT, **sheet}, indent=1))
    return path


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

    Parameters
    ----------
    folder_or_files : path, or several
        Files of answers, and folders that are searched with all that is below them. A file that holds something else
        is skipped and named, with the reason, in `table.attrs["skipped"]`.

    Returns
    -------
    pandas.DataFrame
        A row an answer or task, in the order of students, lessons and steps: `student`, `lesson`, `step` (from 1),
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

    rows, skipped = [], []
    for path in _files(folder_or_files):
        try:
            sheet = load_answers(path)
        except ValueError as error:
            logger.warning("skipped: %s", error)
            skipped.append((str(path), str(error)))
            continue
        shared = {"student": sheet.get("student") or NOBODY, "lesson": sheet["lesson"]}
        rows += [shared | {name: entry.get(name) for name in COLUMNS[2:]} for entry in sheet["steps"]]
    table = pd.DataFrame(rows, columns=COLUMNS).sort_values(["student", "lesson", "step"], ignore_index=True)
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
