"""The reference of the API, made of the server's own description."""

from __future__ import annotations

import json

from playwright.sync_api import Browser

from tests.serve.page.visitor import Visitor
from tests.serve.served import Running


def test_every_route_is_there_and_can_be_tried(browser: Browser, site: Running) -> None:
    with Visitor.coming(browser, site.url, "/docs") as visit:
        visit.wait("#routes .route")
        spec = site.http.get("/openapi.json").json()
        shown = set(visit.get("#routes .route").evaluate_all("(all) => all.map((each) => each.ariaLabel)"))
        assert shown == {f"{verb.upper()} {path}" for path, verbs in spec["paths"].items() for verb in verbs}
        predict = visit.page.get_by_role("region", name="POST /v1/predict")
        predict.get_by_text("Request").click()
        asked = spec["components"]["schemas"]["PredictAsked"]["properties"]
        assert set(asked) <= set(predict.locator("details").first.locator("th code").all_inner_texts())
        predict.get_by_text("Try it").click()
        predict.get_by_role("button", name="Send").click()
        visit.wait_text("[aria-label='POST /v1/predict'] pre", "conversations")
        reply = json.loads(predict.locator("pre").inner_text())
        assert reply["conversations"][0]["turns"][0]["label"] == "happiness"
