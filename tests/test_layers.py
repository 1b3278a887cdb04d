"""Imports go down the table of the design only, and there are no cycles."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import sentemo

ORDER = (
    "files",
    "times",
    "types",
    "judgement",
    "inputs",
    "label_sets",
    "labeler",
    "shares",
    "testing",
    "formats",
    "corpora",
    "batching",
    "heads",
    "tags",
    "network",
    "encoders",
    "inference",
    "artifacts",
    "adaptation",
    "explanation",
    "live",
    "model",
    "evaluation",
    "llm",
    "export",
    "training",
    "static",
    "loading",
    "integrations",
    "bulk",
    "report",
    "serve",
    "site",
    "cli",
    "__main__",
)
LAYER = {name: place for place, name in enumerate(ORDER)} | {"errors": 0, "sentemo": -1}
"""`sentemo` itself holds the version; what it exports, it imports when asked for."""
ROOT = Path(sentemo.__file__).parent
HEAVY = {
    "torch",
    "pytorch_metric_learning",
    "sentence_transformers",
    "transformers",
    "sklearn",
    "matplotlib",
    "pyarrow",
    "pydantic",
    "httpx2",
    "fastapi",
    "uvicorn",
    "websockets",
    "prometheus_client",
    "fsspec",
    "ray",
    "onnx",
    "onnxruntime",
    "onnxscript",
}


def modules() -> dict[str, Path]:
    """Give every module of ours by its dotted name."""
    named = {}
    for path in ROOT.rglob("*.py"):
        parts = ("sentemo", *path.relative_to(ROOT).with_suffix("").parts)
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return named


MODULES = modules()


def imports(path: Path, *, at_import: bool = False) -> Iterator[str]:
    """Give what a module imports, inside functions and for type checkers too unless only `at_import` counts."""
    todo: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        if at_import and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if at_import and isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path.name} imports relatively"
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                yield below if below in MODULES else node.module
        todo += ast.iter_child_nodes(node)


def layer_of(module: str) -> int:
    parts = module.split(".")
    return LAYER[parts[1] if len(parts) > 1 else parts[0]]


def test_every_module_has_its_layer() -> None:
    assert len(MODULES) > 50
    assert {name.split(".")[1] for name in MODULES if "." in name} == {*ORDER, "errors"}


@pytest.mark.parametrize("module", sorted(MODULES.keys() - {"sentemo"}))
def test_imports_go_down_only(module: str) -> None:
    for name in imports(MODULES[module]):
        if name.split(".")[0] == "sentemo":
            assert name in MODULES, f"{module} imports {name}, which is not there"
            assert layer_of(name) <= layer_of(module), f"{module} imports {name}"


@pytest.mark.slow
def test_there_are_no_cycles() -> None:
    sorter = TopologicalSorter(
        {
            module: {name for name in imports(path) if name in MODULES and name != "sentemo"}
            for module, path in MODULES.items()
        }
    )
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail(f"a cycle of imports: {error.args[1]}")


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("sentemo.network")))
def test_the_network_knows_torch_alone(module: str) -> None:
    foreign = {name.split(".")[0] for name in imports(MODULES[module])} - sys.stdlib_module_names
    assert foreign <= {"torch", "sentemo"}
    assert all(name.startswith("sentemo.network") for name in imports(MODULES[module]) if name.startswith("sentemo"))


@pytest.mark.parametrize(
    "module",
    sorted(name for name in MODULES if name.split(".")[1:2] in (["corpora"], ["types"], ["errors"], ["testing"])),
)
def test_corpora_types_and_checks_know_no_torch(module: str) -> None:
    assert not any(name.split(".")[0] == "torch" for name in imports(MODULES[module]))


TORCH = {
    *("network", "training"),
    *("encoders.reader", "encoders.sentence", "inference.modules", "artifacts.trained"),
    *("export.write", "export.linear8", "static.distillation", "static.module"),
}
"""What computes with torch; all else labels without it."""


@pytest.mark.slow
def test_torch_is_imported_where_models_are_trained_and_nowhere_else() -> None:
    for module, path in MODULES.items():
        trains = any(f"{module}.".startswith(f"sentemo.{each}.") for each in TORCH)
        found = {name.split(".")[0] for name in imports(path, at_import=True)}
        known = {name for name in imports(path, at_import=True) if name.startswith("sentemo.")}
        assert trains or "torch" not in found, module
        for name in known:
            below = any(f"{name}.".startswith(f"sentemo.{each}.") for each in TORCH)
            assert trains or not below or name == "sentemo.network.shape", f"{module} imports {name}"


def test_language_models_know_labelers_and_evaluation_alone() -> None:
    known = {"llm", "evaluation", "labeler", "types", "errors"}
    for module in (name for name in MODULES if name.startswith("sentemo.llm")):
        found = {name.split(".")[1] for name in imports(MODULES[module]) if name.startswith("sentemo.")}
        assert found <= known, module


@pytest.mark.slow
def test_the_reproduction_takes_no_private_name_and_is_not_known() -> None:
    beside = ROOT.parent.parent / "reproduction"
    for path in beside.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sentemo":
                names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
                assert not [name for name in names if name.startswith("_") and name != "__version__"], path
    assert not any(name.split(".")[0] == "reproduction" for path in MODULES.values() for name in imports(path))


def test_light_modules_import_nothing_heavy() -> None:
    light = [
        name
        for name in MODULES
        if name.split(".")[1:2] in ([], ["types"], ["errors"], ["testing"], ["corpora"], ["llm"], ["bulk"], ["cli"])
        or name in ("sentemo.encoders.encoder", "sentemo.encoders.encoder")
    ]
    for module in light:
        for name in imports(MODULES[module], at_import=True):
            assert name.split(".")[0] not in HEAVY, f"{module} imports {name} at its import"
    loaded = subprocess.run(
        [sys.executable, "-c", "import sentemo, sentemo.cli, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not HEAVY & set(loaded)


def test_the_reader_of_imports_sees_them_all(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text(
        "import a\nfrom b.c import d\nif TYPE_CHECKING:\n    import e\ndef f():\n    import g\nclass H:\n    import i\n"
    )
    assert sorted(imports(source)) == ["a", "b.c", "e", "g", "i"]
    assert sorted(imports(source, at_import=True)) == ["a", "b.c", "i"]
