"""Bodies that no honest client sends, each with the one status that it gets."""

from __future__ import annotations

import json
from typing import Any

CANARY = "kanarienvogel"
"""Stands in every text and name that a client chose; no reply and no log may hold it."""
TURN = {"speaker": "Ann", "text": CANARY}


def of(**fields: Any) -> bytes:
    """Write a request of one turn, with other fields over its own."""
    return json.dumps({"conversations": [{"turns": [TURN]}]} | fields).encode()


def text(words: str) -> bytes:
    """Write a request of one text, escaped."""
    return of(conversations=[{"turns": [{"text": words}]}])


def raw(words: bytes) -> bytes:
    """Write a request of one text whose bytes stand in the body as they are."""
    return b'{"conversations": [{"turns": [{"text": "' + words + b'"}]}]}'


def turn(**fields: Any) -> bytes:
    """Write a request of one turn with odd fields."""
    return of(conversations=[{"turns": [TURN | fields]}])


GOOD = of()
DEEP = 100_000
PREDICT: dict[str, tuple[int, bytes]] = {
    # no JSON
    "empty": (422, b""),
    "a blank": (422, b" "),
    "a word": (422, CANARY.encode()),
    "half an object": (422, GOOD[:-1]),
    "a second object": (422, GOOD + GOOD),
    "a trailing comma": (422, GOOD[:-1] + b",}"),
    "single quotes": (422, GOOD.replace(b'"', b"'")),
    "a comment": (422, b"/* " + CANARY.encode() + b" */" + GOOD),
    "a control character in a text": (422, raw(b"a\x01b")),
    "a line end in a text": (422, raw(b"a\nb")),
    "a NUL byte in a text": (422, raw(b"a\x00b")),
    "NUL bytes": (422, b"\x00" * 64),
    "a NUL after the object": (422, GOOD + b"\x00"),
    "a byte order mark": (422, b"\xef\xbb\xbf" + GOOD),
    "UTF-16 with its mark": (422, GOOD.decode().encode("utf-16")),
    "UTF-16 without": (422, GOOD.decode().encode("utf-16-le")),
    "UTF-32": (422, GOOD.decode().encode("utf-32")),
    "Latin-1": (422, raw("schön".encode("latin-1"))),
    "overlong UTF-8": (422, raw(b"\xc0\xaf")),
    "a surrogate in UTF-8": (422, raw(b"\xed\xa0\x80")),
    "half a character at the end": (422, GOOD + b"\xe2\x82"),
    "gzip": (422, b"\x1f\x8b\x08\x00" + GOOD),
    "a pickle": (422, b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07builtins\x94."),
    "XML": (422, b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    "a form": (422, b"conversations=" + CANARY.encode()),
    # JSON that isn't what was asked for
    "null": (422, b"null"),
    "true": (422, b"true"),
    "a number": (422, b"7"),
    "a string": (422, json.dumps(CANARY).encode()),
    "a list": (422, b"[]"),
    "a list of requests": (422, b"[" + GOOD + b"]"),
    "an empty object": (422, b"{}"),
    "NaN": (422, b'{"conversations": NaN}'),
    "Infinity": (422, of().replace(b'"Ann"', b"Infinity")),
    "minus Infinity": (422, of().replace(b'"Ann"', b"-Infinity")),
    "NaN in a field that isn't known": (422, of().replace(b"}]}]}", b'}]}], "x": NaN}')),
    "a number beyond all floats": (422, of(points=0).replace(b": 0", b": 1e999")),
    "an integer of 5,000 digits": (422, of(points=0).replace(b": 0", b": " + b"9" * 5000)),
    "an integer of 4,000 digits": (422, of(points=0).replace(b": 0", b": " + b"9" * 4000)),
    "a field twice": (422, b'{"model": "first", "model": "second", ' + GOOD[1:]),
    "a text twice": (422, GOOD.replace(b'"text"', b'"text": "a", "text"')),
    "deep lists": (422, b"[" * DEEP + b"]" * DEEP),
    "deep lists without an end": (422, b"[" * DEEP),
    "deep objects": (422, b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "deep lists inside": (422, b'{"conversations": ' + b"[" * DEEP + b"]" * DEEP + b"}"),
    "deep, but not too deep to parse": (422, b'{"conversations": ' + b"[" * 500 + b"]" * 500 + b"}"),
    "conversations that are an object": (422, of(conversations={"turns": [TURN]})),
    "conversations that are a text": (422, of(conversations=CANARY)),
    "conversations that are null": (422, of(conversations=None)),
    "no conversation": (422, of(conversations=[])),
    "a conversation that is null": (422, of(conversations=[None])),
    "a conversation that is a list": (422, of(conversations=[[TURN]])),
    "no turns": (422, of(conversations=[{"id": CANARY}])),
    "turns that are empty": (422, of(conversations=[{"turns": []}])),
    "turns that are a text": (422, of(conversations=[{"turns": CANARY}])),
    "a turn that is a text": (422, of(conversations=[{"turns": [CANARY]}])),
    "a turn that is null": (422, of(conversations=[{"turns": [None]}])),
    "no text": (422, of(conversations=[{"turns": [{"speaker": CANARY}]}])),
    "a text that is null": (422, turn(text=None)),
    "a text that is a number": (422, turn(text=7)),
    "a text that is true": (422, turn(text=True)),
    "a text that is a list": (422, turn(text=[CANARY])),
    "a text that is an object": (422, turn(text={CANARY: CANARY})),
    "an empty text": (422, text("")),
    "a blank text": (422, text(" \t\n")),
    "a text of wide blanks": (422, text("\u2003\u3000\u00a0")),
    "a speaker that is a number": (422, turn(speaker=1)),
    "a speaker that is null": (422, turn(speaker=None)),
    "a speaker of 201 characters": (422, turn(speaker="n" * 201)),
    "an id that is a number": (422, of(conversations=[{"id": 1, "turns": [TURN]}])),
    "a field of a turn that isn't known": (422, turn(**{CANARY: 1})),
    "a label where none belongs": (422, turn(label=CANARY)),
    "a field that isn't known": (422, of(**{CANARY: CANARY})),
    "__proto__": (422, of(__proto__={"points": True})),
    "points that are 1": (422, of(points=1)),
    "points that are a text": (422, of(points="true")),
    "causal that is null": (422, of(causal=None)),
    "a model that is a number": (422, of(model=0)),
    "a model of another name": (404, of(model=CANARY)),
    "a model that is a path": (404, of(model="../../etc/passwd")),
    "a model with a NUL": (404, of(model="first\0")),
    "a model of blanks": (404, of(model=" first")),
    "a lone high surrogate": (422, text(CANARY + "\ud800")),
    "a lone low surrogate": (422, text("\udc00")),
    "surrogates in the wrong order": (422, text("\ude00\ud83d")),
    "a lone surrogate as the speaker": (422, turn(speaker="\ud800")),
    "a lone surrogate as the id": (422, of(conversations=[{"id": "\ud800", "turns": [TURN]}])),
    "a lone surrogate as the model": (422, of(model="\ud800")),
    "a lone surrogate as a field": (422, of(**{"\ud800": 1})),
    "4,001 characters": (422, text("a" * 4001)),
    "1,025 turns": (422, of(conversations=[{"turns": [{"text": "a"}] * 1025}])),
    "65 conversations": (422, of(conversations=[{"turns": [TURN]}] * 65)),
    "2 MiB": (413, text("a" * 2**21)),
    "2 MiB of blanks": (413, b" " * 2**21),
    # odd, but right
    "1 character x 1,024 turns": (200, of(conversations=[{"turns": [{"text": "a"}] * 1024}])),
    "an escaped NUL": (200, text("a\0b")),
    "nothing but NUL": (200, text("\0\0")),
    "control characters": (200, text("".join(map(chr, range(1, 32))) + "a")),
    "an escape sequence": (200, text("\x1b[31m" + CANARY + "\x1b]0;title\x07")),
    "right to left": (200, text("\u202e" + CANARY + "\u2066\u200f")),
    "no width": (200, text("\u200b\u200c\u200d\ufeff")),
    "1,000 accents on a letter": (200, text("a" + "\u0301" * 1000)),
    "an emoji of many parts": (200, text("\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466")),
    "not characters": (200, text("\uffff\ufffe\U0010ffff")),
    "private characters": (200, text("\ue000\U000f0000")),
    "one letter 4,000 times": (200, text("a" * 4000)),
    "4,000 emoji": (200, text("\U0001f600" * 4000)),
    "a script": (200, text("<script>alert(1)</script>")),
    "SQL": (200, text("'; DROP TABLE turns; --")),
    "a format string": (200, text("%s%n {0.__class__} ${jndi:ldap://localhost/a}")),
    "special tokens": (200, text("[CLS] [SEP] [MASK] [PAD] [UNK]")),
    "64 conversations of one id": (200, of(conversations=[{"id": CANARY, "turns": [TURN]}] * 64)),
    "1,024 speakers": (200, of(conversations=[{"turns": [{"speaker": str(n), "text": "a"} for n in range(1024)]}])),
    "escaped field names": (200, GOOD.replace(b"text", b"\\u0074ext")),
}
OTHERS: dict[str, tuple[int, str, str, bytes]] = {
    "explain without a turn": (422, "POST", "/v1/explain", b'{"conversation": {"turns": []}}'),
    "explain a turn that isn't there": (
        422,
        "POST",
        "/v1/explain",
        b'{"conversation": {"turns": [{"text": "a"}]}, "turn": 1}',
    ),
    "explain turn -1": (422, "POST", "/v1/explain", b'{"conversation": {"turns": [{"text": "a"}]}, "turn": -1}'),
    "explain turn 1.5": (422, "POST", "/v1/explain", b'{"conversation": {"turns": [{"text": "a"}]}, "turn": 1.5}'),
    "explain 10^30 neighbours": (
        422,
        "POST",
        "/v1/explain",
        b'{"conversation": {"turns": [{"text": "a"}]}, "neighbours": 1' + b"0" * 30 + b"}",
    ),
    "explain 33 turns away": (422, "POST", "/v1/explain", b'{"conversation": {"turns": [{"text": "a"}]}, "reach": 33}'),
    "adapt to nothing": (422, "POST", "/v1/adapt", b'{"name": "mine"}'),
    "adapt to one label": (
        422,
        "POST",
        "/v1/adapt",
        b'{"name": "mine", "examples": [{"turns": [{"text": "a", "label": "b"}]}]}',
    ),
    "adapt to a blank label": (
        422,
        "POST",
        "/v1/adapt",
        b'{"name": "mine", "examples": [{"turns": [{"text": "a", "label": " "}]}]}',
    ),
    "adapt under a path": (422, "POST", "/v1/adapt", b'{"name": "../kanarienvogel"}'),
    "adapt under a hidden name": (422, "POST", "/v1/adapt", b'{"name": ".kanarienvogel"}'),
    "adapt under an operator's name": (
        403,
        "POST",
        "/v1/adapt",
        b'{"name": "first", "descriptions": {"a": "b", "c": "d"}}',
    ),
    "adapt what isn't there": (404, "POST", "/v1/adapt", b'{"name": "mine", "base": "kanarienvogel"}'),
    "adapt with a contradiction": (
        422,
        "POST",
        "/v1/adapt",
        b'{"name": "mine", "examples": [{"turns": [{"text": "kanarienvogel", "label": "a"}]},'
        b' {"turns": [{"text": "kanarienvogel", "label": "b"}]}]}',
    ),
    "adapt with a blank description": (
        422,
        "POST",
        "/v1/adapt",
        b'{"name": "mine", "descriptions": {"kanarienvogel": " "}}',
    ),
    "adapt with half a character as a label": (
        422,
        "POST",
        "/v1/adapt",
        b'{"name": "mine", "descriptions": {"\\ud800": "a", "b": "c"}}',
    ),
    "remove an operator's model": (403, "DELETE", "/v1/models/first", b""),
    "remove what isn't there": (404, "DELETE", "/v1/models/kanarienvogel", b""),
    "remove a path": (404, "DELETE", "/v1/models/..%2f..%2fkanarienvogel", b""),
    "remove a NUL": (404, "DELETE", "/v1/models/%00", b""),
    "read nothing": (422, "POST", "/v1/read", b""),
    "read no UTF-8": (422, "POST", "/v1/read", b"\xff\xfe"),
    "read in a format that isn't there": (422, "POST", "/v1/read?format=kanarienvogel", b"a"),
    "read a file of the server's": (422, "POST", "/v1/read?format=/etc/passwd", b"a"),
    "read JSON that is none": (422, "POST", "/v1/read?format=jsonl", b"{kanarienvogel"),
    "read deep JSON": (422, "POST", "/v1/read?format=jsonl", b"[" * DEEP),
    "read 20,001 turns": (422, "POST", "/v1/read", b"a\n" * 20_001),
    "read 2 MiB": (413, "POST", "/v1/read", b"a" * 2**21),
    "read a NUL": (422, "POST", "/v1/read?format=text", b"a\0b"),
    "a model with a NUL in a query": (404, "GET", "/v1/model?name=%00", b""),
    "a model with bytes that are no text": (404, "GET", "/v1/model?name=%ff", b""),
    "an address that isn't there": (404, "GET", "/kanarienvogel", b""),
    "a file above the page": (404, "GET", "/page/..%2fapp.py", b""),
    "a file of the page with a NUL": (404, "GET", "/page/%00", b""),
    "a method that isn't there": (405, "PUT", "/v1/predict", GOOD),
    "predict by GET": (405, "GET", "/v1/predict", b""),
}
