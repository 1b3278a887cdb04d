"""What /openapi.json promises, tried by schemathesis with good and bad data."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.evidence.plugin import Evidence
from tests.serve.served import Running

OPERATIONS = [
    ("GET", "/v1/models"),
    ("GET", "/v1/model"),
    ("POST", "/v1/predict"),
    ("POST", "/v1/explain"),
    ("POST", "/v1/adapt"),
    ("DELETE", "/v1/models/{name}"),
    ("POST", "/v1/read"),
    ("POST", "/v1/inspect"),
    ("POST", "/v1/report"),
    ("GET", "/health"),
    ("GET", "/ready"),
    ("GET", "/metrics"),
    ("POST", "/api/classify"),
    ("GET", "/api/classify/labels"),
    ("GET", "/api/modules"),
    ("GET", "/label-studio/health"),
    ("POST", "/label-studio/setup"),
    ("POST", "/label-studio/predict"),
    ("POST", "/label-studio/train"),
    ("POST", "/label-studio/webhook"),
]


def test_every_route_names_its_refusals(server: Running) -> None:
    document = server.http.get("/openapi.json").json()
    named = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]
    assert sorted(named) == sorted(OPERATIONS)
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for status, reply in operation["responses"].items():
                if int(status) >= 400:
                    assert reply["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorReply"), path
    assert "HTTPValidationError" not in document["components"]["schemas"]


MORE_THAN_A_SCHEMA_SAYS = ("/v1/explain", "/v1/adapt", "/v1/read", "/v1/inspect", "/v1/report", "/label-studio/")
"""A turn must be there, labels at least two, a chat readable, a labelling interface one that emotions go into."""


@pytest.mark.evidence("input.openapi")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_input_makes_it_fail(server: Running, method: str, path: str, evidence: Evidence) -> None:
    """No 5xx, no hang, no reply of another form than promised; good data taken, bad data refused."""
    operation = schemathesis.openapi.from_url(f"{server.url}/openapi.json")[path][method]
    excluded = [positive_data_acceptance] if path.startswith(MORE_THAN_A_SCHEMA_SAYS) else []
    calls = 0
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))

    @settings(
        max_examples=evidence.scale(30, 1000), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=cases)
    def call(case: Case) -> None:
        nonlocal calls
        calls += 1
        case.call_and_validate(timeout=30, excluded_checks=excluded)

    call()
    evidence.count(calls, "calls")
    assert server.http.get("/health").status_code == 200
