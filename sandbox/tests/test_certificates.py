"""Certificates, templates, portfolio (dokstamp-api.md 13.1, 16, 17)."""

import httpx
import pytest

from .conftest import PDF, errors

ISSUED_AT = "2025-02-01T00:00:00Z"
BOTH_WAYS = [{"finish": True}, {"status": "issued", "issued_at": ISSUED_AT}]


@pytest.mark.parametrize("wish", BOTH_WAYS)
def test_issued_at_once(api, wish):
    body = api.certificate_body()
    certificate = api.created("/certificates", **body, **wish)
    assert certificate["status"] == "issued"
    assert certificate["issued_at"]
    assert certificate["files"] == [{"type": "certificate", "uuid": body["file_uuid"]}]
    assert certificate["student"] == {"uuid": body["student_uuid"], "name": "Ana Lima"}
    page = httpx.get(certificate["public_verification_url"])
    assert "This certificate is valid." in page.text
    assert "Ana Lima" in page.text


@pytest.mark.parametrize("wish", [{}, {"finish": False}, {"status": "draft"}])
def test_draft_is_not_verifiable(api, process, wish):
    certificate = api.created("/certificates", **api.certificate_body(), **wish)
    assert certificate["status"] == "draft"
    assert certificate["public_verification_url"] is None
    page = httpx.get(f"{process.url}/verify/{certificate['uuid'][:8]}")
    assert page.status_code == 404
    assert "No certificate has been issued" in page.text


@pytest.mark.parametrize(
    ("issue_by", "wish"),
    [("finish", {"status": "issued"}), ("status", {"finish": True})],
)
def test_the_other_generations_way_may_mean_nothing(api, issue_by, wish):
    api.options(issue_by=issue_by)
    certificate = api.created("/certificates", **api.certificate_body(), **wish)
    assert certificate["status"] == "draft"


@pytest.mark.parametrize("wish", BOTH_WAYS)
def test_existing_draft_can_be_issued_or_not(api, wish):
    uuid = api.created("/certificates", **api.certificate_body())["uuid"]
    api.options(issue_existing_draft="reject")
    assert errors(api.patch(f"/certificates/{uuid}", **wish)) == {"status"}
    api.options(issue_existing_draft="allow")
    answer = api.patch(f"/certificates/{uuid}", **wish)
    assert answer.json()["data"]["status"] == "issued"
    assert errors(api.patch(f"/certificates/{uuid}", **wish)) == {"status"}


def test_file_serves_one_certificate_only(api):
    body = api.certificate_body()
    api.created("/certificates", **body)
    assert errors(api.post("/certificates", **body)) == {"file_uuid"}
    assert api.get(f"/files/{body['file_uuid']}").json()["data"]["used_at"]
    assert len(api.rows("certificates")) == 1


def test_what_belongs_elsewhere_is_refused(api):
    body = api.certificate_body()
    course = api.course(body["institution_uuid"])
    enrollment = api.enrollment(body["student_uuid"], course)
    answer = api.post("/certificates", **body | {"enrollment_uuid": enrollment})
    assert errors(answer) == {"enrollment_uuid"}
    answer = api.post("/certificates", **body | {"institution_uuid": api.institution()})
    assert errors(answer) == {"course_uuid"}


def test_revoked_with_a_reason_that_the_public_sees(api):
    body = api.certificate_body()
    uuid = api.created("/certificates", **body, finish=True)["uuid"]
    path = f"/certificates/{uuid}/revoke"
    revoked = api.put(path, revocation_reason="Wrong <name>").json()["data"]
    assert revoked["status"] == "revoked"
    assert revoked["revoked_at"]
    page = httpx.get(revoked["public_verification_url"]).text
    assert "has been revoked" in page
    assert "Wrong &lt;name&gt;" in page
    assert errors(api.put(path)) == {"status"}
    api.options(revoke_again="accept")
    assert api.put(path).status_code == 200


def test_revoking_without_a_body_and_revoking_a_draft(api):
    body = api.certificate_body()
    uuid = api.created("/certificates", **body)["uuid"]
    path = f"/certificates/{uuid}/revoke"
    assert errors(api.http.put(path)) == {"status"}
    api.options(revoke_draft="accept")
    assert api.http.put(path).json()["data"]["status"] == "revoked"


def test_expired_certificate_stays_expired(api):
    uuid = api.created("/certificates", **api.certificate_body(), finish=True)["uuid"]
    api.control("PATCH", f"state/certificates/{uuid}", {"status": "expired"})
    shown = api.get(f"/certificates/{uuid}").json()["data"]
    assert shown["status"] == "expired"
    assert "has expired" in httpx.get(shown["public_verification_url"]).text
    assert errors(api.put(f"/certificates/{uuid}/revoke")) == {"status"}
    assert errors(api.patch(f"/certificates/{uuid}", finish=True)) == {"status"}


def test_slow_pipeline_ends_after_some_reads(api):
    api.options(certificate_pipeline="async", async_ready_after_reads=2)
    created = api.created("/certificates", **api.certificate_body(), finish=True)
    assert created["status"] == "draft"
    assert created["public_verification_url"] is None
    path = f"/certificates/{created['uuid']}"
    seen = [api.get(path).json()["data"]["status"] for _ in range(3)]
    assert seen == ["draft", "draft", "issued"]
    query = {"where[status]": "issued"}
    assert api.get("/certificates", **query).json()["meta"]["total"] == 1


def test_subject_is_frozen_and_student_notified_once(api):
    body = api.certificate_body()
    api.created("/certificates", **body, finish=True)
    api.patch(f"/students/{body['student_uuid']}", name="Ana Reis")
    (snapshot,) = api.rows("snapshots")
    assert (snapshot["name"], snapshot["email"]) == ("Ana Lima", "ana@example.com")
    assert len(api.rows("notifications")) == 1
    api.options(generation="older")
    more = {"file_uuid": api.file(PDF + b"2")}
    api.created("/certificates", **body | more, status="issued")
    assert len(api.rows("notifications")) == 1


def test_issued_certificate_cannot_be_deleted_and_protects_what_it_leans_on(api):
    body = api.certificate_body()
    uuid = api.created("/certificates", **body, finish=True)["uuid"]
    assert api.delete(f"/certificates/{uuid}").status_code == 409
    api.options(delete_issued_certificate="allow")
    assert api.delete("/certificates/batch/destroy", uuids=[uuid]).status_code == 204
    student = f"/students/{body['student_uuid']}"
    assert api.delete(student).status_code == 409, "the snapshot remains"
    assert api.delete(f"/courses/{body['course_uuid']}").status_code == 204


def test_draft_can_be_deleted(api):
    uuid = api.created("/certificates", **api.certificate_body())["uuid"]
    assert api.delete(f"/certificates/{uuid}").status_code == 204


@pytest.mark.parametrize("link", ["student", "course", "institution"])
def test_certificates_of_a_record_can_be_counted(api, link):
    body = api.certificate_body()
    api.created("/certificates", **body)
    query = {f"where[{link}_uuid]": body[f"{link}_uuid"], "per_page": 1}
    assert api.get("/certificates", **query).json()["meta"]["total"] == 1
    query[f"where[{link}_uuid]"] = body["file_uuid"]
    assert api.get("/certificates", **query).json()["meta"]["total"] == 0


def test_templates(api):
    body = {"name": "Classic", "version": "1", "path": "templates/classic.json"}
    body |= {"institution_uuid": api.institution(), "canva_config": {"a": [1]}}
    template = api.created("/certificate-templates", **body)
    assert (template["status"], template["is_default"]) == ("active", False)
    assert template["canva_config"] == {"a": [1]}
    assert errors(api.post("/certificate-templates", **body | {"canva_config": 1})) == {
        "canva_config"
    }


def test_portfolio(api, other):
    body = api.certificate_body()
    certificate = api.created("/certificates", **body, finish=True)["uuid"]
    pages = f"/students/{body['student_uuid']}/pages"
    assert errors(api.post(pages, slug="Ana Lima")) == {"slug"}
    page = api.created(pages, slug="ana-lima", is_public=True)["uuid"]
    taken = other.post(f"/students/{other.student()}/pages", slug="ana-lima")
    assert errors(taken) == {"slug"}
    items = f"{pages}/{page}/items"
    item = api.created(items, certificate_uuid=certificate, sort_order=1)["uuid"]
    hidden = api.patch(f"{items}/{item}", is_visible=False).json()["data"]
    assert hidden["is_visible"] is False
    private = api.patch(f"{pages}/{page}", is_public=False).json()["data"]
    assert private["is_public"] is False
