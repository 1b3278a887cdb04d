"""The promises, one row each; tests carry them by `@pytest.mark.evidence("id")`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One promise."""

    section: str
    target: str
    why: str = ""
    """Where the target is missed: why."""


ROWS = {
    "input.openapi": Row("Input", "OpenAPI fuzzing, positive and negative data: no reply of 5xx, none that hangs"),
    "input.hostile": Row("Input", "at least 80 hostile bodies: the exact status each, the input never echoed"),
    "input.readers": Row("Input", "damaged files give `BadInput` with file and line, nothing else"),
    "models.mutations": Row("Models on disk", "5,000 mutations of a saved model, all refused with a clear error"),
    "models.pickle": Row("Models on disk", "no pickle: the audit hook `pickle.find_class` is silent"),
    "models.save": Row("Models on disk", "a save that is killed or refused leaves the old model or the new one"),
    "training.kill": Row("Training", "`kill -9` at random moments, resumed: weights identical byte for byte"),
    "training.disk": Row("Training", "disk full, read-only folder: the last checkpoint is intact, one-line error"),
    "training.two": Row("Training", "a second trainer on a run's folder is refused"),
    "training.nan": Row("Training", "a loss that is not a number stops the training at its step"),
    "predictions.batch": Row("Predictions", "a conversation alone as in any batch: labels equal, differences <= 1e-5"),
    "predictions.names": Row("Predictions", "padding, order in the batch and names of speakers change nothing"),
    "predictions.causal": Row("Predictions", "in causal mode later turns change nothing"),
    "predictions.probabilities": Row("Predictions", "probabilities are finite and sum to 1"),
    "predictions.long": Row("Predictions", "100,000 turns in one conversation: memory flat, time linear"),
    "predictions.onnx": Row("Predictions", "ONNX against torch: differences <= 1e-4"),
    "predictions.labelers": Row("Predictions", "one suite of checks runs against every `Labeler`"),
    "server.local": Row("Server", "listens on 127.0.0.1 alone"),
    "server.limits": Row("Server", "limits on body, conversations, turns, characters, connections: at n and at n+1"),
    "server.overload": Row("Server", "overload gives 429 at once, never a queue without end"),
    "server.key": Row("Server", "a wrong key gives 401, compared in constant time"),
    "server.sigterm": Row("Server", "SIGTERM answers every accepted request"),
    "server.cancelled": Row("Server", "cancelled clients cost nothing"),
    "server.worker": Row("Server", "the worker's death turns /health to 503"),
    "server.equal": Row("Server", "12,800 concurrent replies all equal the offline answer"),
    "server.memory": Row("Server", "resident memory flat over 200,000 requests"),
    "server.logs": Row("Server", "no user's text in logs"),
    "server.page": Row("Server", "the page under a strict CSP without inline script; hostile strings are inert"),
    "bulk.kill": Row("Bulk", "`kill -9` of a worker or the driver: output identical, no shard twice"),
    "bulk.ray": Row("Bulk", "Ray bound to loopback, no dashboard; two nodes give the bytes of one process"),
    "supply.pins": Row("Supply chain", "every constraint is pinned to one release"),
    "supply.age": Row("Supply chain", "every pinned release is at least a week old"),
    "supply.audit": Row("Supply chain", "`pip-audit` finds no known vulnerability"),
    "supply.network": Row("Supply chain", "no telemetry, no network at run time with a local model"),
    "privacy.canary": Row("Privacy", "a user's text is found nowhere but where it was asked for"),
    "damage.inputs": Row("Damage", "files of every odd kind: labelled or refused in one sentence, the others go on"),
    "damage.streams": Row("Damage", "closed, full and broken streams, odd locales, Ctrl-C: one sentence, nothing lost"),
    "checks.mutants": Row(
        "The checks themselves", "85 % of mutants of metrics, samplers, artifacts, checkpoints killed"
    ),
    "checks.coverage": Row("The checks themselves", "branch coverage of at least 90 %"),
}
