"""Two Ray nodes on loopback."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sentemo.bulk.engine import InProcess
from sentemo.bulk.ray_engine import Ray
from sentemo.bulk.run import Order, label
from sentemo.bulk.worker import LoadModel
from sentemo.errors import MissingExtra
from tests.artifacts.models import random_model
from tests.bulk.archive import contents, write_archive

NODES = Path(__file__).resolve().parents[2] / "benchmarks" / "ray_nodes.py"
ENVIRONMENT = {
    **os.environ,
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
}


def wait_for(records: Path, number: int, driver: subprocess.Popen[bytes]) -> None:
    """Wait until so many parts are done; end the driver where that takes too long."""
    until = time.monotonic() + 120
    while len(list(records.glob("*"))) < number:
        if time.monotonic() > until:
            driver.kill()
            pytest.fail(f"{number} parts took more than two minutes")
        time.sleep(0.005)


def ray_workers() -> list[int]:
    """Give the processes in which Ray runs our worker."""
    lines = {path.parent.name: path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")}
    return [int(pid) for pid, line in lines.items() if line.startswith(b"ray::Worker")]


def test_without_ray_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    random_model().save_pretrained(tmp_path / "model")
    order = Order((write_archive(tmp_path / "in"),), str(tmp_path / "out"))
    with pytest.raises(MissingExtra, match=r"pip install 'sentemo\[ray\]'"):
        label(order, LoadModel.named(str(tmp_path / "model")), Ray())


@pytest.mark.evidence("bulk.ray")
# Not among what `make test` installs: 70 MB that keep time limits of their own, which a busy machine breaks.
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed: pip install 'sentemo[ray]'")
def test_two_nodes_give_the_bytes_of_one_process_though_workers_and_driver_are_killed(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "in", files=6)
    random_model().save_pretrained(tmp_path / "model")
    load = LoadModel.named(str(tmp_path / "model"))
    label(Order((archive,), str(tmp_path / "one"), shard_turns=10), load, InProcess())
    with subprocess.Popen(
        [sys.executable, NODES], env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nodes:
        assert nodes.stdout is not None
        address = nodes.stdout.readline().strip()
        program = "from sentemo.cli import main; main()"
        words = ["label", archive, "--out", f"{tmp_path}/ray", "--model", f"{tmp_path}/model", "--shard-turns", "10"]
        command = [sys.executable, "-c", program, *words, "--engine", "ray", "--address", address]
        assert address.startswith("127.0.0.1:")
        records = tmp_path / "ray" / "records"
        with subprocess.Popen(command, env=ENVIRONMENT) as driver:
            wait_for(records, 1, driver)
            driver.kill()
        with subprocess.Popen(command, env=ENVIRONMENT) as driver:
            wait_for(records, len(list(records.iterdir())) + 1, driver)
            os.kill(ray_workers()[0], signal.SIGKILL)
            assert driver.wait(120) == 3  # the archive has rows that fail
        nodes.communicate("", timeout=60)
    assert contents(tmp_path / "ray") == contents(tmp_path / "one")
