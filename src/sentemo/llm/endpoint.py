"""Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, Ollama, hosted ones."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sentemo.errors import MissingExtra, SentemoError, UsageError
from sentemo.llm.cache import ReplyCache
from sentemo.llm.completion import Ask, OnProgress, Reply, answer_schema, read_completion, read_error_code
from sentemo.llm.settings import Settings

if TYPE_CHECKING:
    from httpx2 import Client, Response
import math
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Exponential back-off with jitter; a server's Retry-After is a lower bound."""

    first_s: float = 0.5
    longest_s: float = 60.0

    def seconds(self, attempt: int, retry_after: str | None) -> float:
        """Return the wait after a failed attempt (counted from 0)."""
        backed_off = min(self.first_s * 2.0 ** min(attempt, 60), self.longest_s) * random.uniform(0.5, 1.0)
        return max(backed_off, asked_wait_s(retry_after))


def asked_wait_s(retry_after: str | None, now: datetime | None = None) -> float:
    """Parse a Retry-After header, which is seconds or a date; 0 if it is neither."""
    if not retry_after:
        return 0.0
    try:
        seconds = float(retry_after)
        return max(0.0, seconds) if math.isfinite(seconds) else 0.0
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())


KEY = "SENTEMO_LLM_KEY"
"""The environment variable that holds the key, unless another is named."""
PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Status codes after which the request is retried."""
FILTERED = frozenset({"content_filter", "content_policy_violation"})
"""Error codes that mean a refusal to read this text, which counts as an answer."""
LARGEST_BODY = 4_000_000
"""Maximum number of bytes of an answer that are read."""
LONGEST_WAIT_S = 300.0
"""If a server asks for a longer wait, the run fails and can be resumed later."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """A request that got no reply."""

    what: str
    retry_after: str | None = None
    is_unreadable: bool = False


@dataclass(frozen=True)
class Endpoint:
    """A model on a server. Cached replies are not requested again."""

    url: str
    """The URL up to and including `/v1`."""
    model: str
    settings: Settings = field(default_factory=Settings)
    wants_json: bool = False
    """Whether to ask for the JSON schema of the answer."""
    cache: ReplyCache | None = None
    key: str = field(default="", repr=False)
    waiting: Waiting = field(default_factory=Waiting)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            is_plain = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        except ValueError:
            parts, is_plain = urlsplit(""), False
        if not is_plain or parts.username or parts.password:
            raise UsageError(
                "The endpoint's address can't be used",
                f"Write it like http://127.0.0.1:8080/v1, without user name, key or query; a key belongs in ${KEY}",
            )

    def replies(self, asks: Sequence[Ask], run: int, on_progress: OnProgress | None = None) -> list[Reply]:
        """Send the requests that are not cached, several at once; identical requests of a run are sent once.

        Raises `SentemoError` if the server can't be reached or keeps failing, `UsageError` if it refuses the key, the
        model or the request. Replies received by then are cached.
        """
        places: dict[bytes, list[int]] = {}
        for place, ask in enumerate(asks):
            places.setdefault(self._digest(ask, run), []).append(place)
        found: dict[bytes, Reply] = {}
        with self.cache.opened() if self.cache else nullcontext() as cache:
            if cache:
                found = {key: reply for key in places if (reply := cache.get(key))}
            missing = {key: asks[where[0]] for key, where in places.items() if key not in found}
            for key, reply in self._asked(missing, run):
                found[key] = reply
                if cache and reply.is_readable:
                    cache.put(key, reply)
                if on_progress:
                    on_progress(len(found), len(places))
        by_place = {place: found[key] for key, where in places.items() for place in where}
        return [by_place[place] for place in range(len(asks))]

    def _asked(self, asks: dict[bytes, Ask], run: int) -> Iterator[tuple[bytes, Reply]]:
        """Yield each reply as it arrives; after the first failure, wait for those under way, as they are paid for."""
        if not asks:
            return
        stop, failures = Event(), []
        with _client(self) as client, ThreadPoolExecutor(self.settings.concurrency) as pool:
            futures: dict[Future[Reply | None], bytes] = {
                pool.submit(self._reply, client, ask, run, stop): key for key, ask in asks.items()
            }
            try:
                for future in as_completed(futures):
                    try:
                        reply = future.result()
                    except SentemoError as error:
                        failures.append(error)
                        continue
                    if reply:
                        yield futures[future], reply
            finally:  # also on Ctrl-C
                stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
        if failures:
            raise failures[0]

    def _reply(self, client: Client, ask: Ask, run: int, stop: Event) -> Reply | None:
        """Retry one request until it is answered or the retries are used up; None if another one failed meanwhile."""
        if stop.is_set():
            return None
        try:
            attempt = 0
            while isinstance(found := self._attempt(client, ask, run), _Failure):
                if asked_wait_s(found.retry_after) > LONGEST_WAIT_S:
                    raise self._failed(f"asks to wait {asked_wait_s(found.retry_after):.0f} s", ask)
                if attempt == self.settings.retries:
                    if found.is_unreadable:
                        return Reply("", 0.0, 0.0, is_readable=False)
                    raise self._failed(found.what, ask)
                if stop.wait(self.waiting.seconds(attempt, found.retry_after)):
                    return None
                attempt += 1
            return found
        except SentemoError:
            stop.set()
            raise

    def _attempt(self, client: Client, ask: Ask, run: int) -> Reply | _Failure:
        """Send a request once; raise `UsageError` for an answer that retrying won't change."""
        import httpx2

        start = time.monotonic()
        try:
            status, headers, body = self._post(client, self._body(ask, run))
        except httpx2.TimeoutException:
            return _Failure(f"did not answer within {self.settings.timeout_s:g} s")
        except httpx2.RequestError as error:
            return _Failure(f"could not be reached or broke off ({type(error).__name__})")
        latency_s = time.monotonic() - start
        if status == 200:
            return self._read(body, latency_s) or _Failure("", is_unreadable=True)
        if read_error_code(body) in FILTERED:
            return Reply("", latency_s / self.settings.concurrency, latency_s)
        if status not in PASSING:
            raise self._refused(status, read_error_code(body), ask)
        return _Failure(f"answered {status}", headers.get("retry-after"))

    def _post(self, client: Client, body: dict[str, Any]) -> tuple[int, Any, bytes]:
        """Send a request, with a timeout for all of it: a slow server may send a byte now and then."""
        import httpx2

        deadline = time.monotonic() + self.settings.timeout_s
        content = bytearray()
        response: Response
        with client.stream("POST", f"{self.url.rstrip('/')}/chat/completions", json=body) as response:
            for chunk in response.iter_bytes():
                content += chunk
                if time.monotonic() > deadline:
                    raise httpx2.ReadTimeout("too slow")
                if len(content) > LARGEST_BODY:
                    break
        return response.status_code, response.headers, bytes(content)

    def _read(self, body: bytes, latency_s: float) -> Reply | None:
        if (found := read_completion(body)) is None:
            return None
        share = latency_s / self.settings.concurrency
        return Reply(found.text, share, latency_s, found.prompt_tokens, found.completion_tokens)

    def _body(self, ask: Ask, run: int) -> dict[str, Any]:
        chosen = self.settings
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": ask.prompt}],
            "temperature": chosen.temperature,
            "max_tokens": chosen.max_tokens,
            "seed": chosen.seed + run,
            "top_k": chosen.top_k or None,
            "response_format": answer_schema(ask.options) if self.wants_json and chosen.schema else None,
            **chosen.further(),
        }
        return {name: value for name, value in body.items() if value is not None}

    def _digest(self, ask: Ask, run: int) -> bytes:
        """Hash everything that decides a reply; also the run, as the seed may be left out of the request."""
        whole = json.dumps([self.url, self._body(ask, run), run], sort_keys=True)
        return hashlib.sha256(whole.encode()).digest()

    def _failed(self, what: str, ask: Ask) -> SentemoError:
        step = "Replies so far are cached unless --no-cache was given: repeat the command once it answers"
        return SentemoError(f"The endpoint {self.url} {what}, for {ask.where}", step)

    def _refused(self, status: int, code: str, ask: Ask) -> UsageError:
        said = f"{status}, {code}" if code else str(status)
        steps = {
            401: f"Set its key in the environment: {KEY}, or the variable named by --key-env",
            403: "Check the permissions of its key",
            404: f"Check the address and that it serves the model {self.model!r}",
        }
        usual = "Check what it accepts: --set schema=false sends no JSON schema, --set body=... changes fields"
        cause = f"The endpoint {self.url} refused the request ({said}) for {ask.where}"
        return UsageError(cause, steps.get(status, usual))


def read_key(variable: str) -> str:
    """Read a key from the environment; raise `UsageError` if a variable other than the default isn't set."""
    key = os.environ.get(variable, "").strip()
    if not key and variable != KEY:
        raise UsageError(f"The environment variable {variable} is not set", "Set it to the endpoint's key")
    if not (key.isascii() and key.isprintable()):
        raise UsageError(f"The key in {variable} contains characters that no key has", "Set it again")
    return key


@contextmanager
def _client(endpoint: Endpoint) -> Iterator[Client]:
    try:
        import httpx2
    except ImportError as error:
        raise MissingExtra("httpx2, which talks to endpoints,", "llm") from error
    headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
    limits = httpx2.Limits(max_connections=endpoint.settings.concurrency)
    with httpx2.Client(headers=headers, timeout=endpoint.settings.timeout_s, limits=limits) as client:
        yield client
