"""Make the two versions of each lesson from its source: `make workshop`, or `python notebooks/workshop/versions.py`.

Sources are in `sources/`. A cell tagged "exercise" is only in the version for students, beside this file; a cell tagged
"solution" only in that in `solutions/`; all others are in both. Tags are set in JupyterLab, with the cog wheel at the
right edge. A code cell that is folded in a source (a check that knows the answer) is folded in all versions. Work on a
source, then run this; outputs are left out.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TAGS = ("exercise", "solution")


def tag_of(cell: dict[str, Any]) -> str | None:
    """Return in which version alone a cell is; None for both."""
    found = [tag for tag in TAGS if tag in cell["metadata"].get("tags", [])]
    if len(found) > 1:
        raise ValueError(f"a cell must be either exercise or solution, got both: {''.join(cell['source'])[:80]!r}.")
    return found[0] if found else None


def check(cells: list[dict[str, Any]]) -> None:
    """Raise ValueError unless every exercise is followed by its solution, and every solution follows an exercise."""
    tags = [None, *map(tag_of, cells), None]
    for number, (before, now) in enumerate(pairwise(tags)):
        if (before == "exercise") != (now == "solution"):
            where = "".join(cells[min(number, len(cells) - 1)]["source"])[:80]
            raise ValueError(f"each exercise must be followed by its solution, got otherwise at {where!r}.")


def version(book: dict[str, Any], kept: str) -> dict[str, Any]:
    """Return a notebook without outputs and without the cells of the other version; `kept` is one of TAGS, or "all"."""
    check(book["cells"])
    cells = []
    for cell in book["cells"]:
        if kept == "all" or tag_of(cell) in (None, kept):
            tags = [tag for tag in cell["metadata"].get("tags", []) if kept == "all" or tag not in TAGS]
            folded = cell["metadata"].get("jupyter", {}).get("source_hidden", False)
            kept_metadata = {"jupyter": {"source_hidden": True}} if folded else {}
            cell = cell | {"metadata": kept_metadata | ({"tags": tags} if tags else {})}
            if cell["cell_type"] == "code":
                cell |= {"execution_count": None, "outputs": []}
            cells.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return book | {"cells": cells, "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}}}


def versions(folder: Path = HERE) -> dict[Path, str]:
    """Return what every file should hold: sources without outputs, exercises, solutions."""
    texts = {}
    for source in sorted((folder / "sources").glob("*.ipynb")):
        book = json.loads(source.read_text(encoding="utf-8"))
        places = {"all": source, "exercise": folder / source.name, "solution": folder / "solutions" / source.name}
        for kept, place in places.items():
            texts[place] = json.dumps(version(book, kept), indent=1, ensure_ascii=False) + "\n"
    return texts


def main() -> None:
    """Write every file that is not as it should be, and say which."""
    for path, text in versions().items():
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(HERE)}\n")


if __name__ == "__main__":
    main()
