"""Fetch a corpus from where it is published, and check its counts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory

from sentemo.corpora.check import CheckReport, check
from sentemo.corpora.corpus import Corpus
from sentemo.corpora.download import DownloadSettings, Progress
from sentemo.corpora.homes import HOMES, NO_HOME, Home, Put
from sentemo.corpora.registry import get_corpus
from sentemo.errors import BadInput, UsageError

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

    `base_url`, else the variable SENTEMO_FETCH_BASE, replaces the published base address by a mirror's; the project's
    own corpus is copied from the package. Files already in the folder that check out are not fetched again. Gives
    the report of each split.

    Raises `UsageError` for a corpus that cannot be fetched, `BadInput` for a failed download or wrong counts;
    a file with wrong counts stays beside its place as `FILE.unverified`.
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
    """Check a file from an earlier call; None if there is none."""
    if not (folder / file).exists():
        return None
    report = check(corpus, folder, split)
    if not report.ok:
        raise BadInput(report.problems[0], "Move the file away and fetch again", path=folder / file)
    return report


def _put(corpus: Corpus, folder: Path, split: str, file: str, put: Put) -> CheckReport:
    """Put it in a folder of its own first, so that an unchecked file never has a checked one's name."""
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
        raise BadInput(f"What came is not {corpus.title}: {error.cause}", "Check the address", path=aside) from None
    if not report.ok:
        staged.replace(aside)
        raise BadInput(report.problems[0], "Look at the file, or fetch it again later", path=aside)
    return report
