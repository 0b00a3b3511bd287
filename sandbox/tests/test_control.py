"""Ledger, state, options, the page."""

import httpx
import pytest

from .conftest import Api


def test_ledger_tells_what_arrived_without_secrets(api):
    api.post("/students", name="Ana")
    token, refused = api.ledger()
    assert token["body"]["client_secret"] == "…"
    assert token["answer"]["access_token"] == "…"
    assert refused["headers"]["authorization"] == "Bearer …"
    assert refused["headers"]["x-tenant"] == "demo-school"
    assert refused["status"] == 422
    assert "email" in refused["answer"]["errors"]
    assert refused["outcome"] == "answered"
    assert refused["duration_ms"] > 0


def test_ledger_is_chosen_by_id_method_and_path(api):
    api.get("/students", **{"where[email]": "a+b@example.com"})
    api.get("/courses")
    token, students, courses = api.ledger()
    assert students["query"] == {"where[email]": "a+b@example.com"}
    assert api.ledger(since=token["id"]) == [students, courses]
    assert api.ledger(path="/cou.*") == [courses]
    assert api.ledger(path="/cou") == []
    assert api.ledger(method="post") == [token]
    api.control("DELETE", "requests")
    assert api.ledger() == []
    api.get("/courses")
    assert api.ledger()[0]["id"] > courses["id"]


def test_control_is_not_in_the_ledger_nor_subject_to_faults(api, process):
    api.fault(status=500, times=None)
    api.control("GET", "state")
    assert httpx.get(process.url).status_code == 200
    assert [row["path"] for row in api.ledger()] == ["/oauth/token"]


def test_records_can_be_changed_and_removed_behind_our_back(api):
    student = api.student()
    api.control("PATCH", f"state/students/{student}", {"name": "Bo"})
    assert api.get(f"/students/{student}").json()["data"]["name"] == "Bo"
    api.control("DELETE", f"state/students/{student}")
    assert api.get(f"/students/{student}").status_code == 404
    (row,) = api.rows("students")
    assert row["tenant"] == "demo-school"
    assert row["deleted_at"]
    assert api.control("GET", "state")["students"] == 0


def test_records_can_be_made_behind_our_back(api):
    made = api.control("POST", "state/courses", {"name": "Botany", "code": "BOT"})
    assert api.get(f"/courses/{made['uuid']}").json()["data"]["code"] == "BOT"
    api.control("POST", "state/courses", {"code": "BOT", "tenant": "other-school"})
    assert [row["tenant"] for row in api.rows("courses")] == [
        "demo-school",
        "other-school",
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "state/courses", {"colour": "red"}, 422),
        ("PATCH", "options", {"colour": "red"}, 422),
        ("PATCH", "options", {"generation": "newest"}, 422),
        ("GET", "state/teachers", None, 404),
        ("GET", "requests?since=x", None, 422),
        ("GET", "requests?path=(", None, 422),
        ("PATCH", "state/students/none", {"name": "x"}, 404),
        ("PATCH", "state/students/none", {"colour": "x"}, 422),
        ("DELETE", "state/audit/none", None, 422),
    ],
)
def test_mistakes_are_told(api, method, path, body, status):
    answer = api.http.request(method, f"/_sandbox/{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["message"]


def test_reset_forgets_everything_but_the_tenants(api, process):
    api.student()
    api.options(generation="older")
    api.control("POST", "reset", {"options": {"per_page_max": 7}, "seed": True})
    options = api.control("GET", "options")
    assert (options["generation"], options["per_page_max"]) == ("newer", 7)
    assert api.get("/students").status_code == 401
    assert [row["name"] for row in api.rows("institutions")] == ["Demo School"]
    assert api.rows("students") == []
    assert Api(process.url).get("/students").json()["data"] == []


def test_page_shows_what_it_holds(api, process):
    api.student()
    api.fault(status=503, path="/courses")
    api.options(unknown_filter="honour")
    page = httpx.get(process.url).text
    assert "POST /students" in page
    assert "unknown_filter = honour" in page
    assert "/courses" in page


def test_what_was_kept_is_there_again_after_a_reset(api):
    kept = api.student()
    api.control("POST", "keep")
    api.control("PATCH", f"state/students/{kept}", {"name": "Bo"})
    later = api.student(email="bo@example.com")
    api.fault(status=500, times=None)
    api.control("POST", "reset", {"kept": True})
    rows = api.control("GET", "state/students")
    assert [row["uuid"] for row in rows] == [kept]
    assert rows[0]["name"] != "Bo"
    assert later not in [row["uuid"] for row in rows]
    assert api.control("GET", "faults") == []
