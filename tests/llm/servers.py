"""A server on loopback that answers chat completions as it is told to, well or badly."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What goes back over the wire."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    promised: int | None = None
    """A Content-Length that isn't kept."""
    byte_by_byte: bool = False


def says(text: str | None, prompt_tokens: int = 100, completion_tokens: int = 2) -> Answer:
    """Give a well-formed completion."""
    usage = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
    message = {"role": "assistant", "content": text}
    return Answer(json.dumps({"choices": [{"index": 0, "message": message}], "usage": usage}).encode())


@dataclass
class Served:
    """The server's address, and what it was asked."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0


@contextmanager
def serving(answer: Callable[[dict[str, Any], int], Answer]) -> Iterator[Served]:
    """Serve; `answer` gets each request's body and its number, from 0."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                number = len(served.requests)
                served.requests.append({"path": self.path, **body})
                served.headers.append({name.lower(): value for name, value in self.headers.items()})
                served.at_once += 1
                served.most_at_once = max(served.most_at_once, served.at_once)
            try:
                self._send(answer(body, number))
            except OSError:
                self.close_connection = True  # the client has left
            finally:
                with lock:
                    served.at_once -= 1

        def _send(self, given: Answer) -> None:
            time.sleep(given.delay_s)
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(given.promised or len(given.body)))
            self.end_headers()
            if given.byte_by_byte:
                for byte in given.body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(0.05)
            else:
                self.wfile.write(given.body)
            if given.promised:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Served(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def last_turn(body: dict[str, Any]) -> str:
    """Give the text of a request."""
    content: str = body["messages"][0]["content"]
    return content
