"""Sections on single conversations: timelines, the moments that stand out, rankings, outcomes, typical words."""

from __future__ import annotations

from collections import Counter

from sentemo.report.batch import Row
from sentemo.report.figures import moment
from sentemo.report.moments import Course
from sentemo.report.page.charts import Found, strip
from sentemo.report.page.html import Child, Markup, between, clock, counted, el, folded, join, percent, table

LANES = 4
"""Maximum number of speakers with their own lane."""
RANKED = 5
"""Conversations that a ranking shows before it is expanded."""


def courses(found: Found) -> Markup:
    """Draw each conversation, a lane for each speaker."""
    every, total = found.report.courses, found.read["conversations"]
    how = "Each bar is a turn, or a few: its height is how probable an emotion is, its colours say which ones."
    if len(every) < total:
        how += f" Of {total:,} conversations, these {len(every)} lead one of the rankings."
    drawn = el("div", *(_course(found, course) for course in every), class_="courses")
    return join(el("p", how, class_="muted"), drawn)


def _course(found: Found, course: Course) -> Markup:
    speakers = [name for name, _ in Counter(course.speakers).most_common(LANES)]
    lanes = [_lane(found, course, name) for name in sorted(speakers, key=course.speakers.index)]
    start = moment(course.start_s)
    about = f"{clock(start)} · " if start else ""
    words = el("span", f"{about}{counted(len(course.labels), 'turn')}", class_="muted")
    caption = el("figcaption", el("strong", course.id), " ", words)
    return el("figure", caption, *lanes, class_="course", id=f"course-{course.number}")


def _lane(found: Found, course: Course, speaker: str) -> Markup:
    amounts = [each if who == speaker else None for who, each in zip(course.speakers, course.amounts, strict=True)]
    own = Counter(label for who, label in zip(course.speakers, course.labels, strict=True) if who == speaker and label)
    told = ", ".join(f"{label} {count}" for label, count in own.most_common())
    title = f"{speaker} in {course.id}: turns by emotion: {told}"
    drawn = strip(title, amounts, found.emotions, found.tones)
    return el("div", el("span", speaker, class_="lane"), drawn, class_="row")


def moments(found: Found) -> Markup:
    """Quote the highest-scoring turns of each emotion and tag, with the turns around them."""
    blocks = []
    for mark in (*found.emotions, *found.tags):
        rows = found.rows("moments", mark=mark)
        if rows:
            cards = [_moment(found, row) for row in rows]
            blocks.append(el("div", el("h3", found.tones.felt(mark)), *cards, class_="marked"))
    return el("div", *blocks, class_="columns")


def _moment(found: Found, row: Row) -> Markup:
    when = moment(row["time_s"])
    where = f"{row['conversation']}, turn {row['turn']:,}"
    about = " · ".join((where, *([clock(when)] if when else ()), f"{percent(row['score'])} sure"))
    lines = [
        el("p", el("b", f"{turn['speaker']}: "), turn["text"], class_="said" if place == row["at"] else "around")
        for place, turn in enumerate(row["turns"])
    ]
    return el("blockquote", *lines, el("footer", about), class_=f"moment {found.tones.css(row['mark'])}")


def rankings(found: Found) -> Markup:
    """List the conversations with the most of each emotion, that ended badly, and that recovered."""
    drawn = {course.number for course in found.report.courses}
    blocks = []
    for name in dict.fromkeys(row["ranking"] for row in found.report.tables["rankings"]):
        items = [_ranked(row, name, drawn) for row in found.rows("rankings", ranking=name)]
        more = folded(f"{len(items) - RANKED} more", el("ol", *items[RANKED:])) if items[RANKED:] else None
        heading = el("h3", f"{name[0].upper()}{name[1:]}")
        blocks.append(el("div", heading, el("ol", *items[:RANKED]), more, class_="ranked"))
    return el("div", *blocks, class_="columns")


def _ranked(row: Row, name: str, drawn: set[int]) -> Markup:
    mark = name.removeprefix("most ")
    value = f"{percent(row[mark] / row['turns'])} {mark}" if mark in row else _worst(row)
    start = moment(row["start_s"])
    about = " · ".join((*([clock(start)] if start else ()), counted(row["turns"], "turn"), value))
    id = row["conversation"]
    link = el("a", id, href=f"#course-{row['number']}") if row["number"] in drawn else id
    return el("li", link, el("span", f" {about}", class_="muted"))


def _worst(row: Row) -> str:
    """Describe how negative the worst or last turns are, by their probabilities."""
    at_end = row["outcome"] == "ended badly"
    return f"{percent(row['end'] if at_end else row['worst'])} negative at its {'end' if at_end else 'worst'}"


def went(found: Found) -> Markup:
    """State the share of all conversations that ended badly and that recovered."""
    rows = {row["outcome"]: row for row in found.rows("outcomes", by="all")}
    told = [
        f"{percent(rows[outcome]['share'])} ({between(rows[outcome]['low'], rows[outcome]['high'])}) {outcome}"
        for outcome in ("ended badly", "recovered")
    ]
    return el("p", f"Of {counted(rows['neither']['conversations'], 'conversation')}, {told[0]} and {told[1]}.")


def outcomes(found: Found, by: str) -> Markup:
    """Tabulate the shares of conversations that ended badly or recovered, by group."""
    rows = found.rows("outcomes", by=by)
    groups = list(dict.fromkeys(row["group"] for row in rows))
    cells = {(row["group"], row["outcome"]): row for row in rows}
    lines: list[list[Child]] = [
        [
            group,
            f"{cells[group, 'neither']['conversations']:,}",
            *(_outcome(cells[group, outcome]) for outcome in ("ended badly", "recovered")),
        ]
        for group in groups
    ]
    return table(f"How conversations went, by {by}", [by, "conversations", "ended badly", "recovered"], lines)


def _outcome(row: Row) -> Markup:
    return join(percent(row["share"]), " ", el("small", between(row["low"], row["high"])))


def words(found: Found) -> Markup:
    """List the words typical of each emotion and tag."""
    blocks = []
    for mark in (*found.report.labels, *found.tags):
        rows = found.rows("words", mark=mark)
        if rows:
            items = [_word(row, max(each["z"] for each in rows)) for row in rows]
            heading = el("h3", found.tones.felt(mark))
            blocks.append(el("div", heading, el("ol", *items), class_=f"typical {found.tones.css(mark)}"))
    if not blocks:
        return el("p", "There is too little text to tell.", class_="muted")
    return el("div", *blocks, class_="columns")


def _word(row: Row, most: float) -> Markup:
    title = f"in {row['turns']:,} turns here, in {row['elsewhere']:,} elsewhere"
    return el(
        "li",
        el("span", row["word"], class_="word"),
        el("span", "", class_="meter", style=f"--part: {row['z'] / most:.3f}"),
        el("span", f"{row['turns']:,}", class_="number", title=title),
    )
