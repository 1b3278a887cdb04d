"""Training and predicting from embeddings that the process has no room for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np, torch
from tests.dialogues import FOUR
from sentemo.inference import engine
from sentemo.encoders import cache
from sentemo.encoders.encoder import EncoderIdentity
from sentemo.training import dialogues
from sentemo.training.fitting import Split, fit
from sentemo.types import Conversation, Utterance
from tests.training.small import small_recipe, train_small

WIDTH, TALKS, TURNS = 4096, 800, 10  # 131 MB of embeddings
ROOM = 64 * 2**20

class Wide:
    identity = EncoderIdentity("hashing", "wide", "0" * 64, dimension=WIDTH)
    def encode(self, texts, on_progress=None):
        numbers = np.array([int(text.split()[-1]) for text in texts])
        return np.sin(numbers[:, None] * np.arange(1, WIDTH + 1, dtype=np.float32) / 100, dtype=np.float32)

def held():  # private, writable memory: what the limit counts; maps of files are not among it
    return 1024 * next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmData"))

torch.set_num_threads(1)
train_small(small_recipe(schedule__epochs=1))  # all that is made once is made
cache.MOST_BYTES, cache.CHUNK, dialogues.GROUP_TURNS, engine.GROUP_TURNS = int(sys.argv[2]), 128, 100, 100
talks = [
    Conversation(str(talk), tuple(
        Utterance(f"number {TURNS * talk + turn}", "Ida", FOUR.names[(talk + turn) % 4]) for turn in range(TURNS)
    ))
    for talk in range(TALKS)
]
resource.setrlimit(resource.RLIMIT_DATA, (held() + ROOM, -1))
encoder = cache.CachedEncoder(Wide(), Path(sys.argv[1]))
recipe = small_recipe(schedule__epochs=1)
model = fit(recipe, FOUR, Split("train", talks), Split("validation", talks[:100]), encoder=encoder)
print(sum(map(len, model.predict(talks))))
"""


def train(folder: Path, most_bytes: int) -> tuple[str, str]:
    """What a training and a prediction say that have room for half of the embeddings."""
    words = [sys.executable, "-c", LIMITED, str(folder), str(most_bytes)]
    settings = {
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "OMP_NUM_THREADS": "1",
        "MALLOC_MMAP_THRESHOLD_": "65536",  # so that what is freed is given back, and the limit counts what is held
    }
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **settings})
    return done.stdout, done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits this kind of memory")
def test_embeddings_may_be_larger_than_memory(tmp_path: Path) -> None:
    said, wrong = train(tmp_path, 2**20)
    assert said == "8000\n", wrong
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".sqlite"]  # no map is left behind
    said, wrong = train(tmp_path, 2**30)  # held in memory, they are too many: the limit bites
    assert not said and "MemoryError" in wrong
