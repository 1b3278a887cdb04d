"""Make `src/sentemo/encoders/spelling.json`: how a tokenizer spells out what its vocabulary lacks.

    npm pack cldr-annotations-full && tar xzf cldr-annotations-full-*.tgz package/annotations/en
    pip install sentencepiece
    python tools/spell_emoji.py package/annotations/en/annotations.json

Emoji become their Unicode name and up to two of its CLDR keywords that name a feeling; the map is compiled by
sentencepiece into the form that the tokenizers library reads. Emoticons become words, capitals get a mark, letters that
are drawn out are shortened.
"""

from __future__ import annotations

import argparse
import base64
import json
import tempfile
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src" / "sentemo" / "encoders" / "spelling.json"
FEELINGS = [
    *("funny", "laughing", "happy", "joy", "love", "romance", "excited", "celebrate", "hooray", "awesome"),
    *("delicious", "cute", "please", "thanks", "pray", "sad", "cry", "unhappy", "tears", "heartbroken"),
    *("angry", "mad", "furious", "rage", "annoyed", "ugh", "whatever", "disgust", "gross", "ew", "vomit"),
    *("sick", "scared", "scream", "fear", "afraid", "nervous", "worried", "anxious", "stress", "shocked"),
    *("surprised", "omg", "wow", "doubt", "idk", "tired", "bored", "embarrassed", "flirt", "smug", "smirk"),
    *("proud", "kiss", "hug", "sorry", "disappointed", "lonely", "broken", "agree", "danger", "dead"),
    *("mourn",),
]
LAUGHING = {"lol", "lmao", "rofl", "haha", "hehe", "laugh"}
"""Keywords that BERT's vocabulary has in pieces only; they become `laughing`."""
KEYWORDS = 2
SILENT = r"[\x{200D}\x{FE0E}\x{FE0F}\x{20E3}\x{1F3FB}-\x{1F3FF}\x{E0020}-\x{E007F}]"
"""Joiners, variation selectors, skin tones and tags: they add nothing to what is felt."""
LETTERS = range(0x1F1E6, 0x1F200)
"""Regional indicators, which make flags in pairs."""
EMOTICONS = {
    r"(?<!\w)>[:;]?[-_.]?[(<]+(?!\w)|(?<!\w)(?:>_+<|ಠ_*ಠ|ò_ó)(?!\w)": "annoyed angry",
    r"(?<![\w:])[:=;x][-'o]?[)\]D]+(?![\w(])"
    r"|(?<!\w)(?:xD+|XD+|:3|\(:|\^_*\^|\(◕‿◕\)|\(?｡◕‿◕｡\)?)(?!\w)": "smiling happy",
    r"(?<![\w:])[:=]'[-]?[(\[]+|(?<!\w)(?:[Tt]_+[Tt]|;_+;|[Qq]_+[Qq]|ಥ_*ಥ|T\.T)(?!\w)": "crying sad",
    r"(?<![\w:])[:=][-o]?[(\[cC]+(?![\w)])|(?<!\w)(?:D:|\):)(?!\w)": "frowning sad",
    r"(?<![\w:/])[:=][-]?[/\\|](?![\w/\\])|(?<!\w)(?:-_+-|¬_*¬|=_=)(?!\w)": "skeptical annoyed",
    r"(?<![\w:])[:=][-]?[oO0]+(?!\w)|(?<!\w)(?:[oO]_+[oO]|[oO]\.[oO])(?!\w)": "surprised",
    r"(?<![\w:])[:=;xX][-]?[pP]+(?!\w)": "tongue out joking",
    r"<3+": "heart love",
    r"</3+": "broken heart sad",
    r"\(?[╯ノ][^\n]{0,8}[）)][╯ノ]?︵ ?┻━*┻": "flips the table angry",
    r"¯\\?_*\(ツ\)_*/¯": "shrugs whatever",
}
CAPITALS = r"\s(?=\p{Lu}{2,}[^\p{L}\n]+\p{Lu}{2,}(?!\p{Ll})|\p{Lu}{4,}(?!\p{L}))"
MARK = "↑"
"""Before a word in capitals, next to others or long; in BERT's vocabulary, and rare."""


def phrase(name: str, keywords: list[str]) -> str:
    """Return a name and the feelings among its keywords that the name doesn't hold."""
    said = name.lower().replace("-", " ").split()
    known = {"laughing" if word in LAUGHING else word for word in keywords}
    felt = [word for word in FEELINGS if word in known - {*said}]
    return " ".join([*said, *felt[:KEYWORDS]])


def emoji_rules(annotations: Path) -> dict[int, str]:
    """Map each code point that CLDR annotates, ASCII apart, to its phrase."""
    found = json.loads(annotations.read_text(encoding="utf-8"))["annotations"]["annotations"]
    rules = {
        ord(emoji): f" {phrase(entry['tts'][0], entry.get('default', []))} "
        for emoji, entry in found.items()
        if len(emoji) == 1 and ord(emoji) >= 0x2190 and ord(emoji) not in range(0x1F3FB, 0x1F400)
    }
    rules |= {point: f" {chr(point - LETTERS[0] + ord('a'))} " for point in LETTERS}
    rules |= {0x203C: "!!", 0x2049: "!?", 0x2139: " information "}
    del rules[ord(MARK)]
    return rules


def charsmap(rules: dict[int, str]) -> str:
    """Compile the rules, in base64."""
    import sentencepiece

    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.writelines(
            f"{point:X}\t{' '.join(f'{ord(letter):X}' for letter in text)}\n" for point, text in sorted(rules.items())
        )
        file.flush()
        spec = sentencepiece.SentencePieceNormalizer(rule_tsv=file.name).serialized_normalizer_spec()
    return base64.b64encode(field(spec, 2)).decode()


def field(message: bytes, number: int) -> bytes:
    """Read a length-delimited field of a protocol buffer's message."""

    def varint(place: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            value |= (message[place] & 127) << shift
            place, shift = place + 1, shift + 7
            if message[place - 1] < 128:
                return value, place

    place = 0
    while place < len(message):
        key, place = varint(place)
        size, start = varint(place)
        if key & 7 != 2:  # a number
            place = start
            continue
        place = start + size
        if key >> 3 == number:
            return message[start:place]
    raise ValueError(f"no field {number}")


def replace(pattern: str, content: str) -> dict[str, object]:
    """Describe a replacement as tokenizers' files do."""
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("annotations", type=Path)
    steps = [replace(pattern, f" {words} ") for pattern, words in EMOTICONS.items()]
    steps += [
        {"type": "Prepend", "prepend": " "},  # so that the first word has a space to put the mark into
        replace(CAPITALS, f" {MARK} "),  # a match of no length would spoil what follows
        replace(r"(\p{L}|[!?.])(?=\1\1)", ""),  # three or more become two
        replace(SILENT, ""),  # here, since the compiled map's own deletions make the library panic
        replace(r"(\p{So})(?=\1)", ""),  # the same emoji again and again is one
        {"type": "Precompiled", "precompiled_charsmap": charsmap(emoji_rules(parser.parse_args().annotations))},
    ]
    TARGET.write_text(json.dumps(steps, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
