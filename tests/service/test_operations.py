"""Health, metrics, logs and the documentation page."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service import logs
from service.app import create_app
from service.settings import Settings
from service.store import migrate
from tests.service.conftest import Service, Start


def test_alive_and_ready(service: Service) -> None:
    assert service.client.get("/healthz").json() == {"ok": True}
    answer = service.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"model": True, "database": True, "disk": True}


def test_not_ready_on_an_older_schema(service: Service) -> None:
    migrate.downgrade(service.core.store, migrate.revisions()[0])
    answer = service.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] is False


def test_not_ready_without_room_on_the_disk(start: Start, fresh_database: Callable[[str], str]) -> None:
    service = start(fresh_database("sqlite"), min_free_mb=2**40)
    assert service.client.get("/readyz").json()["checks"]["disk"] is False


def test_metrics_count_by_template(service: Service) -> None:
    registered = service.register()
    service.client.get(f"/api/v1/petitions/{registered['id']}", headers=service.login("viewer"))
    service.client.get("/api/v1/petitions?q=电梯", headers=service.login("viewer"))
    service.client.get("/somewhere/unknown")
    text = service.client.get("/metrics", headers=service.key("metrics:read")).text
    families = {f.name: f for f in text_string_to_metric_families(text)}
    routes = {s.labels["route"] for s in families["petition_risk_requests"].samples}
    assert {"/api/v1/petitions/{id}", "/api/v1/petitions", "unmatched"} <= routes
    assert registered["id"] not in text
    assert "somewhere" not in text
    assert families["petition_risk_overdue"].samples[0].value == 0
    assert sum(s.value for s in families["petition_risk_bands"].samples if s.name.endswith("_total")) == 1


def test_metrics_need_a_key(start: Start, fresh_database: Callable[[str], str]) -> None:
    service = start(fresh_database("sqlite"))
    assert service.client.get("/metrics").status_code == 401
    assert service.client.get("/metrics", headers=service.key("score")).status_code == 403
    assert start(fresh_database("sqlite"), metrics_public=True).client.get("/metrics").status_code == 200


def test_the_documentation_page_works_without_the_internet(open_service: Service) -> None:
    page = open_service.client.get("/docs").text
    assert not re.search(r"""(src|href)\s*=\s*["'](https?:)?//""", page)
    assert '"validatorUrl": null' in page
    for asset in re.findall(r"""(?:src|href)\s*=\s*["']([^"']+)""", page):
        assert open_service.client.get(asset).status_code == 200, asset
    assert "default-src 'self'" in open_service.client.get("/docs").headers["content-security-policy"]


def test_the_description_has_chinese_examples(open_service: Service) -> None:
    schema = open_service.client.get("/openapi.json").json()
    assert "小区" in json.dumps(schema["components"]["schemas"]["ScoreIn"]["examples"], ensure_ascii=False)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert re.search("[一-龥]", operation["summary"]), (method, path)


def test_a_line_of_the_log_holds_only_what_is_known_to_be_harmless() -> None:
    stream = io.StringIO()
    logs.configure("info", stream)
    logs.log().info("request", route="/api/v1/score", status=200, body="机密", actor="王五")
    try:
        raise ValueError("电话13800138000")
    except ValueError as error:
        logs.log_exception("failed", error)
    logging.getLogger("some.library").warning("says %s", "13800138000")
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["request", "failed", "library message", "Started server process [%d]"]
    assert lines[0]["actor"] == "[redacted]"
    assert "body" not in lines[0]
    assert lines[1]["exception"] == "ValueError"
    assert "test_operations.py" in lines[1]["stack"]
    assert "13800138000" not in stream.getvalue()
    logs.configure()


def test_a_damaged_model_is_not_served(models: object, tmp_path: object, fresh_database: Callable[[str], str]) -> None:
    import shutil
    from pathlib import Path

    from fastapi.testclient import TestClient

    from risk_model.errors import ArtifactError

    root = Path(str(tmp_path)) / "models"
    shutil.copytree(str(models), root)
    weights = root / "small" / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    app = create_app(Settings(models=root, database_url=fresh_database("sqlite")))
    with pytest.raises(ArtifactError), TestClient(app):
        pass


def test_settings_refuse_what_would_be_unsafe() -> None:
    with pytest.raises(ValueError, match="this machine only"):
        Settings(auth="off", host="0.0.0.0")
    with pytest.raises(ValueError, match="postgresql"):
        Settings(database_url="mysql://x")


def test_a_server_starts_without_what_only_studies_need() -> None:
    heavy = "{'pandas', 'pyarrow', 'sklearn', 'scipy.stats', 'plotly'}"
    program = f"import sys, service.app; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
