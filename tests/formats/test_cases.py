"""Inputs that people have, outside the repository: each is read rightly, or refused with what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sentemo.corpora.registry import get_corpus
from sentemo.errors import BadInput
from sentemo.formats.files import read_conversations
from sentemo.formats.heads import head_of
from sentemo.types import Conversation

HERE = Path(__file__).parent
CASES = Path(os.environ.get("SENTEMO_CASES") or HERE.parents[2] / "shared" / "cases")
LONGEST = 40
"""Characters of a text that `cases.txt` has."""


def expected() -> dict[str, list[str]]:
    """Read `cases.txt`."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (HERE / "cases.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            found[name].append(line[2:])
        elif line and not line.startswith("#"):
            name = line
            found[name] = []
    return found


EXPECTED = expected()


@pytest.fixture(scope="module")
def cases() -> Path:
    """Give the folder of inputs; skip where it isn't."""
    if not CASES.is_dir():
        pytest.skip("the inputs that people have are not here: they belong beside the repository, in shared/cases")
    return CASES


def shown(talk: Conversation) -> str:
    turns = (f"{turn.speaker}: {turn.text[:LONGEST]}" for turn in talk)
    escapes = {ord(letter): letter.encode("unicode_escape").decode() for letter in "\n\r\u2028"}
    return " | ".join(turns).translate(escapes)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_case(cases: Path, name: str) -> None:
    wanted = EXPECTED[name]
    if wanted[0].startswith("! "):
        with pytest.raises(BadInput) as caught:
            list(read_conversations(cases / name))
        assert wanted[0][2:] in str(caught.value) and caught.value.line
        return
    talks = list(read_conversations(cases / name))
    assert len(talks) == len(wanted)
    for talk, told in zip(talks, wanted, strict=True):
        assert shown(talk) == told
        assert not any(head_of(turn.text) for turn in talk if not turn.text.count("\n"))


def test_every_folder_of_chats_has_its_values(cases: Path) -> None:
    elsewhere = {"50-dailydialog", "50b-dailydialog-mismatch", "53-iemocap", "61-adapt", "65-bulk"}
    told = {name.split("/")[0] for name in EXPECTED}
    assert {each.name for each in cases.iterdir() if each.is_dir()} - elsewhere <= told


def test_published_layouts(cases: Path) -> None:
    with pytest.raises(BadInput):
        list(get_corpus("dailydialog").read(cases / "50b-dailydialog-mismatch", "validation"))
    texts = [turn.text for talk in get_corpus("meld").read(cases / "51-meld", "validation") for turn in talk]
    assert texts == ["What’s that…", "Don’t you dare, I’m gonna scream!", "“Hi”"]  # in the order of their ids
