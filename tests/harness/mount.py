"""A widget's front end in a bare page with a fake model, in JupyterLab's own colours."""

import base64
import re
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

HOST = Path(__file__).with_name("mount.js")
THEMES = Path(sys.prefix, "share/jupyter/lab/themes/@jupyterlab")
FRAME = """
body { margin: 0; padding: 8px; background: var(--jp-layout-color0); color: var(--jp-ui-font-color1);
  font-family: var(--jp-ui-font-family); font-size: var(--jp-ui-font-size1) }
"""


def theme_css(theme: str) -> str:
    """The CSS variables of the installed JupyterLab's "light" or "dark" theme: its real values, not a copy."""
    text = (THEMES / f"theme-{theme}-extension" / "index.css").read_text(encoding="utf-8")
    return "".join(f":root {{{block}}}" for block in re.findall(r":root\s*\{([^}]*)\}", text))


def set_page_theme(page: Page, theme: str) -> None:
    """Give a bare page the theme that JupyterLab would."""
    page.evaluate(
        """([css, light]) => {
          const style = document.querySelector("#theme") ?? document.head.appendChild(document.createElement("style"));
          style.id = "theme"; style.textContent = css; document.body.dataset.jpThemeLight = light;
          document.body.dataset.jpThemeName = light === "true" ? "JupyterLab Light" : "JupyterLab Dark";
        }""",
        [theme_css(theme) + FRAME, str(theme == "light").lower()],
    )


def encoded(value: Any) -> Any:
    """Bytes, at any depth, in the form that mount.js turns into a DataView."""
    if isinstance(value, bytes | bytearray | memoryview):
        return {"__b64": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: encoded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [encoded(entry) for entry in value]
    return value


def mount(
    page: Page,
    esm: str,
    state: dict[str, Any] | None = None,
    *,
    css: str = "",
    theme: str = "light",
    name: str = "widget",
    beside: bool = False,
) -> Page:
    """Draw ``esm`` with ``state``; ``beside`` keeps the widgets that are already on the page.

    In the page afterwards: ``window.model`` (``sent``, ``saved``, ``receive(content, buffers)``, ``update(traits)``,
    ``listening()``), ``window.el``, ``window.models[name]``, ``window.addView()`` and ``window.unmount()``.
    """
    if not beside:
        page.goto("about:blank")
        page.add_script_tag(path=HOST)
        set_page_theme(page, theme)
    page.evaluate("parts => window.mount(...parts)", [esm, encoded(state or {}), css, name])
    return page
