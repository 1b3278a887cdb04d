"""Explain why an utterance got its label: nearby examples, prototypes, and the influence of other turns."""
