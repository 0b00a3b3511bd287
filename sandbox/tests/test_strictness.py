"""Types, lengths, enums, dates, references, bodies (dokstamp-api.md 6 to 14)."""

import pytest

from .conftest import errors

UNKNOWN = "0b0e7a52-6f5f-4b7e-9d84-6a1f6d0c9e01"


@pytest.mark.parametrize(
    ("path", "required"),
    [
        ("/institutions", {"name", "country"}),
        ("/organizations", {"name", "institution_uuid"}),
        ("/courses", {"name", "institution_uuid"}),
        ("/modules", {"name", "institution_uuid"}),
        ("/cohorts", {"course_uuid", "code"}),
        ("/students", {"name", "email", "date_of_birth"}),
        ("/enrollments", {"student_uuid", "course_uuid", "enrolled_at"}),
        (
            "/certificates",
            {"institution_uuid", "course_uuid", "student_uuid", "file_uuid"},
        ),
        ("/certificate-templates", {"name", "version", "institution_uuid", "path"}),
    ],
)
def test_required_fields(api, path, required):
    assert errors(api.post(path)) == required
    blank = api.post(path, **dict.fromkeys(required, "  "))
    assert errors(blank) == required


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("/institutions", "name", "x" * 256),
        ("/institutions", "name", 7),
        ("/institutions", "website", "example"),
        ("/institutions", "status", "closed"),
        ("/institutions", "is_badges_enabled", "true"),
        ("/courses", "workload_hours", "40"),
        ("/courses", "workload_hours", 7.5),
        ("/courses", "workload_hours", True),
        ("/courses", "status", "open"),
        ("/courses", "institution_uuid", 7),
        ("/courses", "institution_uuid", "6f0d6c1e-5d0b-1a3c-9b0e-1d5a4f1c7a01"),
        ("/modules", "code", "x" * 21),
        ("/modules", "name", "x" * 151),
        ("/modules", "credits", 7.5),
        ("/modules", "workload", -1),
        ("/modules", "modality", "presential"),
        ("/modules", "level", "school"),
        ("/cohorts", "modality", "in_person"),
        ("/cohorts", "start_date", "soon"),
        ("/students", "email", "ana"),
        ("/students", "email", "ana@example.com, bo@example.com"),
        ("/students", "date_of_birth", "03/02/2001"),
        ("/students", "date_of_birth", "2001-02-30"),
        ("/students", "date_of_birth", "2001-02-03T00:00:00Z"),
        ("/enrollments", "completion_status", "ongoing"),
        ("/enrollments", "grade", 10.01),
        ("/enrollments", "grade", -1),
        ("/enrollments", "grade", 7.125),
        ("/enrollments", "grade", "7"),
        ("/enrollments", "completed_at", "2025-01-31T00:00:00Z"),
    ],
)
def test_wrong_value(api, path, field, value):
    assert field in errors(api.post(path, **{field: value}))


def test_reference_to_nothing(api):
    answer = api.post("/courses", name="Pottery", institution_uuid=UNKNOWN)
    assert errors(answer) == {"institution_uuid"}
    answer = api.post("/courses", name="Pottery", institution_uuid=api.student())
    assert errors(answer) == {"institution_uuid"}


def test_the_longest_allowed_and_any_script(api):
    institution = api.institution(name="مدرسة 🎓" + "x" * 248)
    module = api.module(institution, name="ß" * 150, code="é" * 20)
    shown = api.get(f"/modules/{module}").json()["data"]
    assert (shown["name"], shown["code"]) == ("ß" * 150, "é" * 20)
    row = api.rows("institutions")[0]
    assert row["name"].startswith("مدرسة 🎓")


def test_dates_come_back_as_datetimes(api):
    course = api.course(api.institution())
    student = api.student()
    api.enrollment(student, course, grade=10)
    uuid = api.enrollment(student, course, completed_at="2025-06-30", grade=9.25)
    shown = api.get(f"/enrollments/{uuid}").json()["data"]
    assert shown["enrolled_at"] == "2025-01-31T00:00:00.000000Z"
    assert shown["completed_at"] == "2025-06-30T00:00:00.000000Z"
    assert shown["grade"] == 9.25
    student = api.get("/students").json()["data"][0]
    assert student["date_of_birth"] == "2001-02-03"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"name": "\xff"}', "application/json"),
        (b'{"name": "\\ud800"}', "application/json"),
        (b'{"grade": NaN}', "application/json"),
        (b'{"name": "Ana"}', "text/plain"),
    ],
)
def test_malformed_body(api, body, kind):
    headers = {"Content-Type": kind}
    answer = api.http.post("/students", content=body, headers=headers)
    assert answer.status_code == 400


def test_error_shapes_differ_by_generation(api):
    newer = api.get(f"/students/{UNKNOWN}").json()
    assert newer == {"success": False, "message": "Resource not found."}
    assert api.post("/students").json()["success"] is False
    api.options(generation="older")
    older = api.get(f"/students/{UNKNOWN}").json()
    message = rf"No query results for model [App\Student] {UNKNOWN}"
    assert older == {"message": message}
    refused = api.post("/students").json()
    assert refused.keys() == {"message", "errors"}
    assert refused["message"] == "The given data was invalid."


def test_unknown_keys_are_ignored_or_refused(api):
    institution = api.institution(colour="red")
    api.options(unknown_keys="reject")
    answer = api.patch(f"/institutions/{institution}", colour="blue")
    assert errors(answer) == {"colour"}


def test_enabled_badges_need_an_image(api):
    institution = api.institution()
    path = f"/institutions/{institution}"
    assert errors(api.patch(path, is_badges_enabled=True)) == {"badge_image_uuid"}
    image = api.upload(b"\x89PNG\r\n\x1a\n...", name="badge.png").json()["data"][0]
    enabled = {"is_badges_enabled": True, "badge_image_uuid": image["uuid"]}
    assert api.get(f"{path}/badges/issuers").status_code == 404
    assert api.patch(path, **enabled).status_code == 200
    assert api.get(f"{path}/badges/issuers").json()["type"] == "Issuer"


def test_unknown_address_and_method(api):
    assert api.get("/teachers").status_code == 404
    assert api.put("/students").status_code == 405
