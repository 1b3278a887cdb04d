"""Look at a drawn picture: its bytes, and where its texts lie."""

from __future__ import annotations

from itertools import combinations
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

LONG = tuple(
    f"{name} named with $ in forty characters" for name in ("calm", "anger", "joy", "fear", "loss", "awe", "shame")
)


class Drawn:
    """Catch the figures that a module would save; they are not rendered, which takes long."""

    def __init__(self, module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        self.figures: list[Figure] = []

        def keep(figure: Figure, path: str | PathLike[str]) -> None:
            self.figures.append(figure)

        monkeypatch.setattr(module, "save_figure", keep)

    @property
    def last(self) -> Figure:
        return self.figures[-1]


def texts(figure: Figure) -> list[str]:
    """Return all that can be read, without escapes."""
    return [each.get_text().replace(r"\$", "$") for each, _ in _boxes(figure)]


def check_layout(figure: Figure) -> None:
    """Every text lies inside the picture, which is no wider than a README, and none over another."""
    assert figure.get_figwidth() <= 9.0
    boxes = _boxes(figure)
    page = figure.bbox
    for text, box in boxes:
        assert page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1, text
    for (one, a), (other, b) in combinations(boxes, 2):
        shared = Bbox.intersection(a, b)
        assert shared is None or min(shared.width, shared.height) < 1, f"{one} lies over {other}"


def png(path: Path) -> bytes:
    """Read a PNG, which must not name the software that made it."""
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n") and b"Software" not in data
    return data


def _boxes(figure: Figure) -> list[tuple[Text, Bbox]]:
    """Return what is really drawn: a tick outside the limits or on an inner axis is not."""
    found: dict[int, Text] = {}
    draw = Text.draw

    def note(text: Text, *args: Any, **kwargs: Any) -> None:
        if text.get_visible() and text.get_text().strip():
            found[id(text)] = text
        draw(text, *args, **kwargs)

    with patch.object(Text, "draw", note):
        figure.draw_without_rendering()
    return [(text, text.get_window_extent()) for text in found.values()]
