"""Small corpora in every published layout, of texts made up for these tests."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sentemo.types import Conversation, Utterance

Dialogue = list[tuple[str, int]]

DIALOGUES: list[Dialogue] = [
    [("Hi there , how was the trip ? ", 0), (" We lost the suitcase . I ’ m furious . ", 1), (" Oh no ! ", 6)],
    [("The cake is ready.Let ' s eat ! ", 4), (" Yum . ", 4)],
    [("My old cat died last night . ", 5), (" I am so sorry , dear . ", 5), (" Thank you . ", 0), (" Of course . ", 0)],
]


def utterance_lines(dialogues: list[Dialogue] = DIALOGUES) -> bytes:
    return "".join("".join(f"{text}__eou__" for text, _ in turns) + "\n" for turns in dialogues).encode()


def emotion_lines(dialogues: list[Dialogue] = DIALOGUES) -> bytes:
    return "".join(" ".join(str(id) for _, id in turns) + " \n" for turns in dialogues).encode()


def act_ids(dialogue: Dialogue) -> list[int]:
    """Give the turns of a dialogue the acts 1 to 4 in turn, which lie there and are not read."""
    return [place % 4 + 1 for place in range(len(dialogue))]


def act_lines(dialogues: list[Dialogue] = DIALOGUES) -> bytes:
    return "".join(" ".join(map(str, act_ids(turns))) + " \n" for turns in dialogues).encode()


def write_text(folder: Path, split: str, dialogues: list[Dialogue] = DIALOGUES) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"dialogues_{split}.txt").write_bytes(utterance_lines(dialogues))
    (folder / f"dialogues_emotion_{split}.txt").write_bytes(emotion_lines(dialogues))
    (folder / f"dialogues_act_{split}.txt").write_bytes(act_lines(dialogues))


def inner_zip(split: str, dialogues: list[Dialogue] = DIALOGUES) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"__MACOSX/{split}/._dialogues_{split}.txt", b"shadow")
        archive.writestr(f"__MACOSX/{split}/dialogues_{split}.txt", b"shadow")
        archive.writestr(f"{split}/dialogues_{split}.txt", utterance_lines(dialogues))
        archive.writestr(f"{split}/dialogues_emotion_{split}.txt", emotion_lines(dialogues))
        archive.writestr(f"{split}/dialogues_act_{split}.txt", act_lines(dialogues))
    return buffer.getvalue()


def outer_zip(split: str, dialogues: list[Dialogue] = DIALOGUES) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ijcnlp_dailydialog/readme.txt", b"about")
        archive.writestr(f"ijcnlp_dailydialog/{split}.zip", inner_zip(split, dialogues))
    return buffer.getvalue()


def hub_parquet(dialogues: list[Dialogue] = DIALOGUES) -> bytes:
    columns = {
        "dialog": [[text for text, _ in turns] for turns in dialogues],
        "act": [act_ids(turns) for turns in dialogues],
        "emotion": [[id for _, id in turns] for turns in dialogues],
    }
    return parquet(columns)


def parquet(columns: dict[str, list[object]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def table(header: list[str], rows: list[list[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([header, *rows])
    return text.getvalue().encode()


MELD_HEADER = ["Sr No.", "Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "Season"]


def meld_csv() -> bytes:
    rows: list[list[object]] = [
        [1, "Wait, what?", "Ann", "surprise", "negative", 0, 1, 8],
        [2, "I sold the boat.", "Bob", "neutral", "neutral", 0, 0, 8],
        [3, "Great, isn’t it?", "Cleo", "joy", "positive", 3, 0, 8],
    ]
    return table(MELD_HEADER, rows)


EMORY_HEADER = ["Utterance", "Speaker", "Emotion", "Scene_ID", "Utterance_ID", "Season", "Episode", "Start_Time"]


def emory_csv() -> bytes:
    rows: list[list[object]] = [
        ["Quiet, please!", "['Ann']", "Mad", 4, 1, 1, 2, "00:00:02,877"],
        ["Never.", "['Bob', \"Cleo O'Hara\"]", "Powerful", 4, 2, 1, 2, ""],
        ["A lovely view.", "['Cleo']", "Peaceful", 5, 1, 1, 2, ""],
    ]
    return table(EMORY_HEADER, rows)


def emory_json() -> bytes:
    def said(id: str, names: list[str], text: str, emotion: str | None) -> dict[str, object]:
        return {"utterance_id": id, "speakers": names, "transcript": text, "tokens": [[text]], "emotion": emotion}

    first = [said("s01_e02_c04_u001", ["Ann"], "Quiet, please!", "Mad"), said("u2", ["Bob", "Cleo"], "No.", "Sad")]
    second = [said("u1", [], "", None), said("u3", ["Cleo"], "A lovely view.", "Peaceful")]
    scenes = [{"scene_id": "s01_e02_c04", "utterances": first}, {"scene_id": "s01_e02_c05", "utterances": second}]
    return json.dumps({"season_id": "s01", "episodes": [{"episode_id": "s01_e02", "scenes": scenes}]}).encode()


EMPATHETIC_HEADER = "conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags"

EMPATHETIC = f"""\
{EMPATHETIC_HEADER}
hit:1_conv:2,2,afraid,A bear_comma_ at night.,7,Goodness_comma_ "what" did you do?",5|5|5_2|2|5,
hit:1_conv:2,1,afraid,A bear_comma_ at night.,4,There was a bear_comma_ outside my tent.,5|5|5_2|2|5,
hit:3_conv:6,1,proud,I baked.,1,"My loaf "rose"!,5|5|5_2|2|5,,Well done.|Ugh_comma_ bread.
hit:3_conv:6,2,proud,I baked.,0,"Mine never ""rise"" at all.",5|5|5_2|2|5,
"""

XED = "You stole my boat !\t1\n  [PERSON] ... is it over ?\t8, 4\n"

BRIGHTER = """\
id,text,anger,fear,joy,sadness,surprise
a1,"Well, the loaf rose.",0,0,1,0,1
a2,The shop shuts at six.,0,0,0,0,0
a3,"It said ""closed"" again.",1,0,0,0,0
"""

EVERYDAY = """\
{"id": "kitchen-1", "turns": [{"speaker": "Ann", "text": "who ate it", "label": "anger", "labels": ["anger", "fear"]}]}
{"turns": [{"speaker": "Bob", "text": "the dog!!", "label": "surprise", "labels": ["surprise", "surprise"]}, "oh"]}
"""

TRANSCRIPT = """\
Ses0{n}F_impro01_M000 [007.0000-008.2500]: Which desk is it?
Ses0{n}F_impro01_F000 [006.2901-006.9000]: Hello, over there.
M: [LAUGHTER]
Ses0{n}F_impro01_MXX0 [008.3000-008.4000]: Mhm.
Ses0{n}F_impro01_F001 [010.0000-011.0000]: It is gone!
Ses0{n}F_impro01_M001 [012.0000-013.0000]: Again?
"""

JUDGEMENTS = """\
% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]

[6.2901 - 6.9000]\tSes0{n}F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]
C-E2:\tNeutral;\t()
[7.0000 - 8.2500]\tSes0{n}F_impro01_M000\txxx\t[2.5000, 2.5000, 2.5000]
[10.0000 - 11.0000]\tSes0{n}F_impro01_F001\tfru\t[1.5000, 3.5000, 2.5000]
[12.0000 - 13.0000]\tSes0{n}F_impro01_M001\tsur\t[1.5000, 3.5000, 2.5000]
"""


def write_iemocap(folder: Path, session: int, names: list[str]) -> None:
    for kind, text in (("transcriptions", TRANSCRIPT), ("EmoEvaluation", JUDGEMENTS)):
        place = folder / f"Session{session}" / "dialog" / kind
        place.mkdir(parents=True, exist_ok=True)
        for name in names:
            (place / f"{name}.txt").write_text(text.replace("{n}", str(session)))
            (place / f"._{name}.txt").write_bytes(b"\x00\x05\x16\x07")


TALKS = [
    Conversation("first", (Utterance("Good morning!", "Ann", "joy"), Utterance("Is it, really?", "Bob"))),
    Conversation("second", (Utterance("The bus left at 12:30, see http://bus.example", "Ann", "neutral"),)),
]

JSONL = (
    '{"id": "first", "turns": [{"speaker": "Ann", "text": "Good morning!", "label": "joy"}, "Is it, really?"]}\n'
    '{"turns": [{"text": "Caf\\u00e9 – at noon", "mood": 3}], "extra": null}\n'
).encode()

CSV = (
    b"Conversation_ID,Author,Message,Emotion\n"
    b'a,Ann,"Well, hello",joy\na,Bob,"two\nlines",\nb,Ann,Caf\xc3\xa9?,neutral\n'
)

PLAIN = "Ann: Did you read http://bus.example?\nDr. Bob Low: No.\n\nat 12:30 maybe\nAnn: Fine – so be it\n".encode()


def mutations(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Damage bytes at random: flips, cuts, repeats, insertions, truncation."""
    draw = random.Random(seed)
    for _ in range(count):
        mutant = bytearray(data)
        for _ in range(draw.randint(1, 3)):
            start = draw.randrange(len(mutant) + 1)
            stop = min(len(mutant), start + draw.randint(1, 8))
            kind = draw.randrange(5)
            if kind == 0 and start < len(mutant):
                mutant[start] ^= 1 << draw.randrange(8)
            elif kind == 1:
                del mutant[start:stop]
            elif kind == 2:
                mutant[start:start] = mutant[start:stop]
            elif kind == 3:
                mutant[start:stop] = draw.choice((b"\0", b"\xff\xfe", b'"', b"\n", b"\r", b"[{", b"\xed\xa0\x80", b","))
            else:
                del mutant[start:]
        yield bytes(mutant)
