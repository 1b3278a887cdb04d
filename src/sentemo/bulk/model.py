"""Which model labels: loaded in every process, the same in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from sentemo.errors import BadModel
from sentemo.types import Head, Labeler


class Load(Protocol):
    """Makes a labeler in the process where it is called; goes to other processes by pickle."""

    def __call__(self) -> Labeler: ...

    def to_json(self) -> Mapping[str, Any]:
        """Say what the labels depend on; a run resumes only with the same."""
        ...


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Load a saved model, on one thread."""

    name: str
    sha256: str
    """Of the model's manifest, which holds those of its files."""
    head: Head = "classifier"
    causal: bool = False
    sensitivity: float = 0.0
    """Taken from the log-odds of neutral (`shares.py`)."""

    @classmethod
    def named(
        cls, name: str, *, head: Head = "classifier", causal: bool = False, sensitivity: float = 0.0
    ) -> LoadModel:
        """Find a model and check its files.

        Raises `BadModel` where it is missing or damaged, `UsageError` for a head that a static model has not and for a
        sensitivity that can't be one.
        """
        from sentemo.artifacts.find import find
        from sentemo.artifacts.manifest import check_manifest
        from sentemo.loading import check_static
        from sentemo.shares import check_sensitivity

        check_sensitivity(sensitivity)
        folder = find(name)
        check_static(folder, head)
        check_manifest(folder)
        return cls(name, _digest(name), head, causal, sensitivity)

    def __call__(self) -> Labeler:
        """Load it.

        Raises `BadModel` where another machine has another model under the name, `UsageError` for a sensitivity where
        the model has no neutral label.
        """
        import os

        from sentemo.loading import load
        from sentemo.shares import sensitive

        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        if _digest(self.name) != self.sha256:
            raise BadModel(f"The model {self.name} is not the same everywhere", "Put the same files on every machine")
        labeler = load(self.name, head=self.head, causal=self.causal, threads=1)
        return sensitive(labeler, self.sensitivity)

    def to_json(self) -> Mapping[str, Any]:
        """Return the name, the digest, how it reads and how sensitive it is."""
        return asdict(self)


def _digest(name: str) -> str:
    from sentemo.artifacts.find import find
    from sentemo.artifacts.manifest import NAME
    from sentemo.files import sha256_of

    return sha256_of(find(name) / NAME)
