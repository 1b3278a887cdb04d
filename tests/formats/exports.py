"""Small exports of chat apps, made up for these tests."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sentemo.types import Conversation

ANDROID = """\
12/31/23, 9:58\u202fPM - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.
12/31/23, 9:58\u202fPM - Ida created group "Trip: Rome"
12/31/23, 9:59\u202fPM - Ida changed the subject to "Trip: Oslo"
12/31/23, 10:15\u202fPM - Ida: Did you pack?
The boat leaves: at 9!

Really.
12/31/23, 10:16\u202fPM - Max Low: <Media omitted>
12/31/23, 10:16\u202fPM - Max Low: \u200eIMG-20231231-WA0001.jpg (file attached)
My bag, see?
12/31/23, 11:59\u202fPM - \u202a+49 170 1234567\u202c: @\u2068Ida\u2069 not yet <This message was edited>
1/1/24, 12:01\u202fAM - Ida: This message was deleted
1/1/24, 12:02\u202fAM - Ida: Happy new year!
1/1/24, 8:30\u202fAM - Max Low: null
1/1/24, 8:31\u202fAM - Max Low: Morning: coffee?
"""

IOS = """\
\ufeff[31.12.23, 22:15:03] Trip: \u200eNachrichten und Anrufe sind Ende-zu-Ende-verschl\u00fcsselt.
\u200e[31.12.23, 22:15:04] \u200eIda hat diese Gruppe erstellt
[31.12.23, 22:15:05] ~\u202fIda: Hast du gepackt?
\u200e[31.12.23, 22:16:00] Max: \u200eBild weggelassen
\u200e[31.12.23, 22:16:30] Max: Meine Tasche \u200e<attached: 00000012-PHOTO-2023-12-31-22-16-30.jpg>
[31.12.23, 22:17:00] Max: Die Liste:
12/31/23, 10:17 PM - Brot: zwei
[01.01.24, 06:16:59] ~\u202fIda: Noch wach \U0001f468\u200d\U0001f469\u200d\U0001f467
[01.01.24, 14:17:00] Max: Guten Morgen \u200e<This message was edited>
"""

DAY_1 = [
    {"type": "message", "subtype": "channel_join", "user": "U1", "text": "<@U1> has joined", "ts": "1700000000.000100"},
    {"type": "message", "user": "U1", "text": "Is &lt;b&gt; fine, <@U2>? &amp;amp;", "ts": "1700000010.000100"},
    {
        "type": "message",
        "user": "U2",
        "text": "See <https://ex.org/a?b=1&amp;c=2|the page>!",
        "ts": "1700000020.000100",
    },
    {
        "type": "message",
        "user": "U1",
        "text": "Who breaks it?",
        "ts": "1700000030.000100",
        "thread_ts": "1700000030.000100",
    },
    {"type": "message", "user": "U9", "text": "", "files": [{}], "ts": "1700000040.000100"},
    {"type": "message", "bot_id": "B1", "subtype": "bot_message", "text": "Build failed", "ts": "1700000050.000100"},
    {"type": "message", "user": "U3", "text": "<!here> in <#C1|general>", "ts": "1700000060.000100"},
]
DAY_2 = [
    {
        "type": "message",
        "user": "U2",
        "text": "Me, sorry.",
        "ts": "1700090000.000200",
        "thread_ts": "1700000030.000100",
    },
    {"user": "U9", "user_profile": {"real_name": "Guest"}, "text": "Hello?", "ts": "1700090000.000100"},
]
USERS = [
    {"id": "U1", "name": "ida", "real_name": "Ida Low", "profile": {"display_name": "Ida", "real_name": "Ida Low"}},
    {"id": "U2", "name": "max", "profile": {"display_name": "", "real_name": "Max"}},
    {"id": "U3", "name": "ida2", "profile": {"display_name": "Ida"}},
]
SLACK = {
    "users.json": json.dumps(USERS),
    "channels.json": "[]",
    "general/2023-11-14.json": json.dumps(DAY_1, indent=4),
    "general/2023-11-15.json": json.dumps(DAY_2, indent=4),
    "odd/2023-11-14.json": "[]",
}


def utterance(id: str, talk: str, text: str | None, **more: object) -> str:
    return json.dumps({"id": id, "conversation_id": talk, "text": text, "speaker": "Ann", "meta": {}, **more}) + "\n"


CONVOKIT = {
    "utterances.jsonl": utterance("3", "1", "Third", timestamp=30, **{"reply-to": "1"})
    + utterance("1", "1", "First", timestamp=10, meta={"emotion": "joy", "label": "no"}, vectors=[])
    + utterance("9", "9", "Other", timestamp=None, speaker="Bob", meta={"emotion": 3, "label": "fear", "toxic": True})
    + utterance("2", "1", "Second", timestamp="20", reply_to="1", meta={"toxic": False})
    + utterance("4", "1", " ", timestamp=40),
    "speakers.json": '{"Ann": {"meta": {}, "vectors": []}, "Bob": {"meta": {}, "vectors": []}}',
    "conversations.json": "{}",
    "corpus.json": "{}",
    "index.json": "{}",
}


def zipped(files: Mapping[str, str | bytes], root: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._chat.txt", b"\xff")
        for name, content in files.items():
            archive.writestr(root + name, content)
    return buffer.getvalue()


def unpacked(files: Mapping[str, str | bytes], folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


TELEGRAM_HTML = b"""<!DOCTYPE html>
<html><head><title>Exported Data</title></head><body>
<div class="page_wrap"><div class="history">
 <div class="message service" id="message-1"><div class="body details">31 December 2023</div></div>
 <div class="message default clearfix" id="message7">
  <div class="body">
   <div class="pull_right date details" title="31.12.2023 22:15:00 UTC+01:00">22:15</div>
   <div class="from_name">Ida </div>
   <div class="text">Did you pack?<br>The <b>boat</b> &amp; the bag</div>
  </div>
 </div>
 <div class="message default clearfix joined" id="message8">
  <div class="body">
   <div class="pull_right date details" title="31.12.2023 22:16:00 UTC+01:00">22:16</div>
   <div class="reply_to details">In reply to <a href="#">this</a></div>
   <div class="text">Really</div>
  </div>
 </div>
 <div class="message default clearfix" id="message9">
  <div class="body">
   <div class="pull_right date details" title="31.12.2023 22:17:00 UTC+01:00">22:17</div>
   <div class="from_name">Max</div>
   <div class="media_wrap clearfix"><div class="media"><div class="title">Photo</div></div></div>
  </div>
 </div>
</div></div></body></html>
"""


def book(rows: list[list[object]]) -> bytes:
    """Write rows as an Excel workbook."""
    from openpyxl import Workbook

    sheets, buffer = Workbook(), io.BytesIO()
    for row in rows:
        sheets.active.append(row)
    sheets.save(buffer)
    return buffer.getvalue()


def bare(talks: Iterable[Conversation]) -> list[Conversation]:
    """Take the times and ids out of turns, for comparison with what was said by whom."""
    return [
        Conversation(talk.id, tuple(replace(turn, id="", time=None, span_s=None) for turn in talk)) for talk in talks
    ]
