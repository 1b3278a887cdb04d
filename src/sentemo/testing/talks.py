"""The conversations that labelers are checked with: ordinary ones and edge cases."""

from __future__ import annotations

from dataclasses import replace

from sentemo.types import Conversation

ORDINARY = (
    Conversation.of(
        ("Ida", "Did you hear? They found the cat!"),
        ("Max", "No way... really?"),
        ("Ida", "Really. It slept in the neighbours' shed."),
        ("Max", "I could cry, I was so worried."),
        id="two people",
    ),
    Conversation.of(("Ida", "I can't stand this noise any more."), id="one turn"),
    Conversation.of("The train is late again.", "Of course it is.", "Well, at least it comes.", id="without names"),
    Conversation.of(
        ("Ann", "Who took my umbrella?"),
        ("Ben", "Not me."),
        ("Cem", "Me neither."),
        ("Dag", "It was me, sorry!"),
        ("Ann", "Thanks for telling me."),
        ("Ben", "Ha!"),
        id="four people",
    ),
    Conversation.of(("Ida", "ok"), ("Ida", "ok"), ("Max", "ok"), ("Ida", "ok"), id="the same words"),
    Conversation.of(
        *((("Ida", "Max")[place % 2], f"And then number {place} rolled off the table.") for place in range(16)),
        id="16 turns",
    ),
)
UNUSUAL = (
    Conversation.of(("Ida", "?"), ("Max", "a"), ("Ida", "I"), id="one character"),
    Conversation.of(("Ida", "😀😀😀"), ("Max", "🏳️‍🌈"), ("Ida", "💔"), id="emoji alone"),
    Conversation.of(("Аня", "Я так рада!"), ("明", "真的吗？"), ("علي", "لا أصدق ذلك"), id="other scripts"),
    Conversation.of(("Ida", "<b>so</b>\r\nwhat\t\u202e?"), ("Max", '"{}" %s \\n'), id="marks and line ends"),
    Conversation.of(*((("Ida", "Max")[place % 2], "abc"[place % 3]) for place in range(1024)), id="1,024 turns"),
)
REFUSABLE = (
    Conversation("no turn", ()),
    Conversation.of(("Ida", " \n"), id="a blank turn"),
    Conversation.of(("Ida", "wo\0rd"), ("Max", "yes"), id="NUL"),
    Conversation.of(("Ida", "half \ud83d"), ("Max", "yes"), id="a lone surrogate"),
    Conversation.of(("Ida", "word " * 20_000), ("Max", "yes"), id="100,000 characters"),
)
"""Conversations that a labeler may reject, but only with `BadInput` or `UsageError`."""
NAMES = {"Ida": "R2-D2", "Max": "Ida", "Ann": "Zoë", "Ben": "Ben, Esq.", "Cem": "明", "Dag": "dag"}


def renamed(talk: Conversation) -> Conversation:
    """Give every speaker another, distinct name."""
    named = [replace(turn, speaker=NAMES[turn.speaker]) if turn.speaker else turn for turn in talk]
    return replace(talk, turns=tuple(named))
