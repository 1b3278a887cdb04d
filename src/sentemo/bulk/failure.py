"""A conversation that got no labels, and why."""

from __future__ import annotations

from dataclasses import dataclass

from sentemo.errors import BadInput


@dataclass(frozen=True, slots=True)
class Failure:
    """One line of failures.jsonl."""

    file: str
    row: int | None
    """The 1-based line or row; None where it isn't known."""
    cause: str
    next_step: str

    @classmethod
    def of(cls, file: str, error: BadInput) -> Failure:
        """Say what a reader or a model said of a conversation of a file."""
        return cls(file, error.line, error.fault, error.next_step)

    def error(self) -> BadInput:
        """Return what `--strict` stops with."""
        return BadInput(self.cause, self.next_step, path=self.file, line=self.row)
