from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentemo.errors import BadInput
from sentemo.formats.clock import Order
from sentemo.formats.files import read_bytes, read_conversations
from sentemo.formats.heads import head_of
from sentemo.formats.notices import without_notices
from sentemo.types import Conversation
from tests.formats.exports import ANDROID, IOS, bare, zipped

ANDROID_TALKS = [
    Conversation.of(
        ("Ida", "Did you pack?\nThe boat leaves: at 9!\n\nReally."),
        ("Max Low", "My bag, see?"),
        ("+49 170 1234567", "@Ida not yet"),
        ("Ida", "Happy new year!"),
        id="chat-0",
    ),
    Conversation.of(("Max Low", "Morning: coffee?"), id="chat-1"),
]
IOS_TALKS = [
    Conversation.of(
        ("Ida", "Hast du gepackt?"),
        ("Max", "Meine Tasche"),
        ("Max", "Die Liste:\n12/31/23, 10:17 PM - Brot: zwei"),
        ("Ida", "Noch wach \U0001f468\u200d\U0001f469\u200d\U0001f467"),
        id="chat-0",
    ),
    Conversation.of(("Max", "Guten Morgen"), id="chat-1"),
]


def read(text: str) -> list[Conversation]:
    return bare(read_bytes(text.encode(), "whatsapp", "chat.txt"))


def test_android_and_ios() -> None:
    assert read(ANDROID) == ANDROID_TALKS
    assert read(IOS) == IOS_TALKS
    assert read("\ufeff\n \n" + ANDROID.replace("\n", "\r\n")) == ANDROID_TALKS


@pytest.mark.parametrize(("text", "talks"), [(ANDROID, ANDROID_TALKS), (IOS, IOS_TALKS)])
@pytest.mark.parametrize("name", ["_chat.txt", "WhatsApp Chat with Ida.txt", "any/WhatsApp-Chat mit Ida.txt"])
def test_zips_and_files_tell_their_format(tmp_path: Path, text: str, talks: list[Conversation], name: str) -> None:
    (tmp_path / "chat.zip").write_bytes(zipped({name: text, "notes.txt": "Ann: hi\n", "00001-PHOTO.jpg": b"\xff"}))
    assert bare(read_conversations(tmp_path / "chat.zip")) == talks
    (tmp_path / "chat.txt").write_text(text, encoding="utf-8")
    assert bare(read_conversations(tmp_path / "chat.txt")) == talks
    assert [talk.turns for talk in bare(read_bytes(text.encode()))] == [talk.turns for talk in talks]


@pytest.mark.parametrize(
    "start",
    [
        "31/12/2023, 22:15 - ",
        "31.12.23, 22:15 - ",
        "31-12-2023 22:15 - ",
        "2023-12-31, 22:15 - ",
        "2023/12/31 22:15 - ",
        "12/31/23, 10:15 PM - ",
        "31/12/2023, 10:15 p.\xa0m. - ",
        "31/12/23, 22.15 – ",
        "[31/12/2023, 22:15:03] ",
        "[31.12.2023 klo 22.15.03] ",
        "[2023-12-31, 10:15:03\u202fPM] ",
        "\u200e[31.12.23, 22:15:03] ",
        "٣١/١٢/٢٠٢٣، ٢٢:١٥ - ",
    ],
)
def test_dates_of_many_countries(start: str) -> None:
    (talk,) = bare(read_bytes(f"{start}Ann: so\nwhat\n{start}Bob: hi: there\n".encode()))
    assert talk.turns == Conversation.of(("Ann", "so\nwhat"), ("Bob", "hi: there")).turns


@pytest.mark.parametrize(
    "line",
    [
        "Ann: hi",
        "12:30 - lunch",
        "[1] Ann: hi",
        "31.12.23 Ann: hi",
        "99/99/99, 22:15 - Ann: hi",
        "31.12.23, 25:15 - Ann: hi",
        "1.2.3.4, 22:15 - Ann: hi",
        "31.12/23, 22:15 - Ann: hi",
        "[31.12.23, 22:15:03 - Ann: hi",
        "31.12.23, 22:15] Ann: hi",
    ],
)
def test_other_text_stays_text(line: str) -> None:
    assert head_of(line) is None
    assert list(read_bytes(line.encode())) == list(read_bytes(line.encode(), "text"))
    with pytest.raises(BadInput, match=r"^chat.txt:1: No line starts as"):
        read("\n" + line)


@pytest.mark.slow
@pytest.mark.parametrize("order", ["%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d"])
@settings(deadline=None)
@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2060, 1, 1)),
    st.lists(st.integers(24 * 3600, 72 * 3600), min_size=40, max_size=60),
)
def test_the_whole_chat_tells_day_from_month(order: str, start: datetime, pauses: list[int]) -> None:
    """A chat of forty days or more, with a message in every three, has one reading only."""
    moments = [start.replace(microsecond=0)]
    for pause in pauses:
        moments.append(moments[-1] + timedelta(seconds=pause))
    heads = [head_of(f"{each:{order}}, {each:%H:%M:%S} - Ann: hi") for each in moments]
    found = Order()
    for head in heads:
        assert head is not None
        found.add(head.stamp)
    times = [found.time(head.stamp) for head in heads if head is not None]
    assert [after - times[0] for after in times] == [each - moments[0] for each in moments]


@pytest.mark.parametrize(("pause", "talks"), [("06:15", 1), ("06:16", 2)])
def test_eight_hours_of_silence_end_a_conversation(pause: str, talks: int) -> None:
    chat = f"01/02/24, 22:15 - Ann: good night\n02/02/24, {pause} - Bob: good morning\n"
    assert len(read(chat)) == talks  # the second of February, not the first of January or March
    assert len(read(chat + "01/02/24, 22:16 - Ann: a clock that goes back\n")) == talks


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<Media omitted>",
            "image omitted",
            "GIF omitted",
            "\u200evideo omitted",
            "<Médias omis>",
            "video note omitted",
        ),
        *("You deleted this message", "This message was deleted.", "This message was deleted by admin Ann."),
        *("\u200eSprachanruf. Verpasst", "Missed voice call", "notes.pdf (file attached)", "<attached: a.jpg>"),
        *("location: https://maps.google.com/?q=1,2", "Waiting for this message. This may take a while.", "", " "),
        *("\u200ePlan.pdf • \u200e3 pages \u200edocument omitted", "null"),
    ],
)
def test_notices_are_left_out(text: str) -> None:
    assert without_notices([text]) == ""
    start = "[31.12.23, 22:15:03] "
    (talk,) = read(f"{start}Ann: {text}\n{start}Bob: hi\n{start}Ann: {text}\nand so on\n")
    assert talk.turns == Conversation.of(("Bob", "hi"), ("Ann", "and so on")).turns


@pytest.mark.parametrize(
    "text", ["<3", "I omitted it", "image omitted?", "the message was deleted", "a <b> c", "null and void", "<sigh>"]
)
def test_what_people_write_stays(text: str) -> None:
    assert without_notices([text]) == text
    assert without_notices([f"{text} \u200e<This message was edited>"]) == text
    assert without_notices([f"{text} \u200eimage omitted"]) == text


def test_only_notices_and_no_chat() -> None:
    with pytest.raises(BadInput, match="has no conversations"):
        read("31.12.23, 22:15 - Messages are encrypted.\n31.12.23, 22:15 - Ann: <Media omitted>\n")
    with pytest.raises(BadInput, match="No WhatsApp chat in the zip"):
        list(read_bytes(zipped({"a.txt": "x", "b.txt": "y"}), "whatsapp"))
    with pytest.raises(BadInput, match="The zip contains no WhatsApp chat, Slack export or ConvoKit corpus"):
        list(read_bytes(zipped({"a.txt": "x", "b.txt": "y"})))


@pytest.mark.parametrize(
    ("bad", "cause"), [(b"a\0b", "NUL"), (b"\xed\xa0\x80", "Not valid UTF-8"), (b"\xff", "Not valid UTF-8")]
)
def test_damage_names_file_and_line(bad: bytes, cause: str) -> None:
    data = b"31.12.23, 22:15 - Ann: hi\n31.12.23, 22:15 - Bob: " + bad + b"\n"
    with pytest.raises(BadInput, match=cause) as caught:
        list(read_bytes(data, name="chat.txt"))
    assert (caught.value.path, caught.value.line) == ("chat.txt", 2)
    with pytest.raises(BadInput, match=cause) as caught:
        list(read_bytes(zipped({"_chat.txt": data}), name="chat.zip"))
    assert (caught.value.path, caught.value.line) == ("chat.zip!_chat.txt", 2)
    assert bare(read_bytes(ANDROID.encode("utf-16"), "whatsapp", "chat.txt")) == ANDROID_TALKS


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["31.12.23, 22:15 - ", "12/31/23, 10:15 PM - ", "[2/1/24, 7:00:00] ", "Ann: ", "Bob", ": ", "\n"]
        )
        | st.sampled_from(
            ["\u200e", "<Media omitted>", "<attached: a.jpg>", " ", "\0", "(file attached)", "created group"]
        )
        | st.text(max_size=5),
        max_size=25,
    ).map("".join)
)
def test_any_mixture_is_read_or_refused(text: str) -> None:
    try:
        talks = list(read_bytes(text.encode("utf-8", "replace"), "whatsapp"))
    except BadInput as error:
        assert error.path == "input" and error.line is not None
    else:
        assert all(turn.text.strip() and turn.speaker for talk in talks for turn in talk)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "31.12.23, 22:15 - Ann: hi\n" * 50_000,
        "31.12.23, 22:15 - Ann: hi\n" + "more\n" * 190_000,
        "31.12.23, 22:15 - Ann: " + " " * 3_000_000 + "x\n",
        "31.12.23, 22:15 - Ann: x " + "\u200e<a>" * 200_000,
        "31.12.23, 22:15 - " + "created group " * 200_000 + ": x\n31.12.23, 22:15 - Ann: x\n",
        "31.12.23, 22:15 - Ann: " + "location: https://" * 50_000 + "\n",
    ],
    ids=["messages", "lines", "blanks", "attachments", "events", "places"],
)
def test_long_chats_end(text: str) -> None:
    """A pattern that tries again from every letter would take hours for these."""
    assert read(text)
