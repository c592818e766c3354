"""Lesson files: JSON that says what a lesson shows, asks, reveals and checks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "files"
WIDGETS = ("stft_playground", "bottleneck", "soft_assignment", "sharpening", "by_hand", "break_it", "choose_k")
STATES = ("shown", "hidden", "locked")
RELATIONS = ("is", "below", "above", "between")
# what a check may ask of an answer, by the kind of question
SUBJECTS = {
    "choice": ("option",),
    "number": ("value",),
    "click": ("x", "y"),
    "draw": ("start", "end", "change", "lowest", "highest", "deviation"),
}


def shipped_lessons() -> tuple[str, ...]:
    """Names of the lessons that come with the package, in the order of a workshop.

    Examples
    --------
    >>> shipped_lessons()[0]
    'stft_playground'
    """
    return tuple(name for name in WIDGETS if (FOLDER / f"{name}.json").is_file())


def read_lesson(name_or_path: str | Path) -> dict[str, Any]:
    """Read and check a lesson file.

    A lesson is an object with `title`, `text`, `widget` (one of the seven), `steps` and, if wanted, `values` (where
    controls start) and `controls` (name: "shown", "hidden" or "locked"; what is not named is shown).

    A step has `title` and `text` and, if wanted, `values` and `controls` (from this step on), `cover` (charts whose
    truth is hidden), `question`, `reveal`, `check` with `right` and `wrong`, what is said then.

    - `question`: `kind` and `ask`; "choice" has `options`, "number" may have a `unit`, "click" and "draw" name a
      `chart`. In a step whose check is a task it may have `check`, `right` and `wrong` of its own, for the guess.
    - `reveal`, once the question is answered: `text`, and if wanted `uncover` (charts) and `controls`.
    - `check`: one condition or a list of which all must hold. A condition is about the answer, {"answer": "option",
      "is": 1} (options count from 0), or about a number that the widget reports, {"report": "kl", "below": 0.1}, with
      one of "is", "below", "above", "between". Of an answer there is "option" of a choice, "value" of a number, "x" and
      "y" of a click, and of a drawn curve its y at the "start" and the "end", the "change" between them, the x where it
      is "lowest" and "highest", and its mean "deviation" from the truth as a fraction of the axis. A condition about a
      report may say by "missed" what is told where it does not hold; "{}" in it becomes the number.

    Parameters
    ----------
    name_or_path : str or path
        A shipped lesson's name, or the path of a file that ends in .json.

    Returns
    -------
    dict
        As in the file, with `name`: the file's name without its ending.

    Raises
    ------
    FileNotFoundError
        If there is no such lesson.
    ValueError
        If something in the file is wrong: it is said where.

    Examples
    --------
    >>> read_lesson("bottleneck")["widget"]
    'bottleneck'
    """
    path = Path(name_or_path)
    if path.suffix != ".json":
        if str(name_or_path) not in shipped_lessons():
            listed = ", ".join(shipped_lessons())
            raise FileNotFoundError(
                f"name_or_path must be one of {listed}, or the path of a .json file, got {str(name_or_path)!r}."
            )
        path = FOLDER / f"{name_or_path}.json"
    try:
        lesson = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name} must be JSON: line {error.lineno}, {error.msg}.") from None
    try:
        _check_lesson(lesson)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    return {**lesson, "name": path.stem}


def _check_lesson(lesson: Any) -> None:
    _check_keys(lesson, "", {"title": _text, "text": _text, "widget": _one_of(WIDGETS), "steps": _steps}, {
        "values": _values, "controls": _controls,
    })  # fmt: skip


def _steps(steps: Any, where: str) -> None:
    if not isinstance(steps, list) or not steps:
        raise ValueError(f"{where} must be a list of at least one step, got {steps!r}.")
    for number, step in enumerate(steps):
        _check_step(step, f"{where}[{number}]")


def _check_step(step: Any, where: str) -> None:
    question = step.get("question") if isinstance(step, dict) else None
    about = "report" if isinstance(question, dict) and "check" in question else None
    _check_keys(step, where, {"title": _text, "text": _text}, {
        "values": _values, "controls": _controls, "cover": _names, "question": _question, "reveal": _reveal,
        "check": lambda check, place: _check(check, place, question, about), "right": _text, "wrong": _text,
    })  # fmt: skip
    if "reveal" in step and "question" not in step:
        raise ValueError(f"{where}.reveal must follow a question, but {where} has none.")
    _check_words(step, where)


def _check_words(judge: Any, where: str) -> None:
    said = [name for name in ("right", "wrong") if name in judge]
    if ("check" in judge) != bool(said) or len(said) == 1:
        raise ValueError(f"{where} must have check, right and wrong together, got {sorted(judge)}.")


def _question(question: Any, where: str) -> None:
    kind = question.get("kind") if isinstance(question, dict) else None
    if kind is not None:
        _one_of(tuple(SUBJECTS))(kind, f"{where}.kind")  # before what belongs to it
    needed: dict[str, Rule] = {"kind": _one_of(tuple(SUBJECTS)), "ask": _text}
    further: dict[str, Rule] = {
        "check": lambda check, place: _check(check, place, question, "answer"), "right": _text, "wrong": _text,
    }  # fmt: skip
    if kind == "choice":
        needed["options"] = _options
    elif kind == "number":
        further["unit"] = _text
    elif kind in ("click", "draw"):
        needed["chart"] = _text
    _check_keys(question, where, needed, further)
    _check_words(question, where)


def _reveal(reveal: Any, where: str) -> None:
    _check_keys(reveal, where, {"text": _text}, {"uncover": _names, "controls": _controls})


def _check(check: Any, where: str, question: Any, about: str | None = None) -> None:
    conditions = check if isinstance(check, list) else [check]
    if not conditions:
        raise ValueError(f"{where} must have a condition, got [].")
    for number, condition in enumerate(conditions):
        _condition(condition, f"{where}[{number}]" if isinstance(check, list) else where, question)
    if len({"answer" in condition for condition in conditions}) > 1:
        raise ValueError(f"{where} must be about the answer or about reports, got both.")
    if about is not None and about not in conditions[0]:
        raise ValueError(f"{where} must be about {about}s: question.check is about the answer, check about the task.")


def _condition(condition: Any, where: str, question: Any) -> None:
    _check_keys(condition, where, {}, {
        "answer": _text, "report": _text, "is": _plain, "below": _number, "above": _number, "between": _pair,
        "missed": _text,
    })  # fmt: skip
    for names in (("answer", "report"), RELATIONS):
        if sum(name in condition for name in names) != 1:
            raise ValueError(f"{where} must have exactly one of {', '.join(names)}, got {sorted(condition)}.")
    if "answer" in condition:
        if not isinstance(question, dict):
            raise ValueError(f"{where}.answer must be of a question, but the step has none.")
        kind = question["kind"]
        _one_of(SUBJECTS[kind])(condition["answer"], f"{where}.answer")
        option = condition.get("is")
        if kind == "choice" and "is" in condition and option not in range(len(question["options"])):
            raise ValueError(f"{where}.is must be the number of an option, from 0, got {option!r}.")


Rule = Callable[[Any, str], None]


def _check_keys(value: Any, where: str, needed: dict[str, Rule], further: dict[str, Rule]) -> None:
    """Check an object: that it has what is needed, nothing that is not known, and that each follows its rule."""
    if not isinstance(value, dict):
        raise ValueError(f"{where or 'the file'} must be an object, got {value!r}.")
    rules = needed | further
    if unknown := sorted(set(value) - set(rules)):
        raise ValueError(f"{where or 'the file'} must not have {unknown[0]!r}; known are {', '.join(rules)}.")
    for name in needed:
        if name not in value:
            raise ValueError(f"{where or 'the file'} must have {name!r}, got {sorted(value)}.")
    for name, rule in rules.items():
        if name in value:
            rule(value[name], f"{where}.{name}" if where else name)


def _text(value: Any, where: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{where} must be a text, got {value!r}.")


def _number(value: Any, where: str) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{where} must be a number, got {value!r}.")


def _plain(value: Any, where: str) -> None:
    if not isinstance(value, str | int | float):
        raise ValueError(f"{where} must be a number or a text, got {value!r}.")


def _pair(value: Any, where: str) -> None:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"{where} must be two numbers, got {value!r}.")
    for number, entry in enumerate(value):
        _number(entry, f"{where}[{number}]")
    if value[0] > value[1]:
        raise ValueError(f"{where} must be in ascending order, got {value!r}.")


def _names(value: Any, where: str) -> None:
    if not isinstance(value, list):
        raise ValueError(f"{where} must be a list of names, got {value!r}.")
    for number, entry in enumerate(value):
        _text(entry, f"{where}[{number}]")


def _options(value: Any, where: str) -> None:
    _names(value, where)
    if len(value) < 2:
        raise ValueError(f"{where} must be at least two, got {value!r}.")


def _values(value: Any, where: str) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{where} must be an object of names and values, got {value!r}.")
    for name, entry in value.items():
        _plain(entry, f"{where}.{name}")


def _controls(value: Any, where: str) -> None:
    _values(value, where)
    for name, state in value.items():
        _one_of(STATES)(state, f"{where}.{name}")


def _one_of(allowed: tuple[str, ...]) -> Rule:
    def rule(value: Any, where: str) -> None:
        if value not in allowed:
            raise ValueError(f"{where} must be one of {', '.join(allowed)}, got {value!r}.")

    return rule
