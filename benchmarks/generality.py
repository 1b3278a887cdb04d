"""How well models do on texts unlike those that they were trained on; writes docs/generality.md and its JSON.

    python benchmarks/generality.py --data D                              # all parts; resumes an interrupted run
    python benchmarks/generality.py --data D --parts shipped,multi-label  # minutes; the rest of the page stays

Parts: `shipped` (models as they are, on every set), `matrix` (trained on one corpus, on all but one), `sources` (the
default mixture without each source), `curve` (more and more conversations of the project's own), `baselines` (each
utterance alone), `multi-label` (GoEmotions' labels). Trainings are cheap ones, all alike: --recipe for one epoch, so
many --turns of each corpus at most. D holds a folder for each corpus in its published layout (dailydialog, meld,
emorynlp, goemotions, empathetic, xed, brighter) and the files airline/validation.jsonl and premo/validation.jsonl; what
isn't there is left out. Every result is kept in --cells by what decides it; --again computes those of the parts again.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from general.cells import Cells
from general.page import page, put
from general.parts import PARTS, Study, tell
from general.sets import Data
from general.trainings import Trainings, cheap_recipe

from sentemo.encoders.encoder import Encoder
from sentemo.files import write_bytes

ROOT = Path(__file__).resolve().parents[1]
TRAINED = ("matrix", "sources", "curve")


def main(words: Sequence[str] | None = None, *, encoder: Encoder | None = None, everyday: Path | None = None) -> None:
    """Measure the named parts and write page and JSON after each; `encoder` and `everyday` are for tests."""
    asked = parser().parse_args(words)
    parts = [part for part in PARTS if part in asked.parts.split(",")]
    unknown = set(asked.parts.split(",")) - {*PARTS}
    if unknown:
        sys.exit(f"Unknown parts: {', '.join(sorted(unknown))}. Use: {', '.join(PARTS)}")
    if asked.threads:
        import torch

        torch.set_num_threads(asked.threads)
    recipe = cheap_recipe(asked.recipe, asked.set)
    study = Study(
        Data(asked.data, asked.limit, everyday),
        Cells(asked.cells, asked.again),
        Trainings(asked.cells / "trainings", recipe, asked.seed, asked.keep, encoder, asked.read),
        models=names(asked.models),
        sources=names(asked.sources),
        without=names(asked.without),
        turns=asked.turns,
        curve=[int(count) for count in names(asked.curve)],
        beside=names(asked.beside),
        resamples=asked.resamples,
        seed=asked.seed,
        embedder=asked.embedder,
    )
    command = shlex.join(["python", "benchmarks/generality.py", *(sys.argv[1:] if words is None else words)])
    for part in parts:
        rows = study.run(part)
        settings = told(part, asked)
        write(asked, part, {"command": command, "seed": asked.seed, "settings": settings, "rows": rows})
        tell(f"{part}: {len(rows)} cells, in {asked.page} and {asked.json}")


def parser() -> argparse.ArgumentParser:
    """Say what may be asked."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--data", type=Path, required=True)
    found.add_argument("--parts", default=",".join(PARTS), help="some of them")
    found.add_argument("--models", default="default,dailydialog,static", help="absent ones are left out")
    found.add_argument("--sources", default="", help="the default mixture; else that of the shipped model")
    found.add_argument("--without", default="", help="the sources to leave out, one at a time; else every one")
    found.add_argument("--curve", default="200,700,1500,2579", help="conversations of the project's own corpus")
    found.add_argument("--beside", default="", help="corpora that the curve's trainings have too")
    found.add_argument("--recipe", default="everyday", help="of the cheap trainings")
    found.add_argument("--turns", type=int, default=6000, help="of each corpus in the cheap trainings; 0 is all")
    found.add_argument("--read", type=int, default=0, help="turns that each training reads at least, in more epochs")
    found.add_argument("--set", action="append", default=[], help="override a recipe's setting: schedule.epochs=2")
    found.add_argument("--embedder", default="all-MiniLM-L6-v2", help="of the linear baseline")
    found.add_argument("--limit", type=int, default=0, help="conversations of each set, for a trial")
    found.add_argument("--resamples", type=int, default=1000)
    found.add_argument("--seed", type=int, default=0)
    found.add_argument("--threads", type=int, default=0)
    found.add_argument("--cells", type=Path, default=ROOT / "bench" / "generality", help="where results are kept")
    found.add_argument("--again", action="store_true", help="compute the results of the named parts again")
    found.add_argument("--keep", action="store_true", help="keep the trained models, beside the results")
    found.add_argument("--page", type=Path, default=ROOT / "docs" / "generality.md")
    found.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "generality.json")
    return found


def names(text: str) -> list[str]:
    """Read names between commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def told(part: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that a part depends on."""
    found: dict[str, Any] = {"resamples": asked.resamples}
    if asked.limit:
        found["conversations of a set at most"] = asked.limit
    if part in TRAINED:
        found["recipe"] = " ".join([asked.recipe, "schedule.epochs=1", *asked.set])
        if asked.read:
            found["turns that each training reads, in more epochs if it has fewer"] = f"about {asked.read:,}"
    if part in (*TRAINED, "baselines") and (part != "curve" or asked.beside):
        found["turns of a corpus at most"] = asked.turns or "all"
    return found


def write(asked: argparse.Namespace, part: str, found: dict[str, Any]) -> None:
    """Put a part into the JSON and write the page again."""
    record = json.loads(asked.json.read_text(encoding="utf-8")) if asked.json.is_file() else {}
    record[part] = found
    there = asked.page.read_text(encoding="utf-8") if asked.page.is_file() else None
    for path, content in ((asked.json, json.dumps(record, indent=1) + "\n"), (asked.page, put(page(record), there))):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, content.encode())


if __name__ == "__main__":
    main()
