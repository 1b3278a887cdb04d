from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sentemo import __version__
from sentemo.corpora import SplitCounts, corpus_names, get_corpus
from sentemo.corpora.download import DownloadSettings, download, unpack
from sentemo.corpora.fetch import BASE_VARIABLE, HOMES, NO_HOME, PackagedHome, fetch
from sentemo.errors import BadInput, UsageError
from tests.corpora.samples import EMPATHETIC, EVERYDAY, hub_parquet
from tests.permissions import as_anybody

QUICK = DownloadSettings(timeout_s=5, backoff_s=0.001)
COUNTS = {split: (SplitCounts(3, 9, {"anger": 1, "happiness": 2}),) for split in ("train", "validation", "test")}
CORPUS = replace(get_corpus("dailydialog"), published=COUNTS)


@dataclass
class Server:
    """A real server on the loopback: replies by path, one after the other, the last one for ever."""

    base: str = ""
    replies: dict[str, list[tuple[int, bytes, int]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def put(self, path: str, *replies: tuple[int, bytes]) -> None:
        self.replies[path] = [(status, body, len(body)) for status, body in replies]


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            state.agents.add(self.headers["User-Agent"])
            queue = state.replies.get(self.path, [(404, b"", 0)])
            status, body, length = queue.pop(0) if len(queue) > 1 else queue[0]
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
            if length >= 0:
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        state.base = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        http.shutdown()
        thread.join()


@pytest.fixture
def full(server: Server) -> Server:
    for split in CORPUS.splits:
        server.put(f"/default/{split}/0000.parquet", (200, hub_parquet()))
    return server


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_all_splits_checked_and_readable(full: Server, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    target = tmp_path / "new" / "dd"
    reports = fetch(CORPUS, target, full.base + "/", on_progress=lambda *step: seen.append(step), settings=QUICK)
    assert [report.ok for report in reports.values()] == [True] * 3
    assert files(target) == {f"default/{split}/0000.parquet" for split in CORPUS.splits}
    assert CORPUS.present(target) == CORPUS.splits
    assert seen[0] == ("0000.parquet", len(hub_parquet()), len(hub_parquet()))
    assert full.agents == {f"sentemo/{__version__}"}


def test_a_second_call_fetches_nothing(full: Server, tmp_path: Path) -> None:
    fetch(CORPUS, tmp_path, full.base, settings=QUICK)
    full.asked.clear()
    assert fetch(CORPUS, tmp_path, full.base, settings=QUICK)["test"].dialogues == 3
    assert full.asked == []


def test_an_interrupted_fetch_goes_on_where_it_was(full: Server, tmp_path: Path) -> None:
    def stop(name: str, size: int, total: int | None) -> None:
        if len(full.asked) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(CORPUS, tmp_path, full.base, on_progress=stop, settings=QUICK)
    assert files(tmp_path) == {"default/train/0000.parquet"}
    full.asked.clear()
    fetch(CORPUS, tmp_path, full.base, settings=QUICK)
    assert full.asked == ["/default/validation/0000.parquet", "/default/test/0000.parquet"]


def test_only_the_asked_split_from_the_mirror_of_the_environment(
    full: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BASE_VARIABLE, full.base)
    assert list(fetch(CORPUS, tmp_path, splits=["dev"], settings=QUICK)) == ["validation"]
    assert files(tmp_path) == {"default/validation/0000.parquet"}


def test_not_found_is_told_at_once(server: Server, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the server answered 404"):
        fetch(CORPUS, tmp_path, server.base, settings=QUICK)
    assert len(server.asked) == 1
    assert files(tmp_path) == set()


def test_a_passing_failure_is_tried_again(full: Server, tmp_path: Path) -> None:
    path = "/default/train/0000.parquet"
    full.put(path, (500, b"oops"), (429, b""), (200, hub_parquet()))
    assert fetch(CORPUS, tmp_path, full.base, ["train"], settings=QUICK)["train"].ok
    assert full.asked == [path] * 3
    full.put("/default/test/0000.parquet", (503, b""))
    with pytest.raises(BadInput, match="after 3 tries: the server answered 503"):
        fetch(CORPUS, tmp_path, full.base, ["test"], settings=QUICK)


def test_a_truncated_body_is_never_a_file(full: Server, tmp_path: Path) -> None:
    body = hub_parquet()
    full.replies["/default/train/0000.parquet"] = [(200, body[:-100], len(body))]
    with pytest.raises(BadInput, match="after 3 tries: it broke off"):
        fetch(CORPUS, tmp_path, full.base, ["train"], settings=QUICK)
    assert files(tmp_path) == set()
    full.replies["/default/train/0000.parquet"].append((200, body, len(body)))
    assert fetch(CORPUS, tmp_path, full.base, ["train"], settings=QUICK)["train"].ok


def test_wrong_counts_stay_aside(full: Server, tmp_path: Path) -> None:
    wrong = replace(CORPUS, published=COUNTS | {"validation": (SplitCounts(4, 9),)})
    with pytest.raises(BadInput, match="has 3 dialogues, not the 4") as caught:
        fetch(wrong, tmp_path, full.base, settings=QUICK)
    assert caught.value.path == str(tmp_path / "default/validation/0000.parquet.unverified")
    assert files(tmp_path) == {"default/train/0000.parquet", "default/validation/0000.parquet.unverified"}
    assert wrong.present(tmp_path) == ("train",)


def test_what_is_no_corpus_stays_aside(full: Server, tmp_path: Path) -> None:
    full.put("/default/train/0000.parquet", (200, b"<html>please log in</html>"))
    with pytest.raises(BadInput, match="The download is not DailyDialog"):
        fetch(CORPUS, tmp_path, full.base, settings=QUICK)
    assert files(tmp_path) == {"default/train/0000.parquet.unverified"}


def test_a_wrong_file_already_there_is_not_overwritten(full: Server, tmp_path: Path) -> None:
    there = tmp_path / "default/train/0000.parquet"
    there.parent.mkdir(parents=True)
    there.write_bytes(hub_parquet([[("Hi", 0)]]))
    with pytest.raises(BadInput, match="Move the file away and fetch again"):
        fetch(CORPUS, tmp_path, full.base, settings=QUICK)
    assert full.asked == []


def test_limits_and_addresses(full: Server, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is above 100 bytes"):
        fetch(CORPUS, tmp_path, full.base, settings=replace(QUICK, max_bytes=100))
    for base in ("file:///etc", "ftp://127.0.0.1", "nonsense"):
        with pytest.raises(UsageError, match="Not an http or https address"):
            fetch(CORPUS, tmp_path, base, settings=QUICK)
    full.put("/moved", (302, b"/default/train/0000.parquet"))
    assert download(f"{full.base}/moved", tmp_path / "moved", QUICK) == len(hub_parquet())
    full.put("/local", (302, b"file:///etc/hostname"))
    with pytest.raises(BadInput):
        download(f"{full.base}/local", tmp_path / "local", QUICK)
    assert files(tmp_path) == {"moved"}


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"after 2 tries.*Check the connection"):
        download("http://127.0.0.1:9/x", tmp_path / "x", replace(QUICK, tries=2))


def test_a_folder_that_cannot_be_written(full: Server, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with as_anybody(), pytest.raises(BadInput, match="Cannot write"):
        fetch(CORPUS, tmp_path, full.base, settings=QUICK)


def test_a_file_where_the_folder_should_be(full: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match="Cannot write"):
        fetch(CORPUS, tmp_path / "file", full.base, settings=QUICK)


def test_what_cannot_be_fetched_says_where_to_ask(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"by request, for research\. Ask for it at https://sail\.usc\.edu/iemocap"):
        fetch("iemocap", tmp_path)
    with pytest.raises(UsageError, match=r"no lasting address.*https://github\.com/emotion-analysis-project/"):
        fetch("brighter", tmp_path)
    assert {*HOMES, *NO_HOME} == {*corpus_names()}


def tarball(*members: tuple[tarfile.TarInfo | str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for member, data in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def link(name: str, target: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info


PACKED = tarball(
    (link("empatheticdialogues/train.csv", "/etc/hostname"), b""),
    ("../train.csv", b"climbs"),
    *((f"./empatheticdialogues/{name}.csv", EMPATHETIC.encode()) for name in ("train", "valid", "test")),
)


def test_an_archive_is_fetched_once_and_leaves_its_files_alone(server: Server, tmp_path: Path) -> None:
    server.put("/empatheticdialogues.tar.gz", (200, PACKED))
    counts = {split: (SplitCounts(2, 4),) for split in ("train", "validation", "test")}
    corpus = replace(get_corpus("empathetic"), published=counts)
    reports = fetch(corpus, tmp_path / "out", server.base, settings=QUICK)
    assert [report.dialogues for report in reports.values()] == [2, 2, 2]
    assert files(tmp_path) == {"out/train.csv", "out/valid.csv", "out/test.csv"}
    assert server.asked == ["/empatheticdialogues.tar.gz"]
    fetch(corpus, tmp_path / "out", server.base, settings=QUICK)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"<html>please log in</html>", "Damaged tar.gz"),
        (PACKED[:200], "Damaged tar.gz"),
        (tarball(("empatheticdialogues/other.csv", b"")), r"No empatheticdialogues/train\.csv in the archive"),
        (tarball((link("empatheticdialogues/train.csv", "x"), b"")), "No empatheticdialogues"),
    ],
)
def test_a_bad_archive_leaves_nothing(server: Server, tmp_path: Path, data: bytes, cause: str) -> None:
    server.put("/empatheticdialogues.tar.gz", (200, data))
    with pytest.raises(BadInput, match=cause):
        fetch("empathetic", tmp_path, server.base, settings=QUICK)
    assert files(tmp_path) == set()


def test_an_archive_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentemo.corpora.download.MAX_BYTES", 100)
    (tmp_path / "a.tar.gz").write_bytes(tarball(("a", b"x" * 60), ("b", b"y" * 60)))
    unpack(tmp_path / "a.tar.gz", "a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"x" * 60
    with pytest.raises(BadInput, match="unpacks to over 100 bytes"):
        unpack(tmp_path / "a.tar.gz", "b", tmp_path / "b")


def test_the_own_corpus_comes_from_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "test.jsonl").write_text(EVERYDAY, encoding="utf-8")
    monkeypatch.setitem(HOMES, "everyday", PackagedHome("", HOMES["everyday"].files, lambda: package))
    corpus = replace(get_corpus("everyday"), published={"test": (SplitCounts(2, 3),)})
    assert fetch(corpus, tmp_path / "out", splits=["test"])["test"].ok
    assert (tmp_path / "out" / "test.jsonl").read_text(encoding="utf-8") == EVERYDAY
    with pytest.raises(BadInput, match=r"The package lacks a file.*Install sentemo again"):
        fetch(corpus, tmp_path / "out", splits=["train"])
    assert files(tmp_path / "out") == {"test.jsonl"}


@pytest.mark.parametrize("name", HOMES)
def test_homes_lead_to_files_that_the_readers_find(name: str, tmp_path: Path) -> None:
    corpus, home = get_corpus(name), HOMES[name]
    assert home.base_url.startswith("https://") or isinstance(home, PackagedHome)
    assert tuple(home.files) == corpus.splits
    for split, file in home.files.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(b"damaged")
        assert split in corpus.present(tmp_path)
