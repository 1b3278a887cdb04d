"""Prompts: a template with named placeholders, filled in for one turn of a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

from sentemo.errors import BadInput, UsageError
from sentemo.types import Conversation, LabelSet, Utterance

DEFINITIONS: Mapping[str, str] = {
    "neutral": "no emotion is expressed: facts, questions, polite formulas",
    "anger": "annoyance, indignation, rage at someone or something",
    "angry": "annoyance, indignation, rage at someone or something",
    "mad": "annoyance, indignation, rage at someone or something",
    "frustrated": "impatience or helplessness because something does not work out",
    "disgust": "revulsion, strong dislike or contempt",
    "fear": "worry, anxiety, fright",
    "scared": "worry, anxiety, fright",
    "happiness": "joy, delight, contentment, warm thanks or affection",
    "happy": "joy, delight, contentment, warm thanks or affection",
    "joy": "joy, delight, contentment, amusement",
    "joyful": "joy, delight, amusement",
    "excited": "lively anticipation or enthusiasm",
    "peaceful": "calm contentment, trust, affection",
    "powerful": "pride, confidence, being respected",
    "sadness": "grief, disappointment, regret, loneliness",
    "sad": "grief, disappointment, regret, loneliness",
    "surprise": "astonishment at something unexpected, good or bad",
}


PLACEHOLDERS: Mapping[str, str] = {
    "dialogue": "all turns, a line each",
    "so_far": "the turns up to and with the asked one, `context` of them before it",
    "before": "the turns before the asked one, at most `context` of them",
    "turn": "the asked turn with its speaker",
    "utterance": "the text of the asked turn",
    "labels": "all labels, with commas between them",
    "emotions": "the labels but the neutral one, the last after `and`",
    "neutral": "the name of the neutral label",
    "definitions": "a line for each label, with what it means",
}
FIGURE_3 = "no emotion"
"""The name of neutral in the paper's prompts."""


@dataclass(frozen=True)
class Prompt:
    """A template, and its names for the labels."""

    name: str
    text: str
    order: tuple[str, ...] = ()
    """Labels to name first, in this order; the others follow in the order of their set, neutral last."""
    neutral: str = ""
    """Its name for the neutral label; empty for that label's own name."""
    context: int | None = None
    """How many turns before the asked one `so_far` and `before` contain; None for all."""
    wants_json: bool = False
    """Whether the answer should be a JSON object with a `label`."""
    definitions: Mapping[str, str] = field(default_factory=lambda: DEFINITIONS)

    def __post_init__(self) -> None:
        step = f"Use {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}; write {{{{ and }}}} for braces"
        try:
            parts = list(Formatter().parse(self.text))
        except ValueError as error:
            raise UsageError(f"The prompt {self.name} is not a valid template ({error})", step) from None
        for _, place, form, conversion in parts:
            if place is not None and (place not in PLACEHOLDERS or form or conversion):
                raise UsageError(f"The prompt {self.name} has an unknown placeholder {{{place}}}", step)
        if not any(place in ("dialogue", "so_far", "turn", "utterance") for _, place, _, _ in parts):
            raise UsageError(f"The prompt {self.name} shows no turn", step)

    def shown(self, labels: LabelSet) -> dict[str, str]:
        """Return each label's name in the prompt, in the prompt's order, and the label that it stands for."""
        rank = {name: place for place, name in enumerate(self.order)}
        names = sorted(labels.emotions, key=lambda name: rank.get(name, len(rank)))
        if labels.neutral is not None:
            names.append(labels.neutral)
        return {self.neutral if name == labels.neutral and self.neutral else name: name for name in names}

    def ask(self, conversation: Conversation, turn: int, labels: LabelSet) -> str:
        """Fill in the template for the turn at a position."""
        turns, shown = conversation.turns, self.shown(labels)
        first = 0 if self.context is None else max(0, turn - self.context)
        emotions = [name for name, label in shown.items() if label != labels.neutral]
        values = {
            "dialogue": _lines(turns),
            "so_far": _lines(turns[first : turn + 1]),
            "before": _lines(turns[first:turn]) or "(nothing)",
            "turn": _line(turns[turn]),
            "utterance": _plain(turns[turn].text),
            "labels": ", ".join(shown),
            "emotions": " and ".join(part for part in (", ".join(emotions[:-1]), emotions[-1]) if part),
            "neutral": next((name for name, label in shown.items() if label == labels.neutral), "none of them"),
            "definitions": "\n".join(self._definition(name, label) for name, label in shown.items()),
        }
        return self.text.format_map(values)

    def _definition(self, name: str, label: str) -> str:
        meaning = self.definitions.get(label)
        return f"- {name}: {meaning}" if meaning else f"- {name}"


def prompt_names() -> tuple[str, ...]:
    """List the shipped prompts."""
    return tuple(_SHIPPED)


def get_prompt(name: str) -> Prompt:
    """Return a shipped prompt by name, or read a template from a file.

    Raises `UsageError` for neither, and for a template with unknown placeholders.
    """
    if name in _SHIPPED:
        text = (files("sentemo.llm") / "prompts" / f"{name}.txt").read_text(encoding="utf-8")
        return Prompt(name, text.strip(), **_SHIPPED[name])
    path = Path(name)
    if not path.is_file():
        raise UsageError(f"Unknown prompt {name!r}", f"Name a file, or one of: {', '.join(_SHIPPED)}")
    try:
        return Prompt(path.stem, path.read_text(encoding="utf-8").strip())
    except UnicodeDecodeError:
        raise BadInput("The prompt is not UTF-8", "Save it as UTF-8", path=path) from None


def _lines(turns: Sequence[Utterance]) -> str:
    return "\n".join(f"- {_line(turn)}" for turn in turns)


def _line(turn: Utterance) -> str:
    return f"{_plain(turn.speaker)}: {_plain(turn.text)}" if turn.speaker else _plain(turn.text)


def _plain(text: str) -> str:
    """Put a text on one line, so that it can't pass for several turns, and keep it from closing a tag."""
    return " ".join(text.split()).replace("</", "< /")


_SHIPPED: Mapping[str, Mapping[str, Any]] = {
    "quoted": {
        "order": ("happiness", "sadness", "anger", "surprise", "fear", "disgust"),
        "neutral": FIGURE_3,
    },
    "last": {
        "order": ("sadness", "happiness", "anger", "surprise", "fear", "disgust"),
        "neutral": FIGURE_3,
    },
    "defined": {"context": 8, "wants_json": True},
}
