"""The list of what costs much names what there is."""

from __future__ import annotations

from pathlib import Path

from conftest import COSTS


def test_what_costs_much_is_there() -> None:
    root = Path(__file__).parent.parent
    missing = [
        place
        for places in COSTS.values()
        for place in places.split()
        if not (root / "tests" / place).exists() and not (root / place).exists()
    ]
    assert missing == []
