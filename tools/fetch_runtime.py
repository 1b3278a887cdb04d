"""Fetch onnxruntime-web for the tests of the page without a server: `python tools/fetch_runtime.py TARGET.tgz`."""

from __future__ import annotations

import sys
from pathlib import Path

from sentemo.site.runtime import check, fetch

if __name__ == "__main__":
    target = Path(sys.argv[1])
    if not target.is_file():
        fetch(target)
    check(target)
