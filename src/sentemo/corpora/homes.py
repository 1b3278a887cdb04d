"""Where corpora are got from: files at an address, members of an archive there, or the package itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sentemo.corpora import empathetic, everyday, xed
from sentemo.corpora.corpus import SPLITS
from sentemo.corpora.download import DownloadSettings, Progress, download
from sentemo.corpora.emorynlp import JSON_FILES
from sentemo.corpora.goemotions import FILES as GOEMOTIONS_FILES
from sentemo.corpora.meld import FILES as MELD_FILES
from sentemo.corpora.tarballs import unpack
from sentemo.errors import BadInput

Put = Callable[[str, Path], object]
"""Puts the file of a split at a path."""


@dataclass(frozen=True)
class Home:
    """Where a corpus is published: a base address and one file under it for each split."""

    base_url: str
    files: Mapping[str, str]
    """Each split's file in the corpus's folder."""

    @contextmanager
    def opened(self, base_url: str, settings: DownloadSettings, on_progress: Progress | None) -> Iterator[Put]:
        """Yield what gets the splits, from that address in place of the published one."""
        yield lambda split, target: download(f"{base_url}/{self.files[split]}", target, settings, on_progress)


@dataclass(frozen=True)
class ArchiveHome(Home):
    """A tar.gz that holds the files of all splits in one folder; it is downloaded once, when the first is asked for."""

    archive: str
    """Its name under the base address."""
    folder: str
    """The folder in it."""

    @contextmanager
    def opened(self, base_url: str, settings: DownloadSettings, on_progress: Progress | None) -> Iterator[Put]:
        """Yield what gets the splits; the archive is gone afterwards."""
        with ExitStack() as stack:

            @cache
            def packed() -> Path:
                file = Path(stack.enter_context(TemporaryDirectory(prefix="sentemo-fetch-"))) / self.archive
                download(f"{base_url}/{self.archive}", file, settings, on_progress)
                return file

            yield lambda split, target: unpack(packed(), f"{self.folder}/{self.files[split]}", target)


@dataclass(frozen=True)
class PackagedHome(Home):
    """The package's own files; no address is asked."""

    packaged: Callable[[], Path]
    """Gives their folder."""

    @contextmanager
    def opened(self, base_url: str, settings: DownloadSettings, on_progress: Progress | None) -> Iterator[Put]:
        """Yield what copies the splits."""
        yield lambda split, target: _copied(self.packaged() / self.files[split], target)


def _copied(source: Path, target: Path) -> None:
    try:
        data = source.read_bytes()
    except OSError as error:
        raise BadInput(f"The package lacks a file: {error.strerror}", "Install sentemo again", path=source) from None
    target.write_bytes(data)


HOMES: dict[str, Home] = {
    "dailydialog": Home(
        "https://huggingface.co/datasets/li2017dailydialog/daily_dialog/resolve/refs%2Fconvert%2Fparquet",
        {split: f"default/{split}/0000.parquet" for split in SPLITS},
    ),
    "meld": Home("https://raw.githubusercontent.com/declare-lab/MELD/master/data/MELD", MELD_FILES),
    "emorynlp": Home("https://raw.githubusercontent.com/emorynlp/emotion-detection/master/json", JSON_FILES),
    "goemotions": Home(
        "https://raw.githubusercontent.com/google-research/google-research/master/goemotions/data", GOEMOTIONS_FILES
    ),
    "empathetic": ArchiveHome(
        "https://dl.fbaipublicfiles.com/parlai/empatheticdialogues",
        empathetic.FILES,
        archive="empatheticdialogues.tar.gz",
        folder=empathetic.FOLDER,
    ),
    "xed": Home("https://raw.githubusercontent.com/Helsinki-NLP/XED/master/AnnotatedData", xed.FILES),
    "everyday": PackagedHome("", everyday.FILES, everyday.packaged),
    "customers": PackagedHome("", everyday.CUSTOMER_FILES, everyday.packaged),
}
NO_HOME = {
    "iemocap": "its licence is given by request, for research",
    "brighter": "its files have no lasting address of their own",
}
"""Why the other corpora can't be fetched."""
