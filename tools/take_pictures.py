"""Take the guides' pictures of page and report again: `python tools/take_pictures.py docs/figures`.

Needs the extras `serve` and `report`, playwright and chromium; the report's chat takes minutes to label.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PORT = 8199
DESKTOP, PHONE, SHEET = ({"width": 1280, "height": 860}, {"width": 390, "height": 844}, {"width": 1200, "height": 900})


@contextmanager
def served() -> Iterator[str]:
    """Serve the default model until the block ends."""
    url = f"http://127.0.0.1:{PORT}/"
    with subprocess.Popen([sys.executable, "-m", "sentemo", "serve", "--port", str(PORT)]) as server:
        try:
            for _ in range(120):
                try:
                    urllib.request.urlopen(f"{url}ready")
                    break
                except OSError:
                    sleep(1)
            yield url
        finally:
            server.terminate()


def analysed(page: Page, url: str) -> None:
    """Open the example's labels."""
    page.goto(url)
    page.click("#try-example")
    page.wait_for_selector("#turns .felt .sure")
    page.wait_for_selector("#overview li")
    page.wait_for_timeout(1500)


def explained(page: Page, turn: int) -> None:
    """Open the reasons for a turn's label."""
    page.locator("#turns .bubble").nth(turn).click()
    page.wait_for_selector("#panel .reasons")
    page.wait_for_timeout(1500)


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--turns", type=int, default=5000, help="messages of the report's chat")
    asked = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with served() as url:
            page = browser.new_page(viewport=DESKTOP)
            analysed(page, url)
            page.screenshot(path=asked.out / "page.png")
            page.emulate_media(color_scheme="dark")
            explained(page, 7)
            page.screenshot(path=asked.out / "page-explained.png")
            page = browser.new_page(viewport=PHONE)
            analysed(page, url)
            explained(page, 7)
            page.screenshot(path=asked.out / "page-phone.png")
        chat, report = Path(folder) / "WhatsApp Chat - Moving house.txt", Path(folder) / "report.html"
        made = [sys.executable, ROOT / "tests" / "report" / "whatsapp.py", str(asked.turns)]
        chat.write_bytes(subprocess.run(made, stdout=subprocess.PIPE, check=True, cwd=ROOT).stdout)
        subprocess.run([sys.executable, "-m", "sentemo", "report", chat, "--out", report], check=True)
        page = browser.new_page(viewport=SHEET)
        page.goto(report.as_uri())
        page.screenshot(path=asked.out / "report.png")
        page.evaluate("document.querySelector('#course, [id*=course]').scrollIntoView()")
        page.screenshot(path=asked.out / "report-course.png")
        browser.close()


if __name__ == "__main__":
    main()
