"""The page that tells what was found."""

from __future__ import annotations

from typing import Any

from .rows import ROWS, Row

HEAD = """# Evidence

What the project promises when things go wrong, and what was found. Each row is carried by tests, marked
`@pytest.mark.evidence("row")`; every change runs their short form.

```
make evidence                    # the short form, in minutes; writes bench/evidence.md
make evidence FULL=1             # the full form, about an hour; writes this page
make evidence FULL=1 ROW=server  # rows of tests/evidence/rows.py that start so; the others stay as they are
```

"""


Found = dict[str, Any]


def page(rows: dict[str, Found]) -> str:
    """Write it."""
    sections = dict.fromkeys(row.section for row in ROWS.values())
    return HEAD + machines(rows) + "".join(section(name, rows) for name in sections)


def machines(rows: dict[str, Found]) -> str:
    """Tell on what it was measured, and how long it took."""
    minutes = sum(found["seconds"] for found in rows.values()) / 60
    return f"Measured in {minutes:.0f} minutes on {'; '.join(sorted({found['machine'] for found in rows.values()}))}.\n"


def section(name: str, rows: dict[str, Found]) -> str:
    """Write the table of a section."""
    lines = [line(key, rows.get(key)) for key, row in ROWS.items() if row.section == name]
    return f"\n## {name}\n\n| promise | found | | form, date, commit |\n| :-- | :-- | :-- | :-- |\n" + "".join(lines)


def line(key: str, found: Found | None) -> str:
    """Write a row."""
    if found is None:
        return f"| {ROWS[key].target} | | not measured | |\n"
    checks = found["passed"] + len(found["failed"])
    told = [*found["figures"], *([f"{found['passed']:,} of {checks:,} checks pass"] if checks else [])]
    told += [f"{len(found['skipped'])} skipped ({'; '.join(dict.fromkeys(found['skipped']))})"] * (
        checks > 0 < len(found["skipped"])
    )
    when = f"{found['form']}, {found['date']}, {found['commit']}"
    return f"| {ROWS[key].target} | {'; '.join(told)} | {verdict(ROWS[key], found)} | {when} |\n"


def verdict(row: Row, found: Found) -> str:
    """Tell whether the promise holds."""
    if found["failed"]:
        return "**missed**: " + (row.why or ", ".join(f"`{test}`" for test in found["failed"][:3]))
    if not found["passed"]:
        return "not measured: " + "; ".join(dict.fromkeys(found["skipped"]))
    return f"holds ({row.why})" if row.why else "holds"
