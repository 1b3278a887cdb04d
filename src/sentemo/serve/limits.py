"""How much a request, a connection and the whole server may hold."""

from __future__ import annotations

from dataclasses import dataclass

MAX_BODY_BYTES = 2**20
BODY_S = 30.0
"""Time for a body to arrive."""
MAX_CONVERSATIONS = 64
MAX_TURNS = 1024
"""Of one request, in all its conversations together."""
MAX_CHARACTERS = 4000
"""Of one turn's text."""
MAX_NAME = 200
"""Characters of a speaker, an id or a label."""
MAX_EXPLAINED = 64
"""Turns of a conversation that are all explained; one turn of it is in any that may be sent."""
MAX_REACH = 32
"""Turns, on either side, whose influence can be asked for."""
MAX_NEIGHBOURS = 20
MAX_EXAMPLES = 1024
"""Conversations to learn labels from; their turns count to `MAX_EXAMPLE_TURNS`."""
MAX_EXAMPLE_TURNS = 4096
MAX_LABELS = 200
MAX_COLUMNS = 1_000
"""Characters that name a table's columns."""
MAX_READ_TURNS = 20_000
"""Of a chat that `/v1/read` takes apart."""
MAX_LIVE_TURNS = 10_000
"""Of one live connection."""
MAX_MESSAGE_BYTES = 2**16
"""Of one live message: 4,000 characters fit, escaped."""


@dataclass(frozen=True)
class Limits:
    """What the operator can set."""

    connections: int = 512
    """Requests answered and live talks open (half of all at most) at the same time; one more gets 429 at once."""
    waiting_turns: int = 4096
    """Turns that may wait for the model; a request that would add to more gets 429 at once."""
    adapted_models: int = 32
    """Models that clients may have made."""
