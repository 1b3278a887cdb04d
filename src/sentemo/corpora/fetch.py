"""Fetch a corpus from its publisher and check its counts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory

from sentemo.corpora import empathetic, everyday, shades, xed
from sentemo.corpora.corpus import SPLITS, Corpus
from sentemo.corpora.download import DownloadSettings, Progress, download, unpack
from sentemo.corpora.emorynlp import JSON_FILES
from sentemo.corpora.goemotions import FILES as GOEMOTIONS_FILES
from sentemo.corpora.meld import FILES as MELD_FILES
from sentemo.corpora.registry import get_corpus
from sentemo.corpora.statistics import CheckReport, check
from sentemo.errors import BadInput, UsageError

Put = Callable[[str, Path], object]
"""Writes the file of a split to a path."""


@dataclass(frozen=True)
class Home:
    """Where a corpus is published: a base address and one file under it for each split."""

    base_url: str
    files: Mapping[str, str]
    """The file of each split in the corpus's folder."""

    @contextmanager
    def opened(self, base_url: str, settings: DownloadSettings, on_progress: Progress | None) -> Iterator[Put]:
        """Yield the function that fetches splits from `base_url` instead of the published address."""
        yield lambda split, target: download(f"{base_url}/{self.files[split]}", target, settings, on_progress)


@dataclass(frozen=True)
class ArchiveHome(Home):
    """A tar.gz with the files of all splits in one folder; it is downloaded once, on the first request."""

    archive: str
    """The archive's name under the base address."""
    folder: str
    """The folder in the archive."""

    @contextmanager
    def opened(self, base_url: str, settings: DownloadSettings, on_progress: Progress | None) -> Iterator[Put]:
        """Yield the function that extracts splits; the archive is removed afterwards."""
        with ExitStack() as stack:

            @cache
            def packed() -> Path:
                file = Path(stack.enter_context(TemporaryDirectory(prefix="sentemo-fetch-"))) / self.archive
                download(f"{base_url}/{self.archive}", file, settings, on_progress)
                return file

            yield lambda split, target: unpack(packed(), f"{self.folder}/{self.files[split]}", target)


@dataclass(frozen=True)
class PackagedHome(Home):
    """Files shipped with the package; nothing is downloaded."""

    packaged: Callable[[], Path]
    """Returns their folder."""

    @contextmanager
    def opened(self, base_url: str, settings: DownloadSettings, on_progress: Progress | None) -> Iterator[Put]:
        """Yield the function that copies splits."""
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
    "shades": PackagedHome("", shades.FILES, everyday.packaged),
}
NO_HOME = {
    "iemocap": "its licence is given by request, for research",
    "brighter": "its files have no lasting address of their own",
}
"""Why the other corpora can't be fetched."""


BASE_VARIABLE = "SENTEMO_FETCH_BASE"


def fetch(
    corpus: str | Corpus,
    target: str | PathLike[str],
    base_url: str | None = None,
    splits: Sequence[str] | None = None,
    on_progress: Progress | None = None,
    settings: DownloadSettings | None = None,
) -> dict[str, CheckReport]:
    """Download the splits of a corpus (all by default) into a folder and check their published counts.

    `base_url`, or else the variable SENTEMO_FETCH_BASE, replaces the published base address by a mirror's; the
    project's own corpus is copied from the package. Files already in the folder with correct counts are not fetched
    again. Returns the report of each split.

    Raises `UsageError` for a corpus that cannot be fetched, `BadInput` for a failed download or wrong counts; a file
    with wrong counts is kept as `FILE.unverified`.
    """
    known = get_corpus(corpus) if isinstance(corpus, str) else corpus
    home = _home(known)
    base = (base_url or os.environ.get(BASE_VARIABLE) or home.base_url).rstrip("/")
    folder = Path(target)
    names = [known.split(split) for split in splits or known.splits]
    with home.opened(base, settings or DownloadSettings(), on_progress) as put:
        return {
            split: _kept(known, folder, split, home.files[split]) or _put(known, folder, split, home.files[split], put)
            for split in names
        }


def _home(corpus: Corpus) -> Home:
    try:
        return HOMES[corpus.name]
    except KeyError:
        reason = NO_HOME.get(corpus.name, "no home of it is known")
        raise UsageError(f"{corpus.title} cannot be fetched: {reason}", f"Ask for it at {corpus.homepage}") from None


def _kept(corpus: Corpus, folder: Path, split: str, file: str) -> CheckReport | None:
    """Check a file from an earlier call; return None if there is none."""
    if not (folder / file).exists():
        return None
    report = check(corpus, folder, split)
    if not report.ok:
        raise BadInput(report.problems[0], "Move the file away and fetch again", path=folder / file)
    return report


def _put(corpus: Corpus, folder: Path, split: str, file: str, put: Put) -> CheckReport:
    """Fetch to a staging folder first, so that an unchecked file never has the final name."""
    try:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".fetch-") as staging:
            staged = Path(staging) / file
            staged.parent.mkdir(parents=True, exist_ok=True)
            put(split, staged)
            report = _checked(corpus, Path(staging), split, staged, folder / file)
            staged.replace(folder / file)
    except OSError as error:
        raise BadInput(f"Cannot write: {error.strerror}", "Choose a folder with room", path=folder) from None
    return report


def _checked(corpus: Corpus, staging: Path, split: str, staged: Path, final: Path) -> CheckReport:
    aside = final.with_name(f"{final.name}.unverified")
    try:
        report = check(corpus, staging, split)
    except BadInput as error:
        staged.replace(aside)
        raise BadInput(f"The download is not {corpus.title}: {error.cause}", "Check the address", path=aside) from None
    if not report.ok:
        staged.replace(aside)
        raise BadInput(report.problems[0], "Look at the file, or fetch it again later", path=aside)
    return report
