"""All commands in one place; exhibits are named without a command."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from reproduction.cli import compared, few_shot, raw, reproduce

EXHIBITS = "exhibits"


class ExhibitsUnlessNamed(TyperGroup):
    """Take what names no command for exhibits: `python -m reproduction table-2 --data D --out O`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in front of exhibits; the class of `ctx` is click's or typer's own, by typer's version."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [EXHIBITS, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="reproduction",
    cls=ExhibitsUnlessNamed,
    help=f"The paper's tables and figures, measured again. Without a command, {EXHIBITS} is meant.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(EXHIBITS)(reproduce.reproduce)
app.command()(few_shot.few_shot)
app.command()(raw.raw)
app.command()(compared.compared)
