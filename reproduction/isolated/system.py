"""The paper's baseline on isolated utterances as a system to train and measure (section 3)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from reproduction.ground import Ground
from reproduction.isolated.model import IsolatedModel
from reproduction.isolated.training import IsolatedSettings, Kind, fit_isolated
from reproduction.systems import NEIGHBOURS, PROTOTYPES, TRIPLET, Measurement
from sentemo.training.fitting import Watchers, digest_of


@dataclass(frozen=True)
class SiameseSystem:
    """A siamese network over FastText vectors of an utterance's first 20 words."""

    kind: Kind
    settings: IsolatedSettings
    measurements: tuple[Measurement, ...] = (TRIPLET, PROTOTYPES, NEIGHBOURS)

    @property
    def name(self) -> str:
        """Its folder's name."""
        return f"isolated-{self.kind}"

    @property
    def title(self) -> str:
        """Its name in a table."""
        return f"isolated utterances, {'linear' if self.kind == 'linear' else 'LSTM'}, FastText"

    def prepare(self, ground: Ground) -> None:
        """Load or train the word vectors; raise `MissingExtra` without gensim."""
        ground.words()

    def fingerprint(self, ground: Ground, seed: int) -> str:
        """Digest all that decides a trial."""
        settings = [self.kind, asdict(self.settings), seed, ground.words().identity.key, ground.labels.names]
        return hashlib.sha256(
            json.dumps([*settings, digest_of(ground.train), digest_of(ground.measured)]).encode()
        ).hexdigest()

    def train(self, ground: Ground, seed: int, folder: Path, watchers: Watchers) -> IsolatedModel:
        """Train from the start: a training is a matter of minutes."""
        return fit_isolated(
            self.kind,
            ground.labels,
            ground.train.conversations,
            ground.words(),
            seed=seed,
            settings=self.settings,
            watchers=watchers,
        )
