"""The pages and their files, under a policy that allows nothing else."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from sentemo.serve.errors import Refusal

FOLDER = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


def router() -> APIRouter:
    """Make the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    async def index(request: Request) -> Response:
        """Return the page."""
        return _file("index.html", request)

    @routes.get("/docs")
    async def reference(request: Request) -> Response:
        """Return the API reference."""
        return _file("docs.html", request)

    @routes.get("/page/{name:path}")
    async def asset(name: str, request: Request) -> Response:
        """Return one of the pages' files."""
        return _file(name, request)

    return routes


def _file(name: str, request: Request) -> Response:
    """Return a file of the folder; names are looked up and never used as paths."""
    known = _files()
    if name not in known:
        raise Refusal(404, "Not found", "The page is at /")
    content = known[name].read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
        "ETag": tag,
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=_type(name))


@cache
def _files() -> dict[str, Path]:
    return {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.suffix in KINDS}


def _type(name: str) -> str:
    kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


KINDS = {*TYPES, ".png", ".ico", ".webp", ".woff2", ".json", ".txt"}
