"""Recognise the emotion of every utterance in a conversation, by context-aware metric learning."""

__version__ = "0.1.0"
