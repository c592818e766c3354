"""Lesson: a lesson file as a widget, which keeps a student's answers in a small file."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path
from typing import Any

import traitlets

from ..widgets._reruns import CellWidget
from ..widgets._script import FOLDER, page_script, style_sheet
from .answers import AnswerFile, free_answers, load_answers, newest_answers
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
        Folder of the answers, one file a student, lesson and session, written after each answer; default "answers" in
        the current folder. With `student` the lesson goes on from the student's last file. Where the name is typed
        in the lesson, it offers to, and else begins a new file: no answers are ever replaced.

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
    earlier = traitlets.Dict().tag(sync=True)  # where the student's last session is, as long as this one has no answers
    saved = traitlets.Unicode("").tag(sync=True)  # in which file they are, or why they are in none

    def __init__(self, name_or_path: str | Path, student: str = "", answers: str | os.PathLike[str] | None = None):
        lesson = read_lesson(name_or_path)
        self.folder = Path("answers" if answers is None else answers)
        self._file = AnswerFile(self.folder)
        path = newest_answers(self.folder, student, lesson["name"]) if student else None
        sheet: dict[str, Any] = {}
        saved = ""
        if path is not None:
            try:
                sheet, saved = self._file.take_up(path), f"answers are in {path}"
            except ValueError as error:
                saved = f"the answers of earlier could not be read: {error}"
        super().__init__(lesson=lesson, data=material(lesson["widget"]), student=student, sheet=sheet, saved=saved)
        self.observe(self._keep, ["sheet"])
        self.observe(self._look, ["student", "sheet"])
        self.on_msg(self._told)
        self._look()

    @property
    def path(self) -> Path:
        """Where the answers are kept, or will be as soon as there are some."""
        return self._file.path or free_answers(self.folder, self.student, self.lesson["name"])

    def _keep(self, change: Any) -> None:
        """Write what the student has answered; the page is told where it is, or what went wrong."""
        sheet = {**self.sheet, "lesson": self.lesson["name"]}
        if not sheet.get("steps"):
            if self._file.path is not None:  # begun anew
                self.saved = f"the answers until now stay in {self._file.path}; new ones get a file of their own"
            return
        try:
            path = self._file.write(sheet)
        except OSError as error:
            logger.exception("answers could not be written")
            self.saved = f"The answers could not be written: {error}. Save them by the button below."
            return
        self.saved = f"answers are in {path}"

    def _look(self, change: Any = None) -> None:
        """Tell the page of answers that the student has given in an earlier session."""
        path = None if self.sheet.get("steps") else newest_answers(self.folder, self.student, self.lesson["name"])
        self.earlier = {}
        if path is not None:
            with contextlib.suppress(ValueError):  # no answers to go on from
                self.earlier = {"path": str(path), "at": load_answers(path).get("at", 0)}

    def _told(self, widget: Any, content: Any, buffers: Any) -> None:
        """Go on in the file of the student's last session, as the page has asked for."""
        if not isinstance(content, dict) or content.get("kind") != "go_on" or self.sheet.get("steps"):
            return
        path = newest_answers(self.folder, self.student, self.lesson["name"])
        if path is None:
            return
        try:
            self.sheet = self._file.take_up(path)
        except ValueError as error:
            self.saved = f"the answers of earlier could not be read: {error}"
