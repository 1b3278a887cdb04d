"""`sentemo model`: a model's labels, data and licence."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from sentemo.cli import options
from sentemo.cli.screen import put_pretty
from sentemo.errors import BadModel


def model(
    name: Annotated[
        str | None, typer.Argument(help="A model that ships with the package, a folder or a hub id.", metavar="NAME")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Print a model's labels, data and licence; without a name, those of the models that ship with the package."""
    from sentemo.artifacts.hub import BY_NAME

    known = {each: _card(each) for each in ([name] if name else BY_NAME)}
    if as_json:
        put_pretty(known[name] if name else known)
        return
    for each, card in known.items():
        typer.echo(f"{each}\n  labels   {', '.join(card['labels'])}")
        for other, labels in card["other label sets"].items():
            typer.echo(f"  {other:<8} {len(labels)} labels, several at once")
        typer.echo(f"  licence  {card['licence']}")
        for fact, value in card["facts"].items():
            typer.echo(f"  {fact}: {value}")


def _card(name: str) -> dict[str, Any]:
    from sentemo.artifacts.card import licence_of, shown
    from sentemo.artifacts.hub import find
    from sentemo.artifacts.manifest import AGAIN, check_manifest

    folder = find(name)
    check_manifest(folder)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        facts = dict(config["facts"])
        return {
            "labels": list(config["labels"]),
            "other label sets": {set: list(labels) for set, (labels, _) in config.get("heads", {}).items()},
            "licence": licence_of(facts)[0],
            "facts": {fact: shown(value) for fact, value in facts.items() if fact != "adapted"},
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadModel(f"{folder} is not a complete model ({error})", AGAIN) from error
