"""Protocol `few-shot`: several learners on the same episodes, in one run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from reproduction.few_shot.episodes import Episode, Pool, draw
from reproduction.few_shot.learners import Adapting, Learner
from sentemo.errors import BadInput, UsageError
from sentemo.evaluation.metrics import IntArray
from sentemo.evaluation.report import table
from sentemo.files import write_bytes

OURS = "sentemo"
OUTCOMES, EXPERIMENT, LOCK = "outcomes.jsonl", "experiment.json", "run.lock"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn."""

    ways: int
    shots: int
    episodes: int
    queries: int = 15
    """Of each label, in the balanced half."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One learner on one episode."""

    setting: str
    """What the labels were and where the model came from."""
    shots: int
    episode: int
    learner: str
    balanced: float
    """Share of right labels, percent, where queries of each label are as many."""
    natural: float
    """The same where labels are as frequent as in the corpus."""
    seconds: float
    """That learning took; without reading the utterances, for all but SetFit."""
    from_text: float | None = None
    """Ours on the episodes that SetFit ran on: the seconds from text on."""


def run(
    setting: str,
    plan: Plan,
    pool: Pool,
    learners: Mapping[str, tuple[Learner, int]],
    done: Sequence[Outcome] = (),
    on_outcome: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Run each learner on the first so many of the plan's episodes; what is done already is not done again."""
    known = {(each.setting, each.shots, each.episode, each.learner): each for each in done}
    outcomes = []
    for number in range(plan.episodes):
        episode = draw(pool, plan.ways, plan.shots, plan.queries, _generator(plan, number))
        for name, (learner, first) in learners.items():
            if number >= first:
                continue
            outcome = known.get((setting, plan.shots, number, name))
            if outcome is None:
                timed = name == OURS and number < min(first for _, first in learners.values()) < plan.episodes
                outcome = _outcome(setting, plan.shots, number, name, learner, episode, timed)
                if on_outcome:
                    on_outcome(outcome)
            outcomes.append(outcome)
    return outcomes


def _generator(plan: Plan, number: int) -> np.random.Generator:
    return np.random.default_rng([plan.seed, plan.ways, plan.shots, number])


def _outcome(
    setting: str, shots: int, number: int, name: str, learner: Learner, episode: Episode, timed: bool
) -> Outcome:
    label, seconds = learner.learn(episode)
    balanced, natural = (
        _percent(label(rows), gold)
        for rows, gold in ((episode.balanced, episode.balanced_gold), (episode.natural, episode.natural_gold))
    )
    from_text = learner.timed(episode) if timed and isinstance(learner, Adapting) else None
    return Outcome(setting, shots, number, name, balanced, natural, seconds, from_text)


def _percent(found: IntArray, gold: IntArray) -> float:
    return 100 * float((found == gold).mean())


def merged(outcomes: Sequence[Outcome], setting: str) -> list[Outcome]:
    """Take the episodes of several settings for those of one."""
    order = {name: place for place, name in enumerate(dict.fromkeys(each.setting for each in outcomes))}
    most = max((each.episode for each in outcomes), default=0) + 1
    return [replace(each, setting=setting, episode=each.episode + most * order[each.setting]) for each in outcomes]


def read_outcomes(path: Path) -> list[Outcome]:
    """Read what an earlier run left; a last line that was cut off is removed, so that the next can be added."""
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    outcomes = []
    for number, line in enumerate(lines, 1):
        try:
            outcomes.append(Outcome(**json.loads(line)))
        except (ValueError, TypeError):
            if number == len(lines) and not line.endswith("\n"):
                write_bytes(path, "".join(lines[:-1]).encode())
                break
            raise BadInput("Not an outcome of an episode", "Remove the file", path=path, line=number) from None
    return outcomes


def claim(folder: Path, experiment: Mapping[str, Any]) -> None:
    """Keep in a folder what its outcomes are of; raise `UsageError` where it is of another experiment.

    The experiment is all that decides an outcome but shots, episode and learner, which each outcome names.
    """
    path = folder / EXPERIMENT
    if not any(each.name not in (EXPERIMENT, LOCK) for each in folder.iterdir()):  # no outcome and no model yet
        write_bytes(path, (json.dumps(dict(experiment), indent=1) + "\n").encode())
        return
    if not path.is_file():
        raise UsageError(f"{folder} holds something, of nobody knows what experiment", "Choose another --out")
    try:
        known = dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise BadInput("The file is damaged", "Choose another --out", path=path) from None
    other = [name for name in experiment if known.get(name) != experiment[name]]
    if other:
        raise UsageError(f"{folder} is of an experiment with other {', '.join(other)}", "Choose another --out")


def line_of(outcome: Outcome) -> str:
    """Write an outcome as a line of JSON."""
    return json.dumps(asdict(outcome)) + "\n"


@dataclass(frozen=True, slots=True)
class Row:
    """A learner's mean over episodes, with the half width of its 95 % interval, and its lead over ours."""

    setting: str
    shots: int
    learner: str
    episodes: int
    balanced: float
    balanced_half: float
    natural: float
    natural_half: float
    ours_leads: float | None
    """Mean of ours minus this one on the same balanced queries."""
    ours_leads_half: float | None
    seconds: float
    """Median."""
    ours_seconds: float | None
    """Median of ours from text on, on the same episodes, where it was timed."""


def rows_of(outcomes: Sequence[Outcome]) -> list[Row]:
    """Sum outcomes up, by setting, shots and learner, in the order in which they come."""
    return [_row(key, group, outcomes) for key, group in _grouped(outcomes)]


def _grouped(outcomes: Sequence[Outcome]) -> Iterator[tuple[tuple[str, int, str], list[Outcome]]]:
    groups: dict[tuple[str, int, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.setting, outcome.shots, outcome.learner), []).append(outcome)
    yield from sorted(groups.items(), key=lambda item: (item[0][0], item[0][1]))


def _row(key: tuple[str, int, str], group: Sequence[Outcome], outcomes: Sequence[Outcome]) -> Row:
    setting, shots, learner = key
    ours = {
        each.episode: each for each in outcomes if (each.setting, each.shots, each.learner) == (setting, shots, OURS)
    }
    paired = [(ours[each.episode], each) for each in group if each.episode in ours] if learner != OURS else []
    leads, leads_half = _mean([one.balanced - other.balanced for one, other in paired]) if paired else (None, None)
    timed = [one.from_text for one, _ in paired if one.from_text is not None]
    return Row(
        setting,
        shots,
        learner,
        len(group),
        *_mean([each.balanced for each in group]),
        *_mean([each.natural for each in group]),
        leads,
        leads_half,
        float(np.median([each.seconds for each in group])),
        float(np.median(timed)) if timed and learner == "setfit" else None,
    )


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """The mean and the half width of its 95 % interval over episodes, by Student's t; NaN where there is one."""
    from scipy.stats import t

    if len(values) < 2:
        return float(np.mean(values)), float("nan")
    error = float(np.std(values, ddof=1)) / len(values) ** 0.5
    return float(np.mean(values)), float(t.ppf(0.975, len(values) - 1)) * error


def to_markdown(rows: Sequence[Row], chance: float) -> str:
    """Write rows as a table."""
    head = ["setting", "shots", "learner", "episodes", "accuracy", "natural prior", "ours leads by", "seconds"]
    body = []
    for row in rows:
        lead = "" if row.ours_leads is None else f"{row.ours_leads:+.1f} ± {row.ours_leads_half:.1f}"
        ratio = "" if not row.ours_seconds else f" (ours {row.ours_seconds:.2f} from text)"
        body.append(
            [
                f"{row.setting} (chance {chance:.1f})",
                str(row.shots),
                row.learner,
                str(row.episodes),
                f"{row.balanced:.1f} ± {row.balanced_half:.1f}",
                f"{row.natural:.1f} ± {row.natural_half:.1f}",
                lead,
                f"{row.seconds:.3g}{ratio}",
            ]
        )
    return table(head, body)


def to_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return plain values for `json.dumps`."""
    return [asdict(row) for row in rows]
