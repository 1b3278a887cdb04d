from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

from sentemo.artifacts.weights import read_weights, write_weights
from sentemo.training import parallel
from sentemo.training.fitting import fit
from tests.dialogues import FOUR

from .small import ENCODER, TRAIN, VALIDATION, arrays_of, small_recipe

PLAIN = {"network__dropout": 0, "network__input_dropout": 0, "objective__class_weight_power": 0}


def train_as_one_of_several(out: Path) -> None:
    """Train in one of the processes that torchrun started; the first keeps the weights."""
    torch.set_num_threads(1)
    with parallel.joined("cpu"):
        model = fit(small_recipe(**PLAIN), FOUR, TRAIN, VALIDATION, folder=out / "run", encoder=ENCODER)
        write_weights(out / f"weights-{parallel.number()}.safetensors", arrays_of(model.runner.network))


def test_two_processes_train_as_one_that_accumulates_two_parts(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    tests = Path(__file__).parents[1]
    program = (
        f"import sys; from pathlib import Path; sys.path.insert(0, {str(tests)!r});"
        f"from training.test_parallel import train_as_one_of_several as train; train(Path({str(tmp_path)!r}))"
    )
    jobs = []
    for rank in range(2):
        place = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
        where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        jobs.append(subprocess.Popen([sys.executable, "-c", program], env=os.environ | place | where))
    assert [job.wait(120) for job in jobs] == [0, 0]
    first, second = (read_weights(tmp_path / f"weights-{rank}.safetensors") for rank in range(2))
    alone = fit(small_recipe(batches__accumulate=2, **PLAIN), FOUR, TRAIN, VALIDATION, encoder=ENCODER)
    for name, tensor in alone.runner.network.state_dict().items():
        assert np.array_equal(first[name], second[name]), name
        np.testing.assert_allclose(first[name], tensor, rtol=0, atol=1e-4)
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]


def test_alone_there_is_one_process() -> None:
    with parallel.joined("cpu") as device:
        assert (device, parallel.processes(), parallel.number()) == ("cpu", 1, 0)
