"""Build the site's folder: the server's own page, the code of its worker, the models."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from sentemo.artifacts.hub import find
from sentemo.errors import UsageError
from sentemo.files import staged_folder
from sentemo.site.assets import Assets, first_model, full_model
from sentemo.site.runtime import VERSION, WASM, runtime_files

RUNTIME = f"""onnxruntime-web {VERSION} (runtime/), https://github.com/microsoft/onnxruntime
Copyright (c) Microsoft Corporation. MIT License:

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def notices(model: str, first: str | None) -> bytes:
    """Return the page's notices; each model's card states where its weights come from and their permitted use."""
    cards = [(find(name) / "README.md").read_text(encoding="utf-8") for name in (model, first) if name]
    own = "sentemo (page/, app/): Apache-2.0.\n"
    return "\n\n----\n\n".join([own, RUNTIME, *cards]).encode()


INDEX, SITE, WORKER = "index.html", "site.json", "service-worker.js"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'"
)
HEAD = (
    f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
    '  <meta name="referrer" content="no-referrer">\n'
    '  <link rel="stylesheet" href="app/site.css">\n'
    '  <script type="module" src="app/status.js"></script>\n'
)
OF_THE_SERVER = ("docs.html", "docs.js", "docs.css")
"""The page's files about the server's API."""
WORDS = {
    "paste-hint": "Lines of <code>Name: text</code>, a WhatsApp export (.txt), JSON lines or CSV. "
    "Drop a file anywhere.",
    "privacy": "Your texts stay on this device: the model runs in this page, which sends nothing anywhere. "
    "It forgets them when it is closed or reloaded, unless you choose <em>Keep in this browser</em>. It remembers the "
    "theme, and until you close the tab the sensitivity.",
}
"""Text that differs from the server's page, by the id or class of its paragraph."""


def build(out: Path, *, model: str = "default", first: str | None = "static", runtime: Path | None = None) -> int:
    """Write the site atomically; return the number of bytes that a visitor loads.

    `model` is the full model, `first` the static one that labels until that is loaded, `runtime` npm's archive of
    onnxruntime-web (by default it is downloaded). Raises `UsageError` for a folder with other contents and for a model
    that can't run in a browser, `BadInput` if the runtime can't be obtained.
    """
    check_free(out)
    found = dict(runtime_files(runtime))
    assets = Assets()
    site: dict[str, Any] = {"name": Path(model).name, "runtime": assets.add("runtime", found.pop(WASM))}
    site |= full_model(model, assets)
    site["first"] = first_model(first, site["model"]["config"]["labels"], assets) if first else None
    content = {f"runtime/{name}": code for name, code in found.items()} | _page() | assets.content
    content[SITE] = json.dumps(site, ensure_ascii=False).encode()
    content["NOTICES.txt"] = notices(model, first if site["first"] else None)
    content[WORKER] = _service_worker(content)
    with staged_folder(out) as staged:
        for path, each in content.items():
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_bytes(each)
    return sum(map(len, content.values()))


def check_free(out: Path) -> None:
    """Raise `UsageError` for a folder that contains anything but a site."""
    if out.exists() and not (out / SITE).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} contains something else", "Choose a new folder, or remove it")


def _page() -> dict[str, bytes]:
    """Return the server's page with the changes for use without a server, such as another `transport.js`."""
    page, app = _texts("sentemo.serve", "page"), _texts("sentemo.site", "app")
    found = {f"page/{name}": text for name, text in page.items() if name not in (INDEX, *OF_THE_SERVER)}
    found |= {f"app/{name}": text for name, text in app.items() if name not in ("transport.js", WORKER)}
    found["page/transport.js"] = app["transport.js"]
    found[INDEX] = index(page[INDEX])
    return {path: text.encode() for path, text in found.items()}


def _texts(package: str, folder: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def collect(at: Traversable, prefix: str) -> None:
        for each in at.iterdir():
            if each.is_dir():
                collect(each, f"{prefix}{each.name}/")
            else:
                found[f"{prefix}{each.name}"] = each.read_text(encoding="utf-8")

    collect(files(package) / folder, "")
    return dict(sorted(found.items()))


def index(html: str) -> str:
    """Add the site's policy, modules and text to the page."""
    html = html.replace('<meta charset="utf-8">\n', f'<meta charset="utf-8">\n  {HEAD}', 1)
    html = html.replace('    <p><a href="docs">API</a></p>\n', "")
    for name, words in WORDS.items():
        html = re.sub(rf'(<p [^>]*(?:id|class)="{name}"[^>]*>).*?(</p>)', rf"\g<1>{words}\2", html, flags=re.DOTALL)
    return html


def _service_worker(content: Mapping[str, bytes]) -> bytes:
    sums = {path: hashlib.sha256(each).hexdigest() for path, each in content.items()}
    code = (files("sentemo.site") / "app" / WORKER).read_text(encoding="utf-8")
    return f"const FILES = {json.dumps(sums, indent=1)};\n{code}".encode()
