"""Names and the numbers that stand for them in columns."""

from __future__ import annotations

from collections.abc import Sequence


class Names(Sequence[str]):
    """Names in the order in which they came, and how many turns each has."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._codes = {name: code for code, name in enumerate(names)}
        self._names = list(names)
        self.turns = [0] * len(self._names)

    def count(self, name: str) -> int:
        """Return the number of a name that a turn has, a new one where it wasn't there."""
        code = self._codes.setdefault(name, len(self._names))
        if code == len(self._names):
            self._names.append(name)
            self.turns.append(0)
        self.turns[code] += 1
        return code

    def most_frequent(self, number: int) -> list[int]:
        """Return the numbers of the names with the most turns, the most frequent first."""
        return sorted(range(len(self._names)), key=lambda code: -self.turns[code])[:number]

    def __getitem__(self, code: int) -> str:  # type: ignore[override]
        return self._names[code]

    def __len__(self) -> int:
        return len(self._names)
