"""`sentemo adapt`: new labels from a few examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from sentemo.cli import options
from sentemo.cli.screen import put, put_pretty, tell
from sentemo.errors import UsageError

if TYPE_CHECKING:
    from sentemo.adaptation.adaptable import Change
    from sentemo.adaptation.learn import Keeping
    from sentemo.heads import Method
    from sentemo.model import SentEmoContext


def adapt(
    examples: Annotated[
        Path | None, typer.Option("--examples", "-e", help="A file of labelled utterances or conversations.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder of the adapted model.")] = Path("adapted"),
    model: options.Model = "default",
    labels: Annotated[
        str, typer.Option(help="replace the model's labels, or add tags (also: extend), yes or no for each turn.")
    ] = "replace",
    label: Annotated[
        list[str] | None,
        typer.Option("--label", "-l", help="A required label: NAME, or NAME=description, which needs no example."),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(help="Rename a label before learning: OLD=NEW; the same NEW twice merges. Repeatable."),
    ] = None,
    unlabelled: Annotated[
        Path | None,
        typer.Option(help="Unlabelled conversations of yours, to set the tags' thresholds and help a metric."),
    ] = None,
    context: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="How much a turn's neighbours count for tags; by default tuned on held-out examples."
        ),
    ] = None,
    preview: Annotated[
        Path | None, typer.Option(help="Write nothing; print which turns of these conversations would change.")
    ] = None,
    method: Annotated[
        str, typer.Option(help="auto, prototypes, neighbours, linear, metric (trained triplets) or label-free.")
    ] = "auto",
    as_json: options.Json = False,
) -> None:
    """Learn labels from a few examples of each, in seconds.

    A line of a JSONL file is `{"text", "label"}`, a conversation with a label on some of its turns, or
    `{"turns", "turn", "label"}`; `"not": true` makes a counter-example of a tag. A row of a table is an example.
    The expected quality is measured on held-out examples.
    """
    from sentemo.formats.examples import read_examples
    from sentemo.formats.files import read_conversations
    from sentemo.model import SentEmoContext

    named = {name.strip(): words.strip() for name, _, words in (text.partition("=") for text in label or [])}
    chosen, keeping = _method(method), _keeping(labels)
    if examples is None and not any(named.values()) and not rename:
        raise UsageError("Nothing to learn from", "Give --examples FILE, or --label NAME=description")
    read = read_examples(examples) if examples is not None else []
    others = list(read_conversations(unlabelled)) if unlabelled is not None else []
    adapted = SentEmoContext.from_pretrained(model)
    if rename:
        adapted = adapted.rename(_pairs(rename))
    if examples is not None or named:
        described = {name: words for name, words in named.items() if words}
        adapted = adapted.adapt(
            read,
            labels=keeping,
            names=[*named],
            descriptions=described,
            method=chosen,
            unlabelled=others,
            context=context,
        )
    if preview is not None:
        _preview(SentEmoContext.from_pretrained(model), adapted, preview, as_json)
        return
    adapted.save_pretrained(out)
    found = adapted.adaptation
    if as_json:
        names, facts = list(adapted.labels.names), found.to_json() if found else None
        tags = list(adapted.tags.names) if adapted.tags else []
        put_pretty({"model": str(out), "labels": names, "tags": tags, "adaptation": facts})
        return
    typer.echo(f"Labels: {', '.join(adapted.labels.names)}.")
    if adapted.tags:
        typer.echo(f"Tags: {', '.join(adapted.tags.names)}.")
    if found:
        typer.echo(str(found))
    tell(f"Use it: sentemo predict FILE --model {out}")


def _preview(before: SentEmoContext, after: SentEmoContext, file: Path, as_json: bool) -> None:
    """Print the turns of a file whose label would change."""
    from sentemo.adaptation.adaptable import changes
    from sentemo.formats.files import read_conversations

    talks = list(read_conversations(file))
    found = changes(before.predict(talks), after.predict(talks))
    for each in found:
        if as_json:
            put({"id": talks[each.conversation].id, "turn": each.turn + 1, **_both(each)})
        else:
            typer.echo(str(each))
    tell(f"Turns that would change: {len(found)} of {sum(map(len, talks))}. Nothing was written.")


def _both(change: Change) -> dict[str, object]:
    return {"before": change.before.to_dict(), "after": change.after.to_dict()}


def _pairs(renames: list[str]) -> dict[str, str]:
    pairs = {}
    for text in renames:
        old, equals, new = text.partition("=")
        if not equals or not new.strip() or old in pairs:
            raise UsageError(f"--rename {text} is not valid", "Write OLD=NEW, each OLD once")
        pairs[old] = new.strip()
    return pairs


def _keeping(name: str) -> Keeping:
    from sentemo.adaptation.learn import Keeping

    for keeping in get_args(Keeping):
        if keeping == name:
            return keeping  # type: ignore[no-any-return]
    raise UsageError(f"Unknown value {name!r} for --labels", "Use --labels replace or --labels tags")


def _method(name: str) -> Method | None:
    from sentemo.heads import Method

    for method in get_args(Method):
        if method == name:
            return method  # type: ignore[no-any-return]
    if name == "auto":
        return None
    raise UsageError(f"Unknown method {name!r}", f"Use one of: auto, {', '.join(get_args(Method))}")
