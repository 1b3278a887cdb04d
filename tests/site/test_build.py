"""What can be wrong before a site is written, and what its page says."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from sentemo.errors import BadInput, UsageError
from sentemo.site.build import POLICY, WORDS, build, check_free, index
from sentemo.site.runtime import VERSION


def test_another_runtime_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.tgz"
    other.write_bytes(b"not the archive")
    with pytest.raises(BadInput, match=f"not onnxruntime-web {VERSION}"):
        build(tmp_path / "site", runtime=other)
    with pytest.raises(BadInput, match="Cannot open"):
        build(tmp_path / "site", runtime=tmp_path / "none.tgz")
    assert not (tmp_path / "site").exists()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    check_free(tmp_path)
    check_free(tmp_path / "new")
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        check_free(tmp_path)
    (tmp_path / "site.json").write_text("{}")
    check_free(tmp_path)


def test_the_page_has_its_policy_and_its_words() -> None:
    html = index((files("sentemo.serve") / "page" / "index.html").read_text(encoding="utf-8"))
    assert POLICY in html and "app/status.js" in html
    for words in WORDS.values():
        assert html.count(words) == 1
    assert "docs" not in html and "this server" not in html and "://" not in html.replace("http://www.w3.org", "")
