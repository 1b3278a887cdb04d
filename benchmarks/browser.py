"""How fast the page without a server is: `sentemo page --out site && python benchmarks/browser.py site`.

Needs playwright and chromium. Seconds are those of the clock; beside them stands the page's processor time, which a
busy machine changes less.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

TALKS = 20
MARK = "sentemo-benchmark"
"""In the command line of the page's process."""
ASK = "(body) => import('./page/api.js').then((m) => m.call('POST', 'v1/predict', body))"


def talks() -> list[dict[str, Any]]:
    """Read the first conversations of the project's own test split."""
    path = files("sentemo.corpora") / "everyday_data" / "test.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()[:TALKS]
    turns = [
        [{"speaker": turn.get("speaker", ""), "text": turn["text"]} for turn in json.loads(line)["turns"]]
        for line in lines
    ]
    return [{"id": str(place), "turns": each} for place, each in enumerate(turns)]


def processor_s() -> float:
    """Add up the processor time of the page's process, in seconds (Linux)."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text()
            parts = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if MARK in command and "--type=renderer" in command:
            ticks += int(parts[11]) + int(parts[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(page: Page, address: str) -> dict[str, float]:
    """Open the page, wait for its labels, then have conversations labelled."""
    start = time.perf_counter()
    page.goto(address)
    expect(page.locator("#example-preview .felt .label").first).to_be_visible(timeout=600_000)
    first, first_worked = time.perf_counter() - start, processor_s()
    expect(page.locator("#loading")).to_contain_text("on this device", timeout=600_000)
    full, full_worked = time.perf_counter() - start, processor_s()
    given = talks()
    turns, before, start = sum(len(talk["turns"]) for talk in given), processor_s(), time.perf_counter()
    for talk in given:
        page.evaluate(ASK, {"conversations": [talk], "causal": False})
    passed, worked = time.perf_counter() - start, processor_s() - before
    return {
        "first label, s": first,
        "of processor time": first_worked,
        "full model, s": full,
        "of processor time in all": full_worked,
        "turns per s": turns / passed,
        "turns per s of processor time": turns / worked,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    site = parser.parse_args().site
    print(f"to load: {sum(path.stat().st_size for path in site.rglob('*')) / 1e6:.1f} MB")
    chromium = os.environ.get("SENTEMO_CHROMIUM") or shutil.which("chromium")
    handler = partial(SimpleHTTPRequestHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as host, sync_playwright() as started:
        Thread(target=host.serve_forever, daemon=True).start()
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", f"--user-agent={MARK}"])
        page = browser.new_page()
        page.set_default_timeout(600_000)
        for name, value in measure(page, f"http://127.0.0.1:{host.server_port}/").items():
            print(f"{name}: {value:.1f}")
        browser.close()
        host.shutdown()


if __name__ == "__main__":
    main()
