"""Whose work a site carries, and under which licences."""

from __future__ import annotations

from sentemo.artifacts.find import find
from sentemo.site.runtime import VERSION

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
    """Name the page's parts; each model's own card says where its weights come from and what they may be used for."""
    cards = [(find(name) / "README.md").read_text(encoding="utf-8") for name in (model, first) if name]
    own = "sentemo (page/, app/): Apache-2.0.\n"
    return "\n\n----\n\n".join([own, RUNTIME, *cards]).encode()
