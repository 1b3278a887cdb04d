"""What a name with `://` in it means: object storage, reached through fsspec."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sentemo.errors import MissingExtra, SentemoError, UsageError


def is_remote(name: str) -> bool:
    """Tell whether a name is an address and not a path of this machine."""
    return "://" in name


def open_storage(address: str) -> tuple[Any, str]:
    """Return the file system of an address and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MissingExtra("fsspec, which reaches object storage,", "bulk") from error
    try:
        system, path = url_to_fs(address)
    except ImportError as error:  # fsspec names the package that its kind of storage needs
        raise UsageError(f"{address} can't be reached: {error}", "Install what it names") from error
    except ValueError as error:
        raise UsageError(f"{address} can't be reached: {error}", "Write s3://bucket/name or a path") from error
    return system, path


@contextmanager
def reached(address: str) -> Iterator[None]:
    """Turn whatever a storage raises into one sentence."""
    try:
        yield
    except SentemoError:
        raise
    except Exception as error:  # each kind of storage has its own
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise SentemoError(
            f"{address} can't be read or written ({reason})", "Check the address, the rights and the network"
        ) from error
