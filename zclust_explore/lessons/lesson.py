"""Lesson: a lesson file as a widget, which keeps a student's answers in a small file."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import traitlets

from ..widgets._reruns import CellWidget
from ..widgets._script import FOLDER, page_script, style_sheet
from .answers import answers_path, load_answers, write_answers
from .lesson_file import read_lesson
from .material import material

logger = logging.getLogger(__name__)


def lesson_style() -> str:
    """Return the style of lessons, after that of all widgets."""
    own = sorted((FOLDER / "lessons").glob("*.css"))
    return "".join([style_sheet(), *(path.read_text(encoding="utf-8") for path in own)])


class Lesson(CellWidget):
    """A lesson that asks first, then shows, then checks. It needs the kernel only to keep the answers.

    Parameters
    ----------
    name_or_path : str or path
        A shipped lesson: "stft_playground", "bottleneck", "soft_assignment", "sharpening", "by_hand", "break_it" or
        "choose_k"; or the path of a lesson file (see `zclust_explore.lessons.lesson_file.read_lesson`).
    student : str
        Whose answers these are; can also be typed in the lesson.
    answers : path, optional
        Folder of the answers, one file a student and lesson, written after each answer; default "answers" in the
        current folder. Where the student's file is there already, the lesson goes on from it.

    Raises
    ------
    FileNotFoundError
        If there is no such lesson.
    ValueError
        If something in the lesson file is wrong.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> lesson = zx.Lesson("bottleneck", student="Inge")
    >>> lesson.path.as_posix()
    'answers/Inge_bottleneck.json'
    """

    _esm = page_script("lessons/lesson_widget.js")
    _css = lesson_style()

    lesson = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)  # what the widget of the lesson draws
    student = traitlets.Unicode("").tag(sync=True)
    sheet = traitlets.Dict().tag(sync=True)  # the answers
    saved = traitlets.Unicode("").tag(sync=True)  # in which file they are, or why they are in none

    def __init__(self, name_or_path: str | Path, student: str = "", answers: str | os.PathLike[str] | None = None):
        lesson = read_lesson(name_or_path)
        self.folder = Path("answers" if answers is None else answers)
        self._written: Path | None = None
        path = answers_path(self.folder, student, lesson["name"])
        sheet: dict[str, Any] = {}
        saved = ""
        if path.exists():
            try:
                sheet, saved = load_answers(path), f"answers are in {path}"
            except ValueError as error:
                saved = f"the answers of earlier could not be read: {error}"
        super().__init__(lesson=lesson, data=material(lesson["widget"]), student=student, sheet=sheet, saved=saved)
        self.observe(self._keep, ["sheet"])

    @property
    def path(self) -> Path:
        """Where the answers are kept."""
        return answers_path(self.folder, self.student, self.lesson["name"])

    def _keep(self, change: Any) -> None:
        """Write what the student has answered; the page is told where it is, or what went wrong."""
        if not self.sheet.get("steps") and self._written is None:
            return
        sheet = {**self.sheet, "lesson": self.lesson["name"]}
        try:
            path = write_answers(self.folder, sheet)
            if self._written is not None and self._written != path:  # the student has another name now
                self._written.unlink(missing_ok=True)
        except OSError as error:
            logger.exception("answers could not be written")
            self.saved = f"The answers could not be written: {error}. Save them by the button below."
            return
        self._written = path
        self.saved = f"answers are in {path}"
