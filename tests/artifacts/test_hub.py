"""The hub's client is the one thing that is played here: no test may reach the network."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest

from sentemo.artifacts.hub import is_repository
from sentemo.errors import BadModel, SentemoError, UsageError
from sentemo.model import SentEmoContext

from .models import fingerprint_of, random_model


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SENTEMO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.slow
def test_a_model_is_fetched_at_its_revision(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None]] = []

    def fetch(repository: str, *, revision: str | None, local_dir: Path) -> str:
        asked.append((repository, revision))
        seed = {None: 0, "v2": 1}[revision]
        random_model(seed).save_pretrained(tmp_path / "hub")
        shutil.copytree(tmp_path / "hub", local_dir, dirs_exist_ok=True)
        (local_dir / ".cache").mkdir(exist_ok=True)
        return str(local_dir)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    for revision, seed in ((None, 0), ("v2", 1), (None, 0)):
        model = SentEmoContext.from_pretrained("me/my-model", revision=revision)
        assert fingerprint_of(model) == fingerprint_of(random_model(seed))
    assert asked == [("me/my-model", None), ("me/my-model", "v2"), ("me/my-model", None)]
    assert (cache / "models" / "me--my-model" / "v2" / "manifest.json").is_file()


def test_without_the_network_what_was_fetched_before_serves(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(repository: str, *, revision: str | None, local_dir: Path) -> str:
        raise ConnectionError("no route")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(BadModel, match=r"me/my-model could not be fetched.*ConnectionError.*the revision"):
        SentEmoContext.from_pretrained("me/my-model")
    random_model(3).save_pretrained(cache / "models" / "me--my-model" / "main")
    assert SentEmoContext.from_pretrained("me/my-model").facts["seed"] == 3
    with pytest.raises(BadModel, match="could not be fetched"):
        SentEmoContext.from_pretrained("me/my-model", revision="v2")


def test_what_the_hub_gives_is_checked(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(repository: str, *, revision: str | None, local_dir: Path) -> str:
        random_model().save_pretrained(local_dir)
        (local_dir / "model.safetensors").write_bytes(b"something else")
        return str(local_dir)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    with pytest.raises(BadModel, match="not the file that was saved"):
        SentEmoContext.from_pretrained("me/my-model")


class Hub:
    """What is asked of the hub's client when a model is pushed."""

    def __init__(self) -> None:
        self.created: list[tuple[str, bool, bool]] = []
        self.uploads: list[tuple[str, str, str]] = []
        self.error: Exception | None = None

    def create_repo(self, repository: str, *, private: bool, exist_ok: bool) -> None:
        if self.error:
            raise self.error
        self.created.append((repository, private, exist_ok))

    def upload_folder(self, *, repo_id: str, folder_path: Path, commit_message: str) -> Any:
        self.uploads.append((repo_id, commit_message, fingerprint_of(SentEmoContext.from_pretrained(folder_path))))
        return SimpleNamespace(commit_url=f"https://hub.example/{repo_id}/commit/1")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    hub = Hub()
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: hub)
    return hub


def test_a_model_is_pushed_whole(hub: Hub) -> None:
    model = random_model()
    address = model.push_to_hub("me/my-model", private=True, message="First")
    assert address == "https://hub.example/me/my-model/commit/1"
    assert hub.created == [("me/my-model", True, True)]
    assert hub.uploads == [("me/my-model", "First", fingerprint_of(model))]


def test_a_push_that_fails_is_one_clear_error(hub: Hub) -> None:
    hub.error = PermissionError("no token")
    with pytest.raises(
        SentemoError, match=r"could not be pushed to me/my-model \(PermissionError: no token\).*hf auth"
    ):
        random_model().push_to_hub("me/my-model")
    for name in ("my-model", "me/my/model", "me/", "../..", "me/my model"):
        with pytest.raises(UsageError, match="is not a hub id"):
            random_model().push_to_hub(name)
    assert not hub.uploads


@pytest.mark.parametrize(("name", "is_one"), [("me/my-model.v1", True), ("./runs", False), ("../runs", False)])
def test_a_path_is_no_hub_id(name: str, is_one: bool) -> None:
    assert is_repository(name) == is_one
