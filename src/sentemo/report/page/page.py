"""The page: a summary in words, then every figure, then its limitations."""

from __future__ import annotations

from importlib.resources import files

from sentemo.report.figures import Results
from sentemo.report.outcomes import BAD, STRETCH
from sentemo.report.page import people, spread, talks
from sentemo.report.page.charts import Found
from sentemo.report.page.html import Markup, between, counted, day, el, join, listed, percent
from sentemo.report.page.spread import MOST_ROWS


def source(report: Results) -> str:
    """Name what was read."""
    names = [name.rpartition("/")[2] for name in report.read["files"] if name]
    return listed(names, 3) if names else counted(report.read["conversations"], "conversation")


def summary(report: Results) -> list[str]:
    """Summarise the main results in a few sentences."""
    read, found = report.read, Found(report)
    sizes = ((read["turns"], "turn"), (read["speakers"], "speaker"), (read["conversations"], "conversation"))
    turns, speakers, conversations = (counted(number, noun) for number, noun in sizes)
    when = f", {day(read['first'])} to {day(read['last'])}" if read["first"] else ""
    return [f"{turns} of {speakers} in {conversations}{when}.", *_frequent(found), *_differences(found)]


def _frequent(found: Found) -> list[str]:
    """Describe the most frequent emotions."""
    rows = found.shares("all").get("all", {})
    ranked = sorted((mark for mark in found.emotions if rows and rows[mark]["count"]), key=lambda m: -rows[m]["share"])
    if not ranked:
        return []
    told = [f"{mark} ({percent(rows[mark]['share'])})" for mark in ranked]
    neutral = found.report.labels.neutral
    rest = f"{percent(rows[neutral]['share'])} of the turns are {neutral}. " if neutral else ""
    then = f", then {listed(told[1:3])}" if told[1:] else ""
    return [f"{rest}The most frequent emotion is {told[0]}{then}."]


def _differences(found: Found) -> list[str]:
    """Describe the clearest difference between two speakers whose intervals don't overlap."""
    best, sentence = 0.0, ""
    for mark in found.emotions:
        points = found.points("speaker", mark)[:MOST_ROWS]
        if len(points) < 2:
            return []
        high, low = max(points, key=lambda point: point.value), min(points, key=lambda point: point.value)
        gap = high.low - low.high
        if gap > best:
            best = gap
            sentence = (
                f"The clearest difference between speakers is {mark}: {high.name} {percent(high.value)} "
                f"({between(high.low, high.high)}), {low.name} {percent(low.value)} ({between(low.low, low.high)})."
            )
    return [sentence] if sentence else []


BAD_AT = (
    "Complaints stated as plain facts: many are called neutral.",
    "Sarcasm that reads as praise.",
    "Feelings that only a later message reveals, or that are not in the words at all: tone of voice, pictures, jokes "
    "between friends.",
    "Languages other than English.",
    "Rare emotions, which are missed more often than frequent ones: see the figures of each label in the guide on "
    "generality.",
)
"""Weaknesses of the models that ship with the package; measure others with `sentemo evaluate`."""
READ_AS = (
    "It labels what is written, which is not what a person feels. Don't use it to judge people, at work or in public "
    "places, nor for medical or legal decisions."
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Forbids the browser to load or run anything, whatever the texts contain."""
FEW = 2
"""Minimum number of conversations for a ranking."""


def page(report: Results) -> str:
    """Return the page."""
    found = Found(report)
    title = f"Emotions in {source(report)}"
    shown = [(name, heading, body) for name, heading, body in _sections(found) if body]
    contents = el("ol", *(el("li", el("a", heading, href=f"#{name}")) for name, heading, _ in shown))
    main = el(
        "main",
        el("header", el("h1", title), *(el("p", sentence, class_="lead") for sentence in summary(report))),
        el("nav", contents, aria_label="Contents"),
        *(el("section", el("h2", heading, id=name), body, aria_labelledby=name) for name, heading, body in shown),
    )
    head = join(
        el("title", title),
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        Markup(f"<style>{_styles()}</style>"),
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{main}</body></html>\n'


def _styles() -> str:
    package = files("sentemo")
    return "\n".join(
        (package / path).read_text(encoding="utf-8") for path in ("serve/page/tones.css", "report/page/style.css")
    )


def _sections(found: Found) -> list[tuple[str, str, Markup | None]]:
    tables, many = found.report.tables, found.read["conversations"] >= FEW
    columns = [
        (f"by-{number}", f"By {name}", _column(found, name)) for number, name in enumerate(found.read["columns"])
    ]
    return [
        ("speakers", "Who feels what", spread.compared(found, "speaker")),
        ("time", "Over time", spread.over_time(found)),
        *columns,
        ("look", "Conversations to look at", _look(found) if many and tables["rankings"] else None),
        ("course", "Timeline of each conversation", talks.courses(found)),
        ("turning", "Turning points", people.turning(found)),
        ("moments", "Moments that stand out", talks.moments(found)),
        ("answers", "How people answer each other", people.answers(found)),
        ("pauses", "Time to answer", people.pauses(found) if tables["pauses"] else None),
        ("words", "Words typical of each emotion", _words(found)),
        ("trust", "How far to trust this", _trust(found)),
    ]


def _column(found: Found, name: str) -> Markup:
    went = talks.outcomes(found, name) if found.rows("outcomes", by=name) else None
    weekly = spread.by_week(found, name)
    return join(spread.compared(found, name), went, weekly)


def _look(found: Found) -> Markup:
    how = (
        f"A bad stretch is {STRETCH} turns in a row of which at least {BAD} are negative. A conversation ended badly "
        f"if its last {STRETCH} turns are one, and recovered if it had one and none of its last {STRETCH} turns is "
        "negative. "
        "“Most” goes by the lower end of a share's interval, so that a few turns alone don't lead."
    )
    went = talks.went(found) if found.rows("outcomes", by="all") else None
    return join(went, el("p", how, class_="muted"), talks.rankings(found))


def _words(found: Found) -> Markup:
    how = (
        "How many turns of an emotion each word is in, against all other turns: weighted log-odds with an informative "
        "prior (Monroe et al. 2008), the clearest first. Only words whose 95% interval excludes chance are shown."
    )
    return join(el("p", how, class_="muted"), talks.words(found))


def _trust(found: Found) -> Markup:
    read, model = found.read, found.report.model
    who = f"The model “{model['name']}” labelled these turns" if model else "The labels were in the files"
    missing = f" {counted(read['unlabelled'], 'turn')} got no label and are not counted." if read["unlabelled"] else ""
    return join(
        el("p", f"{who}.{missing} {READ_AS}"),
        el("p", "The models that come with sentemo are bad at:"),
        el("ul", *(el("li", each) for each in BAD_AT), class_="plain"),
        el(
            "p",
            f"Intervals cover 95%: {read['resamples']} resamples of {read['resampled']}, and none where there is only "
            "one. They say how far the figures would move with other conversations of the same kind. They don't "
            "include the model's own mistakes, which a few dozen turns labelled by you would show: sentemo evaluate.",
        ),
    )
