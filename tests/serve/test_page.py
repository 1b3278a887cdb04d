"""How the page's files are given out; what is in them is tested in `page/`."""

from __future__ import annotations

import pytest

from sentemo.serve.page import FOLDER, POLICY
from tests.serve.served import Running


@pytest.mark.slow
@pytest.mark.evidence("server.page")
def test_every_file_is_given_under_the_policy(server: Running) -> None:
    assert server.http.get("/").content == (FOLDER / "index.html").read_bytes()
    for path in FOLDER.rglob("*.*"):
        reply = server.http.get(f"/page/{path.relative_to(FOLDER).as_posix()}")
        assert reply.content == path.read_bytes() and reply.headers["Content-Security-Policy"] == POLICY
        assert reply.headers["X-Content-Type-Options"] == "nosniff" and reply.headers["Cache-Control"] == "no-cache"
        again = server.http.get(str(reply.url), headers={"If-None-Match": reply.headers["ETag"]})
        assert again.status_code == 304 and not again.content
    assert server.http.get("/").headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "name", ["", "/", "none.js", "../page.py", "%2e%2e/page.py", "..%2fpage.py", "%00", "/etc/passwd"]
)
def test_nothing_else_is(server: Running, name: str) -> None:
    reply = server.http.get(f"/page/{name}")
    assert reply.status_code == 404 and name not in reply.json()["error"].values()
