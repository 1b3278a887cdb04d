"""What the labels of the known corpora mean, in a few words each."""

from __future__ import annotations

from collections.abc import Mapping

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
