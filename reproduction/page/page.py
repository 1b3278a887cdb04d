"""Dialogues as one HTML page that shows where conversational context helped and where it hurt."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from os import PathLike
from pathlib import Path
from string import Template
from typing import Any

from reproduction.page.page_data import page_data
from sentemo.errors import BadInput
from sentemo.files import write_bytes
from sentemo.types import Conversation, LabelSet, Prediction

INERT = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})
"""Inside JSON these occur in strings only, where their escapes mean the same and no parser of HTML sees a tag."""


def write_page(
    path: str | PathLike[str],
    conversations: Sequence[Conversation],
    contextual: Sequence[Prediction],
    isolated: Sequence[Prediction],
    labels: LabelSet,
    *,
    title: str,
    notes: Sequence[str],
) -> None:
    """Write one self-contained page that compares two models' predictions, utterance by utterance.

    `isolated` comes from a model that sees each utterance alone; `notes` are lines on the corpus, the split and the
    models. The page holds the conversations' text: it may be passed on as the corpus may. Turns without a gold label
    are shown as context. Raises `BadInput` for unknown gold labels and where there is none, `BadModel` for
    predictions that don't fit the conversations.
    """
    page = render_page(page_data(conversations, contextual, isolated, labels), title=title, notes=notes)
    try:
        content = page.encode()
    except UnicodeEncodeError:
        raise BadInput(
            "A text of the page holds half a character (a lone surrogate)", "Decode the text as UTF-8"
        ) from None
    write_bytes(Path(path), content)


def render_page(data: Mapping[str, Any], *, title: str, notes: Sequence[str]) -> str:
    """Put data, style and script into the page; its policy lets that style and that script alone take effect."""
    style, script = _asset("page.css"), _asset("page.js")
    return Template(_asset("page.html")).substitute(
        title=escape(title),
        notes="\n".join(f"<li>{escape(note)}</li>" for note in notes),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        data=json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(INERT),
    )


def _asset(name: str) -> str:
    return files("reproduction.page").joinpath(name).read_text(encoding="utf-8")


def _hash(block: str) -> str:
    """Name an inline block as a content security policy does."""
    return f"'sha256-{b64encode(hashlib.sha256(block.encode()).digest()).decode()}'"
