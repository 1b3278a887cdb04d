"""What labels a shard, in whichever process."""

from __future__ import annotations

from sentemo.bulk.failure import Failure
from sentemo.bulk.inputs import Talk
from sentemo.bulk.model import Load
from sentemo.bulk.parts import Labelled, Part, encode
from sentemo.bulk.shards import Shard
from sentemo.bulk.tally import Tally
from sentemo.errors import BadInput, SentemoError
from sentemo.types import Labeler


class Worker:
    """Label shards with a model that is loaded once, for the first of them."""

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
        """Label a shard; give an error as a value, to be raised where the run is."""
        try:
            return self(shard)
        except Exception as error:
            return error


def _label(labeler: Labeler, talks: list[Talk]) -> list[Labelled | Failure]:
    try:
        predictions = labeler.predict([talk.conversation for talk in talks])
    except Exception:  # of some of them or of all, which labelling them one by one shows
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
        return Failure(talk.file, None, cause, "Try it by itself with `sentemo predict`")
