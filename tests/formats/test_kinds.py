"""Small inputs of every kind that is known, each read rightly or refused."""

from __future__ import annotations

import codecs
import gzip
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sentemo.errors import BadInput, UsageError
from sentemo.formats import decoding
from sentemo.formats.cues import cue_text
from sentemo.formats.files import read_bytes
from sentemo.formats.inspect import inspect
from sentemo.formats.reading import Reading
from sentemo.types import Utterance
from tests.formats.exports import TELEGRAM_HTML, book

Said = tuple[str, str]


def read(text: str | bytes, name: str = "") -> list[Said]:
    data = text if isinstance(text, bytes) else text.encode()
    return [(turn.speaker, turn.text) for talk in read_bytes(data, name=name) for turn in talk]


LOGS = {
    "WhatsApp, Canada": "2023-12-20, 5:46 p.m. - Ann: hi\n2023-12-20, 5:47 p.m. - Bo: oh no\n",
    "WhatsApp, Korea": "2024. 3. 15. 오후 2:30 - Ann: hi\n2024. 3. 15. 오후 2:31 - Bo: oh no\n",
    "WhatsApp, Egypt": "٢٤‏/٤‏/٢٠٢٢، ٢:٠٧ م - Ann: hi\n٢٤‏/٤‏/٢٠٢٢، ٢:٠٨ م - Bo: oh no\n",
    "WhatsApp, Iran": "[۱۴۰۳/۱/۵, ۲۱:۱۰:۱۱] Ann: hi\n[۱۴۰۳/۱/۵, ۲۱:۱۱:۱۱] Bo: oh no\n",
    "WhatsApp Web": "[10:15, 3/13/2024] Ann: hi\n[10:16 PM, 3/13/2024] Bo: oh no\n",
    "no separator": "13. 6. 2018. 21:25:15 Ann: hi\n13. 6. 2018. 21:26:15 Bo: oh no\n",
    "a colon behind the time": "13.06.18 21.25.15: Ann: hi\n13.06.18 21.26.15: Bo: oh no\n",
    "ISO": "2024-03-13T10:15:00Z Ann: hi\n2024-03-13T10:16:00+01:00 Bo: oh no\n",
    "Signal": "[2019-12-24, 12:23] Ann: hi\n[2019-12-24, 12:49] Bo: oh no\n",
    "IRC": "[10:15] <ann> hi\n[10:16] <@bo> oh no\n",
    "IRC with dates": "2024-03-13 10:15:00 <Ann> hi\n2024-03-13 10:16:00 <Bo> oh no\n",
    "Pidgin": "(10:15:30 AM) Ann: hi\n(10:16:30 AM) Bo: oh no\n",
    "clock and name": "[10:32] Ann: hi\n[10:33] Bo: oh no\n",
    "half before clock": "[PM 09:47] Ann: hi\n[PM 09:48] Bo: oh no\n",
    "Zoom chat": "10:00:01 From Ann : hi\n10:00:09 From Bo to Everyone : oh no\n",
    "Zoom chat, newer": "2024-03-13 10:00:01 From Ann to Everyone:\n\thi\n"
    "2024-03-13 10:00:09 From Bo to Ann:\n\toh no\n",
    "Telegram Desktop": "Ann, [13.03.24 10:15]\nhi\n\nBo, [13.03.24 10:16]\n[In reply to Ann]\noh no\n",
    "Discord": "[3/1/2024 10:00 AM] Ann\nhi\n\n[3/1/2024 10:01 AM] Bo (pinned)\noh no\n\n{Reactions}\n👍 (2)\n",
    "Discord's window": "Ann — 03/01/2024 10:00 AM\nhi\nBo — Today at 10:01 AM\noh no\n",
    "Slack's window": "Ann Lee  10:15 AM\nhi\nBo Ray  10:16 AM\noh no\n",
    "Teams": "[10:15] Ann Lee\nhi\n[Yesterday 10:16] Bo Ray\noh no\n",
    "iMessage": "Jan 01, 2023  9:00:00 AM\nAnn\nhi\n\n"
    "Jan 01, 2023  9:01:00 AM (Read by you after 5 seconds)\nBo\noh no\n\n",
    "LINE": "2024/03/13(Wed)\n10:15\tAnn\thi\n10:16\tBo\toh no\n",
    "KakaoTalk": "--------------- 2024년 3월 15일 금요일 ---------------\n"
    "[Ann] [오후 2:30] hi\n[Bo] [오후 2:31] oh no\n",
    "Otter": "Ann (00:01): hi\nBo (00:05): oh no\n",
    "Otter, newer": "Ann Lee  0:01\nhi\n\nBo Ray  0:05\noh no\n",
    "Markdown": "**Ann**: hi\n**Bo**: oh no\n",
    "Markdown, colon inside": "**Ann:** hi\n\n**Bo:** oh no\n",
    "a list": "- Ann: hi\n- Bo: oh no\n",
    "brackets": "[Ann] hi\n[Bo] oh no\n",
    "angles": "<ann> hi\n<bo> oh no\n",
    "dashes": "Ann - hi\nBo - oh no\nAnn - why\nBo - so\n",
    "a colon of China": "Ann：hi\nBo：oh no\n",
    "sigtop": "Conversation: Ann\n\n"
    "From: Ann (+15550100)\nType: incoming\nSent: Wed, 30 Jul 2025 09:17:39 +0200\n\nhi\n\n"
    "From: Bo\nType: outgoing\nSent: Wed, 30 Jul 2025 09:18:39 +0200\n\noh no\n",
    "SRT": "1\n00:00:01,000 --> 00:00:02,000\nAnn: hi\n\n2\n00:00:03,000 --> 00:00:04,000\nBo: oh no\n",
    "VTT": "WEBVTT\n\nNOTE made up\n\n1\n00:01.000 --> 00:02.000 align:start\n<v Ann>hi</v>\n\n"
    "00:03.000 --> 00:04.000\n<v Bo>oh <i>no</i></v>\n",
    "SBV": "0:00:01.000,0:00:02.000\nAnn: hi\n\n0:00:03.000,0:00:04.000\nBo: oh no\n",
}


@pytest.mark.parametrize("kind", LOGS)
def test_logs_and_transcripts(kind: str) -> None:
    found = [(name.split()[0].casefold(), text) for name, text in read(LOGS[kind])]
    assert found[:2] == [("ann", "hi"), ("bo", "oh no")]


def test_times_of_logs() -> None:
    def times(kind: str) -> list[datetime | None]:
        return [turn.time for talk in read_bytes(LOGS[kind].encode()) for turn in talk]

    assert times("ISO")[1] == datetime(2024, 3, 13, 9, 16, tzinfo=UTC)
    assert times("WhatsApp, Iran")[0] == datetime(2024, 3, 24, 21, 10, 11)
    assert times("LINE") == [datetime(2024, 3, 13, 10, 15), datetime(2024, 3, 13, 10, 16)]
    assert times("KakaoTalk")[0] == datetime(2024, 3, 15, 14, 30)
    assert times("Discord")[0] == datetime(2024, 3, 1, 10)  # AM and PM in capitals: the month comes first
    assert times("IRC") == [None, None]


def test_an_unknown_log_is_refused_with_what_was_seen() -> None:
    with pytest.raises(
        BadInput, match="3 of the first 3 lines start with a date or time, like '2024/03/13 says who"
    ) as caught:
        read("2024/03/13 says who | Ann\n2024/03/14 says who | Bo\n2024/03/15 says who | Bo\n")
    assert caught.value.line == 1


def test_prose_with_some_numbers_is_prose() -> None:
    text = "We met at 10:15.\nIt was 3/4 full.\nAnn said: no\n1. bread\nSee you at 12:30\n"
    assert [words for _, words in read(text)][:2] == ["We met at 10:15.", "It was 3/4 full."]


MEDIA = [
    *("<Multimedia omitido>", "<Mídia oculta>", "<Médias omis>", "<Media omessi>", "<Media weggelaten>"),
    *("<Без медиафайлов>", "<Medya dahil edilmedi>", "<Media tidak disertakan>", "<मीडिया के बिना>"),
    *("<تم استبعاد الوسائط>", "<メディアなし>", "<미디어 파일 제외됨>", "<省略多媒体文件>", "<Pliki pominięto>"),
    *("<Media disingkirkan>", "<মিডিয়া বাদ দেওয়া হয়েছে>", "<رسانه حذف شد>", "<میڈیا چھوڑ دیا گیا>"),
    *("<המדיה לא נכללה>", "<Bỏ qua Media>", "<สื่อถูกลบ>", "<Média vynechány>", "<Media omise>", "<Медіа пропущено>"),
    *("Se eliminó este mensaje.", "Mensagem apagada", "Diese Nachricht wurde gelöscht.", "Ce message a été supprimé"),
    *("Questo messaggio è stato eliminato", "Данное сообщение удалено", "Bu mesaj silindi", "Pesan ini dihapus"),
    *("تم حذف هذه الرسالة", "삭제된 메시지입니다", "此消息已删除", "Ta wiadomość została usunięta"),
    *(
        "Verpasster Sprachanruf",
        "Appel vocal manqué",
        "Llamada perdida",
        "Chamada de voz perdida",
        "cevapsız sesli arama",
    ),
    *("a.jpg (archivo adjunto)", "a.jpg (Datei angehängt)", "a.jpg (arquivo anexado)", "a.jpg (fichier joint)"),
    *(
        "a.jpg (файл добавлен)",
        "a.opus (file terlampir)",
        "<adjunto: a.jpg>",
        "<Anhang: a.jpg>",
        "a.jpg (添付ファイル)",
    ),
    *("Standort: https://maps.example/?q=1", "Localisation: https://maps.example", "POLL:", "OPTION: yes (2 votes)"),
]


@pytest.mark.parametrize("text", MEDIA)
def test_placeholders_of_many_languages(text: str) -> None:
    chat = f"13.03.24, 10:15 - Ann: {text}\n13.03.24, 10:16 - Bo: hi\n"
    assert read(chat) == [("Bo", "hi")]


@pytest.mark.parametrize(
    "mark", ["<Diese Nachricht wurde bearbeitet.>", "<Mensagem editada>", "<This message was edited>"]
)
def test_edited_messages_stay(mark: str) -> None:
    assert read(f"13.03.24, 10:15 - Ann: hi {mark}\n") == [("Ann", "hi")]


def test_exports_in_one_file_and_one_quoted_in_another() -> None:
    ios = "[12/24/19, 11:23:05] Ann: hi\n[12/24/19, 11:24:05] Bo: ho\n"
    android = "12/25/19, 09:00 - Ann: merry\n12/25/19, 09:01 - Bo: thanks\n"
    assert len(read(ios + android)) == 4
    quoted = f"12/25/19, 09:00 - Ann: look:\n{ios}12/25/19, 09:01 - Bo: thanks\n"
    assert [name for name, _ in read(quoted)] == ["Ann", "Bo"]


TELEGRAM = {
    "name": "Ann",
    "type": "personal_chat",
    "id": 1,
    "messages": [
        {"id": 1, "type": "service", "date_unixtime": "1672567200", "actor": "Ann", "action": "phone_call", "text": ""},
        {"id": 2, "type": "message", "date_unixtime": "1672567210", "from": "Ann", "from_id": "user1", "text": "hi"},
        {
            "id": 3,
            "type": "message",
            "date_unixtime": "1672567270",
            "from": "Bo",
            "from_id": "user2",
            "text": ["oh ", {"type": "bold", "text": "no"}],
        },
    ],
}
ROWS = [{"conv_id": 1, "from": "Ann", "body": "hi"}, {"conv_id": 1, "from": "Bo", "body": "oh no"}]
TURNS = [{"speaker": "Ann", "text": "hi"}, {"speaker": "Bo", "text": "oh no"}]
LAYOUTS = {
    "Telegram": TELEGRAM,
    "Telegram, all chats": {"about": "x", "chats": {"about": "y", "list": [TELEGRAM]}},
    "Messenger": {
        "participants": [{"name": "Ann"}],
        "messages": [
            {"sender_name": "Bo", "timestamp_ms": 1668628209999, "content": "oh no"},
            {"sender_name": "Ann", "timestamp_ms": 1668628203612, "content": "hi"},
            {"sender_name": "Ann", "timestamp_ms": 1668628203611, "content": "Ann sent a photo."},
        ],
    },
    "Discord": {
        "guild": {"id": "1", "name": "Club"},
        "channel": {"id": "2", "name": "general"},
        "messages": [
            {
                "id": "1",
                "type": "GuildMemberJoin",
                "timestamp": "2024-03-01T09:00:00+00:00",
                "content": "joined",
                "author": {},
            },
            {
                "id": "2",
                "type": "Default",
                "timestamp": "2024-03-01T10:00:00.123+00:00",
                "content": "hi",
                "author": {"name": "ann", "nickname": "Ann"},
            },
            {
                "id": "3",
                "type": "Reply",
                "timestamp": "2024-03-01T10:01:00+00:00",
                "content": "oh no",
                "author": {"name": "Bo"},
            },
        ],
    },
    "Teams": {
        "value": [
            {
                "id": "2",
                "messageType": "message",
                "createdDateTime": "2024-03-01T10:01:00Z",
                "from": {"user": {"displayName": "Bo"}},
                "body": {"contentType": "html", "content": "<p>oh <b>no</b></p>"},
            },
            {
                "id": "1",
                "messageType": "message",
                "createdDateTime": "2024-03-01T10:00:00Z",
                "from": {"user": {"displayName": "Ann"}},
                "body": {"contentType": "text", "content": "hi"},
            },
        ]
    },
    "ChatGPT": [
        {
            "title": "x",
            "mapping": {
                "r": {"message": None, "parent": None, "children": ["a"]},
                "a": {
                    "message": {"author": {"role": "user"}, "content": {"parts": ["hi"]}},
                    "parent": "r",
                    "children": ["b"],
                },
                "b": {
                    "message": {"author": {"role": "assistant"}, "content": {"parts": ["oh no"]}},
                    "parent": "a",
                    "children": [],
                },
            },
        }
    ],
    "messages": {
        "messages": [
            {"role": "system", "content": "x"},
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [{"type": "text", "text": "oh no"}]},
        ]
    },
    "ShareGPT": [{"id": "a", "conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "oh no"}]}],
    "rows": ROWS,
    "one conversation": {"turns": TURNS},
    "conversations": [{"id": "a", "turns": TURNS}],
    "by id": {"a": TURNS, "b": TURNS},
    "by id, deeper": {
        "tr_1": [[{"turn": 1, "speaker": "Ann", "utterance": "hi"}, {"turn": 2, "speaker": "Bo", "utterance": "oh no"}]]
    },
    "data": {"version": 1, "data": [{"dialogue": TURNS}]},
    "Whisper": {
        "text": "hi oh no",
        "segments": [
            {"id": 0, "start": 0.0, "end": 1.5, "text": " hi", "speaker": "A"},
            {"id": 1, "start": 1.5, "end": 3.0, "text": " oh no", "speaker": "B"},
        ],
        "language": "en",
    },
}


@pytest.mark.parametrize("kind", LAYOUTS)
@pytest.mark.parametrize("indent", [None, 1])
def test_json_of_any_layout(kind: str, indent: int | None) -> None:
    data = json.dumps(LAYOUTS[kind], indent=indent).encode()
    assert [text for _, text in read(data, "x.json")][:2] == ["hi", "oh no"]
    assert read(data.decode().encode("utf-16"), "x.json") == read(data) == read(gzip.compress(data), "x.json.gz")


def test_what_json_keeps() -> None:
    (talk,) = read_bytes(json.dumps(LAYOUTS["Discord"]).encode())
    assert (talk.turns[0].speaker, talk.turns[0].id) == ("Ann", "2")
    assert talk.turns[0].time == datetime(2024, 3, 1, 10, 0, 0, 123000, UTC)
    (talk,) = read_bytes(json.dumps(LAYOUTS["Whisper"]).encode())
    assert talk.turns[1].span_s == (1.5, 3.0)
    assert [talk.id for talk in read_bytes(json.dumps(LAYOUTS["by id"]).encode())] == ["a", "b"]
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    assert [(talk.id, len(talk)) for talk in read_bytes(lines.encode(), name="x.jsonl")] == [("1", 2)]


def test_broken_letters_of_messenger_are_mended() -> None:
    broken = "Zoë 😢".encode().decode("latin-1")
    message = {"sender_name": broken, "timestamp_ms": 1668628209999, "content": broken}
    assert read(json.dumps({"messages": [message]})) == [("Zoë 😢", "Zoë 😢")]


@pytest.mark.parametrize(
    ("data", "line", "cause"),
    [
        ('{"messages": [\n{"role": "user", "content": "hi"},\n{"role": }\n]}', 3, "Not JSON"),
        ('[{"turns": ["a"]},\n {"turns": ["b"]}', 2, "the end of the file"),
        ('[\n"a" "b"]', 2, "Not JSON"),
        ('{"a": 1, \n"b": 2}', 1, 'No list "turns"'),
        ('{\n"turns": ["' + "x" * 200 + "\x01" + '"]}', 2, "Not JSON"),
    ],
)
def test_broken_json_names_its_line(data: str, line: int, cause: str) -> None:
    with pytest.raises(BadInput, match=cause) as caught:
        read(data, "x.json")
    assert caught.value.line == line


def test_telegrams_pages() -> None:
    (talk,) = read_bytes(TELEGRAM_HTML, name="messages.html")
    assert [(turn.speaker, turn.text, turn.id) for turn in talk] == [
        ("Ida", "Did you pack?\nThe boat & the bag", "7"),
        ("Ida", "Really", "8"),
    ]
    assert talk.turns[0].time == datetime(2023, 12, 31, 21, 15, tzinfo=UTC)
    with pytest.raises(BadInput, match="only Telegram's"):
        read(b"<html><p>hi</p></html>", "messages.html")


def test_cues_of_one_speaker_are_one_turn() -> None:
    vtt = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nAnn: hi\n\n00:02.000 --> 00:03.000\nthere\n\n"
        "00:04.000 --> 00:05.000\nBo: [laughs]\n\n00:06.000 --> 00:07.000\nBo: oh no\n"
    )
    (talk,) = read_bytes(vtt.encode())
    assert [(turn.speaker, turn.text, turn.span_s) for turn in talk] == [
        ("Ann", "hi there", (1.0, 3.0)),
        ("Bo", "oh no", (6.0, 7.0)),
    ]


@pytest.mark.parametrize(
    ("header", "conversation", "speaker", "text"),
    [
        ("ticket_id,sender,body", "ticket_id", "sender", "body"),
        ("Session ID;User Name;Message Text", "Session ID", "User Name", "Message Text"),
        ("chatId\tfrom\tcontent", "chatId", "from", "content"),
        ("scene|Character Name|author|Utterance", "scene", "author", "Utterance"),
        ("thread,role,id,msg", "thread", "role", "msg"),
    ],
)
def test_columns_as_people_call_them(header: str, conversation: str, speaker: str, text: str) -> None:
    reading = Reading()
    mark = next(each for each in ",;\t|" if each in header)
    row = mark.join("c" for _ in header.split(mark))
    list(read_bytes(f"{header}\n{row}\n".encode(), "csv", "t.csv", reading))
    taken = reading.columns_taken
    assert (taken["conversation"], taken["speaker"], taken["text"]) == (conversation, speaker, text)
    assert f"conversation = {conversation}" in reading.kind


def test_columns_that_a_user_names() -> None:
    data = b"a,b,c\n1,Ann,hi\n2,Bo,oh no\n"
    with pytest.raises(BadInput, match=r"No column of texts among the 3.*--columns"):
        read(data, "t.csv")
    reading = Reading({"text": "c", "speaker": "b", "conversation": "a"})
    assert [len(talk) for talk in read_bytes(data, name="t.csv", reading=reading)] == [1, 1]
    assert "Every row is a conversation of its own" in reading.remarks[0]
    with pytest.raises(UsageError, match="Unknown column 'x'"):
        list(read_bytes(data, name="t.csv", reading=Reading({"text": "x"})))
    with pytest.raises(UsageError, match="no 'words'"):
        list(read_bytes(data, name="t.csv", reading=Reading({"words": "c"})))


def test_workbooks() -> None:
    data = book(
        [["Ticket", "Agent", "Message", "Sent"], [1, "Ann", "hi", datetime(2024, 3, 13, 10)], [1, "Bo", 7, None]]
    )
    (talk,) = read_bytes(data, name="t.xlsx")
    assert [(turn.speaker, turn.text, turn.time) for turn in talk] == [
        ("Ann", "hi", datetime(2024, 3, 13, 10)),
        ("Bo", "7", None),
    ]


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF16_LE + "speaker\ttext\r\nAnn\thi\r\nBo\toh no\r\n".encode("utf-16-le"),
        b"sep=;\r\nspeaker;text\r\nAnn;hi\r\nBo;oh no\r\n",
        b"speaker,text\rAnn,hi\rBo,oh no\r",
        gzip.compress(b"speaker,text\nAnn,hi\nBo,oh no\n", mtime=0),
    ],
)
def test_tables_as_spreadsheets_save_them(data: bytes) -> None:
    assert read(data, "t.csv") == [("Ann", "hi"), ("Bo", "oh no")]


def test_packed_files_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "FREE_BYTES", 1000)
    with pytest.raises(BadInput, match="unpacks to more than 200 times") as caught:
        read(gzip.compress(b"Ann: hi\n" * 200_000), "t.txt.gz")
    assert caught.value.line == 1
    with pytest.raises(BadInput, match="Damaged gzip"):
        read(gzip.compress(b"Ann: hi\n" * 1000)[:-20], "t.txt.gz")


@pytest.mark.parametrize("kind", ["vtt", "srt"])
def test_labels_come_back_as_subtitles(kind: str) -> None:
    turns = [
        Utterance("oh --> no & <so>\non", "Ann", "fear", span_s=(3599.5, 3661.25)),
        Utterance("hm", "Bo", span_s=(3662.0, 3663.0)),
    ]
    (talk,) = read_bytes(cue_text(turns, kind).encode(), name=f"x.{kind}")
    first = talk.turns[0]
    assert (first.speaker, first.text, first.span_s) == (
        *("Ann", "[fear] oh → no & <so> on" if kind == "vtt" else "[fear] oh → no & on"),
        (3599.5, 3661.25),
    )
    with pytest.raises(UsageError, match="Turn 1 has no start"):
        cue_text([Utterance("hm")], kind)


def test_dialogues_that_end_their_utterances() -> None:
    talks = list(read_bytes(b"So ? __eou__ Yes . __eou__\n\nNo . __eou__\n", name="dialogues_text.txt"))
    assert [[turn.text for turn in talk] for talk in talks] == [["So ?", "Yes ."], ["No ."]]


def test_inspection() -> None:
    chat = "13.03.24, 10:15 - Ann created group\n13.03.24, 10:15 - Ann: hi\n"
    chat += "13.03.24, 10:16 - Bo: <Medien ausgeschlossen>\n"
    found = inspect(chat.encode(), name="chat.txt", show=1)
    assert found.to_dict() == {
        "format": "whatsapp",
        "kind": "WhatsApp on Android",
        "conversations": 1,
        "turns": 1,
        "labelled": 0,
        "speakers": {"Ann": 1},
        "other_speakers": 0,
        "first_time": "2024-03-13T10:15:00",
        "last_time": "2024-03-13T10:15:00",
        "left_out": {"notices of the app": 1, "messages without words: pictures, calls, deleted ones": 1},
        "remarks": [],
        "error": None,
        "shown": [{"speaker": "Ann", "text": "hi", "time": "2024-03-13T10:15:00"}],
    }
    assert "left out:      notices of the app (1), messages" in str(found)
    broken = inspect(b'{"turns": ["a"]}\n{"turns": []}\n', name="x.jsonl")
    assert (
        broken.turns == 1
        and broken.error == "x.jsonl:2: Empty conversation. Give it at least one turn or leave it out."
    )
    with pytest.raises(BadInput, match=r"left out: notices of the app \(1\)"):
        inspect(b"13.03.24, 10:15 - Ann created group\n", name="chat.txt")


@pytest.mark.parametrize("when", ["31.12.2023 22:16:70 UTC+01:00", "41.13.2023 22:16:00", "01.01.0001 00:00:01"])
def test_an_impossible_time_stops_no_page(when: str) -> None:
    page = re.sub(rb'title="[^"]*"', f'title="{when}"'.encode(), TELEGRAM_HTML)
    turns = [turn for talk in read_bytes(page, name="messages.html") for turn in talk]
    assert turns == [
        replace(turn, time=turns[0].time) for talk in read_bytes(TELEGRAM_HTML, name="messages.html") for turn in talk
    ]
    assert turns[0].time in (None, datetime(1, 1, 1, 0, 0, 1))


COPIED = {
    "Discord in three lines": (
        "ann\n \u2014 \n03/12/2024 10:15 AM\nhey all\nbob\n \u2014 \n03/12/2024 10:16 AM\nme!\n",
        [("ann", "hey all"), ("bob", "me!")],
    ),
    "Slack, two names": (
        "Ann Lee  10:15 AM\nhey\nBob  10:16 AM\nhi!\nAnn Lee  Friday 10:20 AM\nso?\n",
        [("Ann Lee", "hey"), ("Bob", "hi!"), ("Ann Lee", "so?")],
    ),
    "Otter": (
        "Ann Lee  0:00\nhi everyone\n\nBob  0:12\nThanks.\n\nAnn Lee  1:02:03\nBye.\n\nTranscribed by https://otter.ai\n",
        [("Ann Lee", "hi everyone"), ("Bob", "Thanks."), ("Ann Lee", "Bye.")],
    ),
    "WeeChat": (
        "2024-03-12 10:15:01\tann\they\n2024-03-12 10:15:05\t-->\tcarl has joined #x\n2024-03-12 10:15:06\tbob\tyo\n",
        [("ann", "hey"), ("bob", "yo")],
    ),
    "a support desk": (
        "(10:15:01 AM) Ann: hello\n(10:15:05 AM) *** Bo joined the chat ***\n(10:15:09 AM) Visitor 12: help\n",
        [("Ann", "hello"), ("Visitor 12", "help")],
    ),
    "Markdown with times": (
        "**Ann** (2024-03-12 10:15): hello\n**Visitor** (2024-03-12 10:16): help\n",
        [("Ann", "hello"), ("Visitor", "help")],
    ),
    "Slack in two lines": (
        "Ann Lee\n  10:15 AM\nhey team\n\nBob\n  Yesterday at 10:16 AM\nhi!\n",
        [("Ann Lee", "hey team"), ("Bob", "hi!")],
    ),
    "Discord, compact": ("[10:15 AM]ann: hey\n[10:16 AM]bob: yo\n", [("ann", "hey"), ("bob", "yo")]),
    "Viber": ("[ 12/03/2024 10:15 ] Ann: hi\n[ 12/03/2024 10:16 ] Me: yo\n", [("Ann", "hi"), ("Me", "yo")]),
    "WhatsApp, Vietnam": (
        "10:15, 12/03/2024 - An: chào\n10:16, 12/03/2024 - Binh: ừ\n",
        [("An", "chào"), ("Binh", "ừ")],
    ),
    "LINE": (
        "2024/03/12(Tue)\n10:15\tAnn\they\n10:16\tBob\t[Sticker]\n10:17\tBob\thi\n",
        [("Ann", "hey"), ("Bob", "hi")],
    ),
    "KakaoTalk": (
        "[Ann] [오전 10:15] hey\n[Bob] [오전 10:16] 이모티콘\n[Bob] [오전 10:17] hi\n",
        [("Ann", "hey"), ("Bob", "hi")],
    ),
}


@pytest.mark.parametrize("kind", COPIED)
def test_copied_chats(kind: str) -> None:
    text, said = COPIED[kind]
    assert read(text) == said


def test_times_under_the_words_are_refused() -> None:
    with pytest.raises(BadInput, match="start with a date or time, like '12 Mar 2024, 10:15'"):
        read("Ann Lee\nhey you\n12 Mar 2024, 10:15\nBob\nhi\n12 Mar 2024, 10:16\n", "x.txt")


def test_a_dash_is_another_speaker() -> None:
    cues = "1\n00:00:01,000 --> 00:00:02,000\nso you see\n\n2\n00:00:02,100 --> 00:00:03,000\n- Hi!\n- What?\n"
    assert read(cues, "x.srt") == [("", "so you see"), ("", "Hi!"), ("", "What?")]


def test_senders_of_google_chat_and_reactions_of_instagram() -> None:
    chat = [{"creator": {"name": "Ann", "email": "a@x"}, "text": "hi"}, {"creator": {"name": "Bo"}, "text": "yo"}]
    assert read(json.dumps({"messages": chat}), "x.json") == [("Ann", "hi"), ("Bo", "yo")]
    texts = ("hi", "Liked a message", "Reacted \u2764\ufe0f to your message ")
    sent = [{"sender_name": "Ann", "timestamp_ms": 1_710_238_501_000, "content": text} for text in texts]
    assert read(json.dumps({"participants": [], "messages": sent}), "x.json") == [("Ann", "hi")]


def test_a_blank_line_after_every_turn_is_remarked_on() -> None:
    reading = Reading()
    talks = list(read_bytes(b"Ann: hi\n\nBo: yo\n\nAnn: so?\n\nBo: eh\n", name="x.txt", reading=reading))
    assert len(talks) == 4 and "Blank lines separate conversations" in reading.remarks[0]
    assert not list(read_bytes(b"Ann: hi\nBo: yo\n\nAnn: so?\nBo: eh\n", name="x.txt", reading=(own := Reading())))[2:]
    assert not own.remarks


def test_digits_of_another_script_are_of_no_american() -> None:
    chat = "\u09e7\u09e8/\u09e9/\u09e8\u09ea, \u09e7\u09e6:\u09e7\u09eb AM - Rahim: hi\n"
    (talk,) = read_bytes(chat.encode(), format="whatsapp")
    assert talk.turns[0].time == datetime(2024, 3, 12, 10, 15)


def test_quotes_of_windows_are_read_and_other_bytes_refused() -> None:
    table = b"conversation,speaker,text\n1,Ann,I\x92m \x93so\x94 happy \x85\n"
    assert read(table, "x.csv") == [("Ann", "I\u2019m \u201cso\u201d happy \u2026")]
    for bad in (b"\xe9", b"\x81", b"\xff", b"\xc3("):
        with pytest.raises(BadInput, match="Not valid UTF-8"):
            read(table + b"1,Bo,caf" + bad + b"\n", "x.csv")
