"""Firefox, driven by WebDriver BiDi over its own socket: Playwright drives patched builds of it alone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect


class Firefox:
    """One window."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.asked = socket, 0
        self.faults: list[str] = []
        """What the page wrote to the console as an error, and what it didn't catch."""
        self._ask("session.new", capabilities={})
        self.context = self._ask("browsingContext.getTree")["contexts"][0]["context"]
        self._ask("session.subscribe", events=["log.entryAdded"])

    def open(self, url: str, width: int, height: int) -> None:
        """Open a page in a window of that size."""
        self._ask("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": height})
        self._ask("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def run(self, source: str) -> Any:
        """Evaluate an expression in the page, wait for it, and return it as JSON."""
        wrapped = f"Promise.resolve({source}).then((value) => JSON.stringify(value ?? null))"
        target = {"context": self.context}
        found = self._ask("script.evaluate", expression=wrapped, target=target, awaitPromise=True)
        assert found["type"] == "success", found["exceptionDetails"]["text"]
        return json.loads(found["result"]["value"])

    def wait(self, condition: str) -> None:
        """Wait until an expression is true."""
        look = f"const look = () => ({condition}) ? done(true) : setTimeout(look, 50);"
        assert self.run(f"new Promise((done) => {{ {look} look(); }})")

    def _ask(self, method: str, **params: Any) -> Any:
        self.asked += 1
        self.socket.send(json.dumps({"id": self.asked, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv(60))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.faults.append(message["params"]["text"])
            if message.get("id") == self.asked:
                assert message["type"] == "success", message
                return message["result"]


@contextmanager
def firefox(program: str, profile: Path) -> Iterator[Firefox]:
    """Start Firefox with an empty profile; it is gone afterwards."""
    words = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            lines = (line for line in process.stderr if "WebDriver BiDi listening on" in line)
            address = next(lines).split()[-1]
            with connect(f"{address}/session", max_size=None) as socket:
                yield Firefox(socket)
        finally:
            process.kill()
