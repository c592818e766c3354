"""Lesson pages: one HTML file a lesson, which needs neither kernel nor network."""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path
from typing import Any

from ..data.files import write_text
from ..widgets._script import page_script
from .lesson import lesson_style
from .lesson_file import read_lesson, shipped_lessons
from .material import material

# nothing may be loaded, whatever a script would want
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
{style}
html {{ background: #ffffff; }}
@media (prefers-color-scheme: dark) {{ html {{ background: #111111; }} }}
body {{ margin: 0 auto; padding: 12px 16px; max-width: 1500px; }}
</style>
</head>
<body>
<main id="lesson"></main>
<noscript>This lesson needs JavaScript.</noscript>
<script type="application/json" id="state">{state}</script>
<script type="module">
{script}render(document);
</script>
</body>
</html>
"""


def lesson_page(name_or_path: str | Path) -> str:
    """Return a lesson as one HTML page; answers are kept in the browser, where it allows that, and can be saved.

    Parameters
    ----------
    name_or_path : str or path
        As `Lesson` takes it.

    Examples
    --------
    >>> "<title>" in lesson_page("bottleneck")
    True
    """
    lesson = read_lesson(name_or_path)
    state = {"lesson": lesson, "data": material(lesson["widget"])}
    return PAGE.format(
        policy=POLICY,
        title=html.escape(lesson["title"]),
        style=lesson_style(),
        # neither may hold what would end its element
        state=json.dumps(_encoded(state), ensure_ascii=False).replace("<", "\\u003c"),
        script=page_script("lessons/lesson_page.js").replace("</", "<\\/"),
    )


def write_pages(folder: Path) -> list[Path]:
    """Write a page of every shipped lesson into a folder; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in shipped_lessons():
        paths.append(folder / f"{name}.html")
        write_text(paths[-1], lesson_page(name))
    return paths


def _encoded(value: Any) -> Any:
    """Bytes, at any depth, as text."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: _encoded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_encoded(entry) for entry in value]
    return value
