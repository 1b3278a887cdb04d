"""One file over HTTP(S): bounded, with retries, complete on disk or not there at all."""

from __future__ import annotations

import http.client
import os
import tarfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit

from sentemo.errors import BadInput, UsageError

Progress = Callable[[str, int, int | None], None]
"""Called with the file's name, the bytes so far, and all bytes where known."""

CHUNK_BYTES = 64 * 1024
RETRY_STATUS = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class DownloadSettings:
    """How patient and how generous a download is."""

    timeout_s: float = 30.0
    """Seconds without a byte before a try is given up."""
    tries: int = 3
    """How often a failure that may pass is tried in all."""
    backoff_s: float = 1.0
    """Seconds before the second try; doubled for each further one."""
    max_bytes: int = 256 * 2**20
    """A larger file is refused."""


class PassingFailureError(Exception):
    """A failure that may be gone at the next try."""


def download(url: str, target: Path, settings: DownloadSettings, on_progress: Progress | None = None) -> int:
    """Fetch a URL into a file, whole and flushed to disk before it gets its name; return its size in bytes.

    Raises `UsageError` for all but http and https, `BadInput` for what stays unreachable or is too large.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(f"Not an http or https address: {url}", "Give one that is")
    part = target.with_name(f"{target.name}.part")
    for attempt in range(1, settings.tries + 1):
        try:
            size = _try(url, part, settings, on_progress or _silent)
            part.replace(target)
            return size
        except PassingFailureError as failure:
            if attempt == settings.tries:
                cause = f"Cannot fetch {url} after {attempt} tries: {failure}"
                raise BadInput(cause, "Check the connection and try again") from None
            time.sleep(settings.backoff_s * 2 ** (attempt - 1))
        except OSError as error:
            raise BadInput(f"Cannot write: {error.strerror}", "Choose a folder with room", path=part) from None
        finally:
            part.unlink(missing_ok=True)
    raise UsageError("A download needs at least one try", "Set tries to 1 or more")


def _try(url: str, part: Path, settings: DownloadSettings, on_progress: Progress) -> int:
    request = urllib.request.Request(url, headers={"User-Agent": f"sentemo/{_version()}"})
    response = _opened(request, settings.timeout_s)
    with response, part.open("wb") as stream:
        total = _announced(response)
        size = 0
        while chunk := _read(response):
            size += len(chunk)
            if size > settings.max_bytes:
                raise BadInput(f"{url} is above {settings.max_bytes:,} bytes", "Check the address")
            stream.write(chunk)
            on_progress(part.stem, size, total)
        if total is not None and size != total:
            raise PassingFailureError(f"it broke off after {size:,} of {total:,} bytes")
        stream.flush()
        os.fsync(stream.fileno())
    return size


def _opened(request: urllib.request.Request, timeout_s: float) -> http.client.HTTPResponse:
    try:
        response = urllib.request.build_opener(_SafeRedirect).open(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in RETRY_STATUS:
            raise PassingFailureError(f"the server answered {error.code} {error.reason}") from None
        cause = f"{request.full_url}: the server answered {error.code} {error.reason}"
        raise BadInput(cause, "The file may have moved: see the homepage, or set SENTEMO_FETCH_BASE") from None
    except (OSError, http.client.HTTPException) as error:
        raise PassingFailureError(str(getattr(error, "reason", error)) or type(error).__name__) from None
    if not isinstance(response, http.client.HTTPResponse):
        raise UsageError(f"{request.full_url} is not served over http", "Give an http or https address")
    return response


class _SafeRedirect(urllib.request.HTTPRedirectHandler):
    """Follow redirects, but never from https down to anything else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
            raise BadInput(f"{req.full_url} redirects to an address without TLS", "Fetch the file by hand")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise PassingFailureError(f"it broke off: {error}") from None


def _announced(response: http.client.HTTPResponse) -> int | None:
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def _version() -> str:
    from sentemo import __version__

    return __version__


def _silent(_name: str, _bytes: int, _all_bytes: int | None) -> None:
    pass


MAX_BYTES = 256 * 2**20
"""An archive whose members are larger together is refused: those before the wanted one are unpacked to pass them."""

# Whatever tarfile and gzip raise for a damaged archive.
DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError)


def unpack(archive: Path, name: str, target: Path) -> None:
    """Write the member of that name, which must be a plain file, to a path of the caller's choice.

    Raises `BadInput` for an archive that is damaged, too large or without it.
    """
    try:
        data = _member(archive, PurePosixPath(name))
    except DAMAGED as error:
        raise BadInput(f"Damaged tar.gz: {error}", "Fetch it again", path=archive) from None
    target.write_bytes(data)


def _member(archive: Path, name: PurePosixPath) -> bytes:
    size = 0
    with tarfile.open(archive, "r:gz") as opened:
        for member in opened:
            size += member.size
            if size > MAX_BYTES:
                raise BadInput(f"The archive unpacks to over {MAX_BYTES:,} bytes", "Check the address", path=archive)
            stream = opened.extractfile(member) if member.isreg() and PurePosixPath(member.name) == name else None
            if stream is not None:
                return stream.read()
    raise BadInput(f"No {name} in the archive", "Check the address", path=archive)
