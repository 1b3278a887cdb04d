"""Limits of a request, a connection and the whole server."""

from __future__ import annotations

from dataclasses import dataclass

MAX_BODY_BYTES = 2**20
BODY_S = 30.0
"""Timeout for a body to arrive."""
MAX_CONVERSATIONS = 64
MAX_TURNS = 1024
"""In all conversations of a request together."""
MAX_CHARACTERS = 4000
"""In one turn's text."""
MAX_NAME = 200
"""Characters in a speaker, an id or a label."""
MAX_EXPLAINED = 64
"""Turns of a conversation to explain all at once; a single turn can be explained in any conversation."""
MAX_REACH = 32
"""Turns, on either side, whose influence can be requested."""
MAX_NEIGHBOURS = 20
MAX_EXAMPLES = 1024
"""Conversations to learn labels from; their turns count to `MAX_EXAMPLE_TURNS`."""
MAX_EXAMPLE_TURNS = 4096
MAX_LABELS = 200
MAX_COLUMNS = 1_000
"""Characters in the names of a table's columns."""
MAX_READ_TURNS = 20_000
"""In a chat for `/v1/read`."""
MAX_LIVE_TURNS = 10_000
"""In one live connection."""
MAX_MESSAGE_BYTES = 2**16
"""In one live message: 4,000 escaped characters fit."""


@dataclass(frozen=True)
class Limits:
    """Limits that the operator can set."""

    connections: int = 512
    """Maximum concurrent requests and live conversations (at most half of them); more get 429 at once."""
    waiting_turns: int = 4096
    """Turns that may wait for the model; a request that would add to more gets 429 at once."""
    adapted_models: int = 32
    """Maximum number of models adapted by clients."""
