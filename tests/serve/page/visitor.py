"""Someone who uses the page, and looks out for what must never happen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
PATIENCE_MS = 120_000
"""For what takes seconds on a machine with nothing else to do."""
WATCH = "addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective))"


@dataclass
class Visitor:
    """A page, and all that went wrong on it."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)
    allowed: str | None = None
    """A pattern of what may go wrong, where a test makes it so."""

    @classmethod
    @contextmanager
    def coming(cls, browser: Browser, url: str, path: str = "", **looks: Any) -> Iterator[Visitor]:
        """Open the page; when done, complain of errors, of broken policies and of requests to elsewhere."""
        context = browser.new_context(**({"viewport": DESKTOP, "reduced_motion": "reduce"} | looks))
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(WATCH)
        page = context.new_page()
        visitor = cls(page, url)
        page.on("console", lambda told: visitor._note(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: visitor._note(str(error)))
        page.on("request", lambda request: visitor._check_address(request.url))
        page.on("websocket", lambda socket: visitor._check_address(socket.url.replace("ws:", "http:", 1)))
        page.goto(url + path)
        yield visitor
        context.close()
        assert not visitor.wrong, visitor.wrong

    def _note(self, text: str) -> None:
        if self.allowed is None or not re.search(self.allowed, text):
            self.wrong.append(text)

    def _check_address(self, address: str) -> None:
        if not address.startswith((self.url, "blob:", "data:")):
            self.wrong.append(f"a request to {address}")

    def get(self, selector: str) -> Locator:
        """Find what a CSS selector names."""
        return self.page.locator(selector)

    def wait(self, selector: str, count: int | None = None) -> None:
        """Wait until something is there, or that many."""
        from playwright.sync_api import expect

        if count is None:
            expect(self.get(selector).first).to_be_attached(timeout=PATIENCE_MS)
        else:
            expect(self.get(selector)).to_have_count(count, timeout=PATIENCE_MS)

    def wait_text(self, selector: str, pattern: str) -> str:
        """Wait until an element's text matches; give the text."""
        from playwright.sync_api import expect

        expect(self.get(selector)).to_have_text(re.compile(pattern, re.DOTALL), timeout=PATIENCE_MS)
        return self.get(selector).inner_text()

    def example(self) -> None:
        """Have the example read."""
        self.page.click("#try-example")
        self.wait("#turns .felt .label", 13)

    def paste(self, chat: str, turns: int) -> None:
        """Have a pasted chat read."""
        self.page.fill("#paste", chat)
        self.page.click("#read")
        self.wait("#turns .felt .label", turns)

    def open(self, name: str, chat: str) -> None:
        """Open a file, and go on from what was understood of it."""
        self.page.set_input_files("#file", {"name": name, "mimeType": "", "buffer": chat.encode()})
        self.page.click("#go-on")

    def use(self, model: str) -> None:
        """Choose a model."""
        self.page.click("#open-models")
        self.page.click(f"[aria-label='Use {model}']")
        self.wait_text("#model-name", f"^{model}$")
        self.wait(f"[aria-label='Use {model}']:disabled")
        self.page.keyboard.press("Escape")

    def map(self) -> None:
        """Show the emotion map."""
        self.page.click("#tab-map")

    def labels(self) -> list[str]:
        """Give the labels that the conversation shows, hedges left out."""
        return [text.removeprefix("perhaps ") for text in self.get("#turns .felt .label").all_inner_texts()]

    def bubble(self, turn: int) -> Locator:
        """Find a turn, from 0."""
        return self.get("#turns .bubble").nth(turn)

    def explain(self, turn: int) -> None:
        """Choose a turn and wait for what it rests on."""
        self.bubble(turn).click()
        self.wait("#panel .reasons")
        self.wait("#panel [aria-busy]", 0)

    def correct(self, label: str) -> str:
        """Correct the chosen turn; give what the page says of it."""
        self.page.click(f"#panel li[data-label='{label}'] button")
        return self.wait_text("#panel .changed", "^(Corrected|Undone|Recorded)")

    def learn(self) -> str:
        """Let the model learn from the correction just made; give what the page says of it."""
        self.page.click("#panel .changed button:has-text('Learn from it')")
        self.wait_text("#panel .changed", "^Learning it would change")
        self.page.click("#panel .changed button.main")
        return self.wait_text("#panel .changed", "^Learnt")

    def within(self, module: str, expression: str) -> Any:
        """Evaluate an expression over what one of the page's modules exports, `m`."""
        return self.page.evaluate(f"import('/page/{module}').then((m) => {expression})")
