"""Files of Label Studio: a project's JSON export to conversations, and conversations to tasks for import."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from sentemo.errors import BadInput
from sentemo.formats.label_studio import Interface, annotations_of
from sentemo.formats.lines import open_binary
from sentemo.formats.source import Source
from sentemo.formats.turns import Place, checked
from sentemo.types import Conversation, Labeler

CONTROLS = ("paragraphlabels", "choices")
"""The types of results that are labels of a turn or of a text."""
SPEAKERS = ("speaker", "author", "name")
"""Keys of a dialogue's rows that may hold who speaks."""


def read_label_studio(source: Source) -> Iterator[Conversation]:
    """Yield the conversations of a project's JSON export, with the labels of each task's newest annotation.

    Raises `BadInput` for what is not such an export.
    """
    place = Place(source)
    with open_binary(source) as stream:
        try:
            tasks = json.loads(stream.read().decode())
        except (ValueError, RecursionError):
            place.refuse("The file is not valid JSON in UTF-8", "Export the project as JSON")
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        place.refuse("The file is not a list of tasks", "Export the project as JSON, not as JSON-MIN")
    for task in tasks:
        interface = _interface_of(task)
        passage = interface and interface.read(task)
        if passage:
            yield checked(passage.conversation, place)


def write_label_studio(conversations: Iterable[Conversation], path: str | PathLike[str], labeler: Labeler) -> int:
    """Write tasks to import into a project, each annotated by the labeler, and return how many.

    Beside them, a file with `.xml` in place of the extension holds the labelling interface, with the labeler's labels.
    Raises `BadInput` where the files can't be written.
    """
    interface = Interface.usual(labeler.labels)
    tasks = [interface.task(talk, labeler.predict([talk])[0]) for talk in conversations]
    out = Path(path)
    try:
        out.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        out.with_suffix(".xml").write_text(interface.xml, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"Cannot write: {error.strerror}", "Choose a folder with room", path=out) from None
    return len(tasks)


def _interface_of(task: Mapping[str, Any]) -> Interface | None:
    """Return the interface that a task's own annotation and data tell."""
    data = task.get("data")
    if not isinstance(data, Mapping):
        return None
    controls = [*_controls(task)]
    for name, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            speaker = next((key for key in SPEAKERS if key in value[0]), "author")
            return Interface(controls[0] if controls else "", "", name, (), True, speaker)
    return Interface(controls[0] if controls else "", "", "text", (), False) if "text" in data else None


def _controls(task: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the tags that the results of a task's annotations go by."""
    for each in annotations_of(task):
        results = each.get("result")
        for result in results if isinstance(results, list) else []:
            if isinstance(result, Mapping) and result.get("type") in CONTROLS:
                yield str(result.get("from_name"))
