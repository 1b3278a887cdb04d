"""HTML from Python: whatever is not made here is escaped."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Markup | None


def el(name: str, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """Make an element; `class_` is `class`, an underscore in a name is a hyphen, False and None leave one out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{name}{given}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Put children side by side, escaping those that are text."""
    return Markup(
        "".join(child if isinstance(child, Markup) else escape(child, quote=False) for child in children if child)
    )


def table(caption: str, header: list[str], rows: list[list[Child]], *, hidden: bool = False) -> Markup:
    """Make a table whose first column names its rows, in a frame that scrolls where it is too wide."""
    head = el("thead", el("tr", *(el("th", name, scope="col") for name in header)))
    body = el(
        "tbody",
        *(el("tr", el("th", row[0], scope="row"), *(el("td", cell) for cell in row[1:])) for row in rows),
    )
    made = el("table", el("caption", caption, class_="hidden" if hidden else None), head, body)
    return el("div", made, class_="wide", tabindex="0", role="region", aria_label=caption)


def folded(summary: str, *children: Child) -> Markup:
    """Make something that opens when asked."""
    return el("details", el("summary", summary), *children)
