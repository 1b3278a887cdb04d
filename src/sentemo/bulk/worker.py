"""Labelling one shard with one model, in any process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from sentemo.bulk.inputs import Shard, Talk
from sentemo.bulk.parts import Failure, Labelled, Part, encode
from sentemo.bulk.tally import Tally
from sentemo.errors import BadInput, BadModel, SentemoError
from sentemo.types import Head, Labeler


class Load(Protocol):
    """A picklable recipe for a labeler, which is created in the process that uses it."""

    def __call__(self) -> Labeler: ...

    def to_json(self) -> Mapping[str, Any]:
        """Return everything that the labels depend on; a run resumes only if it is the same."""
        ...


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Load a saved model, on one thread."""

    name: str
    sha256: str
    """SHA-256 of the model's manifest, which contains those of its files."""
    head: Head = "classifier"
    causal: bool = False
    sensitivity: float = 0.0
    """Subtracted from the log-odds of neutral (`shares.py`)."""

    @classmethod
    def named(
        cls, name: str, *, head: Head = "classifier", causal: bool = False, sensitivity: float = 0.0
    ) -> LoadModel:
        """Find a model and check its files.

        Raises `BadModel` if it is missing or damaged, `UsageError` for a head that a static model doesn't have and for
        an invalid sensitivity.
        """
        from sentemo.artifacts.hub import find
        from sentemo.artifacts.manifest import check_manifest
        from sentemo.loading import check_static
        from sentemo.shares import check_sensitivity

        check_sensitivity(sensitivity)
        folder = find(name)
        check_static(folder, head)
        check_manifest(folder)
        return cls(name, _digest(name), head, causal, sensitivity)

    def __call__(self) -> Labeler:
        """Load the model.

        Raises `BadModel` if this machine has a different model under the name, `UsageError` for a sensitivity if the
        model has no neutral label.
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
        """Return the name, the digest, the reading mode and the sensitivity."""
        return asdict(self)


def _digest(name: str) -> str:
    from sentemo.artifacts.hub import find
    from sentemo.artifacts.manifest import NAME
    from sentemo.files import sha256_of

    return sha256_of(find(name) / NAME)


class Worker:
    """Label shards with a model that is loaded once, at the first shard."""

    def __init__(self, load: Load, to: str) -> None:
        self.load = load
        self.to = to
        self._labeler: Labeler | None = None

    def __call__(self, shard: Shard) -> Part:
        """Label a shard; a conversation that can't be labelled becomes a failure, other errors are raised."""
        self._labeler = self._labeler or self.load()
        failures = [item for item in shard.items if isinstance(item, Failure)]
        labelled: list[Labelled] = []
        for answer in _label(self._labeler, [item for item in shard.items if isinstance(item, Talk)]):
            if isinstance(answer, Failure):
                failures.append(answer)
            else:
                labelled.append(answer)
        tally = Tally(failures=len(failures))
        for _, prediction in labelled:
            tally.count(prediction)
        content = encode(labelled, self.to, self._labeler.labels.names)
        return Part(shard.number, content, tally, tuple(failures))

    def attempt(self, shard: Shard) -> Part | Exception:
        """Label a shard; return an error as a value, for the run to raise."""
        try:
            return self(shard)
        except Exception as error:
            return error


def _label(labeler: Labeler, talks: list[Talk]) -> list[Labelled | Failure]:
    try:
        predictions = labeler.predict([talk.conversation for talk in talks])
    except Exception:  # labelling one by one shows which of them fail
        return [_label_one(labeler, talk) for talk in talks]
    return [(talk.file, prediction) for talk, prediction in zip(talks, predictions, strict=True)]


def _label_one(labeler: Labeler, talk: Talk) -> Labelled | Failure:
    try:
        return talk.file, labeler.predict(talk.conversation)
    except BadInput as error:
        return Failure.of(talk.file, error)
    except SentemoError:
        raise
    except Exception as error:
        cause = f"Conversation {talk.conversation.id!r} could not be labelled ({type(error).__name__}: {error})"
        return Failure(talk.file, None, cause, "Try it alone with `sentemo predict`")
