"""Draw the package as its imports say it is: a box stands above all that it imports.

    python tools/draw_architecture.py docs/figures/architecture.png

Boxes are the folders and files right under `sentemo`, with the first sentence of their docstrings and their lines of
Python; an arrow leads from what imports to what is imported, where no longer way leads there.
"""

from __future__ import annotations

import ast
import sys
import textwrap
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.patches import FancyBboxPatch

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "sentemo"
WIDTH, HEIGHT, GAP = 3.7, 1.05, 0.35
ABOVE, BELOW = "#e8eef7", "#dbe9dd"
"""What uses a labeler, and what a labeler is made of: all that the model imports."""

Imports = dict[str, set[str]]


def parts() -> dict[str, list[Path]]:
    """Return the files of each folder and file right under the package."""
    inside = {path.name: sorted(path.rglob("*.py")) for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    return inside | {path.stem: [path] for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}


def imported(files: list[Path]) -> Iterator[str]:
    """Yield which parts the files import."""
    for node in (node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sentemo."):
            yield str(node.module).split(".")[1]


def floors(imports: Imports) -> list[list[str]]:
    """Return the parts from the ground up: each on the lowest floor above all that it imports."""
    floor: dict[str, int] = {}
    for part in TopologicalSorter(imports).static_order():
        floor[part] = max((floor[below] + 1 for below in imports[part]), default=0)
    return [[part for part in sorted(floor) if floor[part] == level] for level in range(max(floor.values()) + 1)]


def reached(part: str, imports: Imports) -> set[str]:
    """Return all that a part imports, over others too."""
    return imports[part].union(*(reached(below, imports) for below in imports[part]))


def direct(part: str, imports: Imports) -> set[str]:
    """Return what a part imports where no longer way leads there."""
    return imports[part] - set[str]().union(*(reached(below, imports) for below in imports[part]))


def purpose(files: list[Path]) -> str:
    """Return the first sentence of the docstring."""
    head = next((path for path in files if path.name == "__init__.py"), files[0])
    return (ast.get_docstring(ast.parse(head.read_text(encoding="utf-8"))) or "").split("\n")[0]


def places(levels: list[list[str]], imports: Imports, wide: float) -> dict[str, tuple[float, float]]:
    """Return each part its lower left corner: below what imports it, so that few arrows cross."""
    place: dict[str, tuple[float, float]] = {}
    for height, level in reversed(list(enumerate(levels))):

        def over(part: str) -> float:
            above = [place[user][0] for user in place if part in direct(user, imports)]
            return sum(above) / len(above) if above else wide / 2

        for number, part in enumerate(sorted(level, key=over)):
            place[part] = (number + 0.5) * wide / len(level) - WIDTH / 2, height * (HEIGHT + 0.6)
    return place


def draw(to: Path) -> None:
    """Draw the picture into a file."""
    files = parts()
    imports = {part: set(imported(each)) & files.keys() - {part} for part, each in files.items()}
    levels = floors(imports)
    wide = max(map(len, levels)) * (WIDTH + GAP)
    figure, axes = plt.subplots(figsize=(wide, len(levels) * (HEIGHT + 0.6)))
    place = places(levels, imports, wide)
    below_model = reached("model", imports) | {"model"}
    for part, (x, y) in place.items():
        colour = BELOW if part in below_model else ABOVE
        axes.add_patch(FancyBboxPatch((x, y), WIDTH, HEIGHT, "round,pad=0,rounding_size=0.08", fc=colour, ec="#55606e"))
        lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files[part])
        name = part + ("/" if len(files[part]) > 1 else ".py")
        axes.text(x + 0.12, y + HEIGHT - 0.26, name, weight="bold", size=11)
        axes.text(x + WIDTH - 0.12, y + HEIGHT - 0.26, f"{lines:,}", size=8, ha="right", color="#55606e")
        told = textwrap.fill(purpose(files[part]), 43, max_lines=4, placeholder=" ...")
        axes.text(x + 0.12, y + HEIGHT - 0.36, told, size=8, va="top")
        for below in direct(part, imports):
            to_x, to_y = place[below]
            ends = {"xy": (to_x + WIDTH / 2, to_y + HEIGHT), "xytext": (x + WIDTH / 2, y)}
            axes.annotate("", **ends, arrowprops={"arrowstyle": "->", "color": "#8a94a3", "lw": 0.9}, zorder=0)
    axes.set(xlim=(-0.1, wide + 0.1), ylim=(-0.1, len(levels) * (HEIGHT + 0.6)))
    axes.axis("off")
    figure.savefig(to, dpi=90, bbox_inches="tight")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
