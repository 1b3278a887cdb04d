"""Debian's Firefox, driven over WebDriver BiDi, which it speaks by itself."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 120
QUIET = """
user_pref("browser.aboutConfig.showWarning", false);
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("browser.safebrowsing.downloads.enabled", false);
"""


class Firefox:
    """One page of a Firefox."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._numbers = socket, itertools.count(1)
        self.logged: list[str] = []
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._context = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            reply = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if reply.get("method") == "log.entryAdded" and reply["params"]["level"] in ("error", "warn"):
                self.logged.append(str(reply["params"]["text"]))
            if reply.get("id") == number:
                assert reply["type"] == "success", reply
                return reply["result"]  # type: ignore[no-any-return]

    def open(self, url: str, width: int, height: int, ratio: float = 1) -> None:
        """Open a page at a size, in pixels of CSS."""
        size = {"width": width, "height": height}
        self._ask("browsingContext.setViewport", context=self._context, viewport=size, devicePixelRatio=ratio)
        self._ask("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def run(self, expression: str) -> Any:
        """Return what an expression of JavaScript gives, as JSON values."""
        function = f"async () => JSON.stringify(await ({expression}) ?? null)"
        found = self._ask(
            "script.callFunction", functionDeclaration=function, awaitPromise=True, target={"context": self._context}
        )
        assert found["type"] == "success", found
        return json.loads(found["result"]["value"])

    def wait(self, condition: str) -> None:
        """Wait until a condition holds."""
        end = time.monotonic() + PATIENCE_S
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < end, condition
            time.sleep(0.1)


@contextmanager
def firefox(program: str, profile: Path, dark: bool = False) -> Iterator[Firefox]:
    """Start a Firefox without a window, and end it."""
    (profile / "user.js").write_text(f'{QUIET}user_pref("ui.systemUsesDarkTheme", {int(dark)});\n')
    log = profile / "log"
    command = [
        program,
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        "--remote-debugging-port=0",
        "about:blank",
    ]
    with log.open("w") as errors, subprocess.Popen(command, stderr=errors, stdout=subprocess.DEVNULL) as started:
        try:
            with connect(f"{_address(log)}/session", max_size=2**26, open_timeout=PATIENCE_S) as socket:
                yield Firefox(socket)
        finally:
            started.terminate()
            started.wait(60)


def _address(log: Path) -> str:
    end = time.monotonic() + PATIENCE_S
    while not (found := re.search(r"BiDi listening on (ws://\S+)", log.read_text())):
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)
    return found[1]
