"""Get a corpus from its published home, and believe it only when its counts are right."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory

from sentemo.corpora.check import CheckReport, check
from sentemo.corpora.corpus import Corpus
from sentemo.corpora.download import DownloadSettings, Progress, download
from sentemo.corpora.emorynlp import JSON_FILES
from sentemo.corpora.goemotions import FILES as GOEMOTIONS_FILES
from sentemo.corpora.meld import FILES as MELD_FILES
from sentemo.corpora.registry import get_corpus
from sentemo.errors import BadInput, UsageError

BASE_VARIABLE = "SENTEMO_FETCH_BASE"


@dataclass(frozen=True, slots=True)
class Home:
    """Where a corpus is published: a base address and one file under it for each split."""

    base_url: str
    files: Mapping[str, str]


HOMES = {
    "dailydialog": Home(
        "https://huggingface.co/datasets/li2017dailydialog/daily_dialog/resolve/refs%2Fconvert%2Fparquet",
        {split: f"default/{split}/0000.parquet" for split in ("train", "validation", "test")},
    ),
    "meld": Home("https://raw.githubusercontent.com/declare-lab/MELD/master/data/MELD", MELD_FILES),
    "emorynlp": Home("https://raw.githubusercontent.com/emorynlp/emotion-detection/master/json", JSON_FILES),
    "goemotions": Home(
        "https://raw.githubusercontent.com/google-research/google-research/master/goemotions/data", GOEMOTIONS_FILES
    ),
}


def fetch(
    corpus: str | Corpus,
    target: str | PathLike[str],
    base_url: str | None = None,
    splits: Sequence[str] | None = None,
    on_progress: Progress | None = None,
    settings: DownloadSettings | None = None,
) -> dict[str, CheckReport]:
    """Download the splits of a corpus (all by default) into a folder and check their published counts.

    `base_url`, else the variable SENTEMO_FETCH_BASE, replaces the published base address by a mirror's.
    What lies in the folder already and checks out is not fetched again. Gives the report of each split.

    Raises `UsageError` for a corpus that cannot be fetched, `BadInput` for a failed download or wrong counts;
    a file with wrong counts stays beside its place as `FILE.unverified`.
    """
    known = get_corpus(corpus) if isinstance(corpus, str) else corpus
    home = _home(known)
    base = (base_url or os.environ.get(BASE_VARIABLE) or home.base_url).rstrip("/")
    folder = Path(target)
    names = [known.split(split) for split in splits or known.splits]
    return {
        split: _kept(known, folder, split, home.files[split])
        or _fetched(known, folder, split, home.files[split], base, on_progress, settings or DownloadSettings())
        for split in names
    }


def _home(corpus: Corpus) -> Home:
    try:
        return HOMES[corpus.name]
    except KeyError:
        cause = f"{corpus.title} cannot be fetched: its licence is given {corpus.licence}"
        raise UsageError(cause, f"Ask for it at {corpus.homepage}") from None


def _kept(corpus: Corpus, folder: Path, split: str, file: str) -> CheckReport | None:
    """Check a file from an earlier call; None if there is none."""
    if not (folder / file).exists():
        return None
    report = check(corpus, folder, split)
    if not report.ok:
        raise BadInput(report.problems[0], "Move the file away and fetch again", path=folder / file)
    return report


def _fetched(
    corpus: Corpus,
    folder: Path,
    split: str,
    file: str,
    base: str,
    on_progress: Progress | None,
    settings: DownloadSettings,
) -> CheckReport:
    """Download into a folder of its own first, so that an unchecked file never bears a checked one's name."""
    try:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".fetch-") as staging:
            staged = Path(staging) / file
            staged.parent.mkdir(parents=True, exist_ok=True)
            download(f"{base}/{file}", staged, settings, on_progress)
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
        raise BadInput(f"What came is not {corpus.title}: {error.cause}", "Check the address", path=aside) from None
    if not report.ok:
        staged.replace(aside)
        raise BadInput(report.problems[0], "Look at the file, or fetch it again later", path=aside)
    return report
