"""Misbehaviour on demand, each kind over a real connection."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from .conftest import errors, eventually

STUDENT = {
    "name": "Ana",
    "email": "ana@example.com",
    "date_of_birth": "2001-02-03",
}


def answers(api):
    try:
        return api.get("/students").status_code == 200
    except httpx.RemoteProtocolError:
        return False


def test_status_with_headers_and_body_instead_of_the_work(api):
    answer = {"status": 503, "headers": {"Retry-After": "7"}, "json": {"a": 1}}
    api.fault(method="POST", path="/students", **answer)
    refused = api.post("/students", **STUDENT)
    assert (refused.status_code, refused.json()) == (503, {"a": 1})
    assert refused.headers["Retry-After"] == "7"
    assert api.rows("students") == []
    assert api.post("/students", **STUDENT).status_code == 201


def test_skip_times_and_hits(api):
    api.fault(path="/stud.*", skip=1, times=2, status=500)
    seen = [api.get("/students").status_code for _ in range(4)]
    assert seen == [200, 500, 500, 200]
    assert api.get("/courses").status_code == 200
    (rule,) = api.control("GET", "faults")
    assert (rule["seen"], rule["hits"]) == (3, 2)
    api.control("DELETE", "faults")
    assert api.control("GET", "faults") == []


def test_only_the_request_that_carries_a_text(api):
    api.fault(body_contains="bo@example.com", times=None, status=500)
    assert api.post("/students", **STUDENT).status_code == 201
    bo = STUDENT | {"email": "bo@example.com"}
    assert [api.post("/students", **bo).status_code for _ in range(2)] == [500, 500]


@pytest.mark.parametrize(("drop", "stored"), [("before", 0), ("after", 1)])
def test_connection_dropped_before_or_after_the_work(api, drop, stored):
    api.fault(method="POST", drop=drop)
    with pytest.raises(httpx.RemoteProtocolError):
        api.post("/students", **STUDENT)
    assert len(api.rows("students")) == stored
    (row,) = api.ledger(method="POST", path="/students")
    assert (row["outcome"], row["status"]) == ("dropped", None)
    assert row["body"] == STUDENT
    assert api.get("/students").status_code == 200


@pytest.mark.parametrize(("drop", "stored"), [("hang", 0), ("hang_after", 1)])
def test_silence(api, drop, stored):
    api.fault(method="POST", path="/students", drop=drop, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        api.http.post("/students", json=STUDENT, timeout=0.3)
    assert len(api.rows("students")) == stored
    (row,) = api.ledger(method="POST", path="/students")
    assert row["outcome"] == "open"


def test_silence_ends_in_a_closed_connection(api):
    api.fault(drop="hang", seconds=0.1)
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/students")
    assert api.ledger(path="/students")[0]["outcome"] == "hung"


def test_reset_cuts_what_still_waits(api):
    api.fault(method="POST", delay=30)
    with pytest.raises(httpx.ReadTimeout):
        api.http.post("/students", json=STUDENT, timeout=0.2)
    api.control("POST", "reset")
    api.control("GET", "options")  # by its answer the loop has gone on with what waited
    assert api.rows("students") == []
    assert api.ledger() == []


def test_delay_then_the_work(api):
    api.fault(delay=0.3)
    started = time.monotonic()
    assert api.get("/students").status_code == 200
    assert time.monotonic() - started >= 0.3


def test_client_that_gave_up_is_noted(api):
    api.fault(method="POST", delay=0.4)
    with pytest.raises(httpx.ReadTimeout):
        api.http.post("/students", json=STUDENT, timeout=0.1)
    eventually(lambda: api.ledger(path="/students")[0]["outcome"] == "abandoned")
    assert len(api.rows("students")) == 1


def test_server_error_after_the_work(api):
    api.fault(method="POST", after_status=502)
    assert api.post("/students", **STUDENT).status_code == 502
    assert len(api.rows("students")) == 1


def test_another_body_after_the_work(api):
    api.fault(method="POST", after_body="<html>")
    answer = api.post("/students", **STUDENT)
    assert (answer.status_code, answer.text) == (201, "<html>")
    assert len(api.rows("students")) == 1


def test_work_done_twice_answers_for_the_second_time(api):
    body = api.certificate_body()
    api.fault(method="POST", path="/certificates", repeat=True)
    refused = api.post("/certificates", **body, finish=True)
    assert errors(refused) == {"file_uuid"}
    (certificate,) = api.rows("certificates")
    assert (certificate["status"], certificate["file_uuid"]) == (
        "issued",
        body["file_uuid"],
    )
    assert len(api.ledger(method="POST", path="/certificates")) == 1


def test_truncated_empty_and_mislabelled_answers(api):
    whole = api.get("/students")
    api.fault(truncate=True)
    half = api.get("/students")
    assert half.text == whole.text[: len(whole.text) // 2]
    assert int(half.headers["Content-Length"]) == len(half.content)
    api.fault(empty=True)
    assert api.get("/students").content == b""
    api.fault(content_type="text/html")
    mislabelled = api.get("/students")
    assert mislabelled.headers["Content-Type"] == "text/html"
    assert mislabelled.json() == whole.json()


@pytest.mark.parametrize("status", [200, 502])
def test_page_of_a_proxy(api, status):
    api.fault(method="POST", html=status)
    page = api.post("/students", **STUDENT)
    assert page.status_code == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert api.rows("students") == []


def test_outage_and_its_end(api):
    api.control("POST", "outage", {"mode": "refuse_503"})
    assert api.get("/students").status_code == 503
    assert api.service_token("demo-client", "demo-secret").status_code == 503
    api.control("DELETE", "outage")
    assert api.get("/students").status_code == 200
    api.control("POST", "outage", {"mode": "drop", "seconds": 0.3})
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/students")
    eventually(lambda: answers(api))


@pytest.mark.parametrize("kind", ["seconds", "date", "none"])
def test_rate_limit_is_per_tenant_and_slides(api, other, kind):
    limit = {"per_minute": 120, "window_seconds": 1.0, "retry_after": kind}
    api.options(rate_limit=limit)
    seen = [api.get("/students") for _ in range(3)]
    assert [answer.status_code for answer in seen] == [200, 200, 429]
    assert other.get("/students").status_code == 200
    value = seen[-1].headers.get("Retry-After")
    if kind == "none":
        assert value is None
    elif kind == "seconds":
        assert int(value) >= 1
    else:
        assert parsedate_to_datetime(value) > datetime.now(UTC)
    eventually(lambda: answers(api))


@pytest.mark.parametrize(
    "rule", [{}, {"status": 500, "colour": "red"}, {"path": "(", "status": 500}]
)
def test_senseless_rule_is_refused(api, rule):
    with pytest.raises(httpx.HTTPStatusError, match="422"):
        api.fault(**rule)
