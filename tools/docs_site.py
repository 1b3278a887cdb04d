"""Hooks of MkDocs: pages out of the repository's root, and Markdown as GitHub reads it.

The guides are read on GitHub as well as on the site. GitHub starts a list or a table right below a paragraph, nests by
two spaces and follows links to any file of the repository; Python-Markdown and MkDocs do none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "src/sentemo/shipped/README.md": "model-card.md",
    "src/sentemo/shipped_static/README.md": "model-card-static.md",
    "src/sentemo/serve/page/icon.svg": "figures/icon.svg",
}
"""Files of the repository that are files of the site too, and their places in it."""
LINK = re.compile(r"\[([^\[\]]*)\]\((?![a-z]+:|#)([^)\s#]+)([^)]*)\)")
FENCE = re.compile(r" *(```|~~~)")
ITEM = re.compile(r" *([-*+]|\d+\.) ")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are written outside docs/."""
    for source, target in PAGES.items():
        files.append(File.generated(config, target, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, config: Any, files: Files) -> str:
    """Rewrite a page for Python-Markdown, and its links for the site."""
    place = {target: source for source, target in PAGES.items()}.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    rewritten = (_links(line, PurePosixPath(place), page, config, files) for line in _blocks(markdown.splitlines()))
    return "\n".join(rewritten) + "\n"


def _blocks(lines: list[str]) -> Iterator[str]:
    """Put a blank line above lists and tables, and nest by four spaces; leave code as it is."""
    fence, before = "", ""
    for line in lines:
        if found := FENCE.match(line):
            fence = "" if fence == found[1] else fence or found[1]
        elif not fence:
            if _starts_block(line, before):
                yield ""
            line = " " * (len(line) - len(line.lstrip(" "))) + line
        before = line
        yield line


def _starts_block(line: str, before: str) -> bool:
    """Tell whether a list or a table starts right below a paragraph."""
    if not before.strip() or before.startswith(" "):
        return False
    return any(pattern(line) and not pattern(before) for pattern in (ITEM.match, _is_row))


def _is_row(line: str) -> bool:
    return line.lstrip().startswith("|")


def _links(line: str, place: PurePosixPath, page: Page, config: Any, files: Files) -> str:
    """Lead each link of a line to the site's page of that file, else to the file in the repository."""

    def link(found: re.Match[str]) -> str:
        text, target, rest = found.groups()
        path = _normal(place.parent / target)
        inside = PAGES.get(path, path.removeprefix("docs/"))
        if files.get_file_from_path(inside) is not None:
            return f"[{text}]({'../' * page.file.src_uri.count('/')}{inside}{rest})"
        if not (ROOT / path).exists():
            return found[0]  # MkDocs will say that it is broken
        return f"[{text}]({repository}/blob/main/{path}{rest})" if repository else text

    repository = config.extra["repository"]
    return LINK.sub(link, line)


def _normal(path: PurePosixPath) -> str:
    """Resolve `..` within the repository."""
    parts: list[str] = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)
