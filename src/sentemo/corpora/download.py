"""Download a file over HTTP(S): size-limited, with retries, written atomically."""

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
"""Called with the file's name, the bytes so far, and the total if known."""

CHUNK_BYTES = 64 * 1024
RETRY_STATUS = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class DownloadSettings:
    """Timeouts, retries and size limit of a download."""

    timeout_s: float = 30.0
    """Seconds without a byte before an attempt is abandoned."""
    tries: int = 3
    """The total number of attempts on temporary failures."""
    backoff_s: float = 1.0
    """Seconds before the second attempt; doubled for each further one."""
    max_bytes: int = 256 * 2**20
    """A larger file is rejected."""


class PassingFailureError(Exception):
    """A temporary failure, which is worth another attempt."""


def download(url: str, target: Path, settings: DownloadSettings, on_progress: Progress | None = None) -> int:
    """Download a URL to a file, which is flushed to disk before it gets its name; return its size in bytes.

    Raises `UsageError` for schemes other than http and https, `BadInput` if the file is unreachable or too large.
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
    """Follow redirects, but never from https to anything else."""

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
"""An archive with larger members in total is rejected, because all members before the wanted one are unpacked."""

# Errors that tarfile and gzip may raise for a damaged archive.
DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError)


def unpack(archive: Path, name: str, target: Path) -> None:
    """Extract the member `name`, which must be a regular file, to `target`.

    Raises `BadInput` if the archive is damaged, too large or doesn't contain it.
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
