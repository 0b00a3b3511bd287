"""Lists, filters, updates, uniqueness, tenancy, deletion (dokstamp-api.md 3 to 21)."""

import pytest

from .conftest import errors


def test_list_is_paged_and_the_page_is_capped(api):
    for number in range(5):
        api.student(f"s{number}@example.com")
    api.options(per_page_default=2, per_page_max=3)
    first = api.get("/students").json()
    assert first["meta"] == {"current_page": 1, "per_page": 2, "total": 5}
    capped = api.get("/students", per_page=50, page=2).json()
    assert capped["meta"] == {"current_page": 2, "per_page": 3, "total": 5}
    emails = [student["email"] for student in capped["data"]]
    assert emails == ["s3@example.com", "s4@example.com"]


def test_filters_are_combined_and_sorted(api):
    institution = api.institution()
    for code, status in (("B", "active"), ("A", "active"), ("C", "draft")):
        api.course(institution, code=code, status=status)
    query = {"where[status]": "active", "sort[column]": "code"}
    found = api.get("/courses", **query).json()["data"]
    assert [course["code"] for course in found] == ["A", "B"]
    query |= {"where[code]": "C"}
    assert api.get("/courses", **query).json()["meta"]["total"] == 0
    found = api.get("/courses", **{"sort[column]": "code", "sort[order]": "desc"})
    assert [course["code"] for course in found.json()["data"]] == ["C", "B", "A"]


def test_email_with_plus_can_be_looked_up(api):
    uuid = api.student("ana+pottery@example.com")
    found = api.get("/students", **{"where[email]": "ana+pottery@example.com"}).json()
    assert [student["uuid"] for student in found["data"]] == [uuid]
    assert api.get("/students", **{"where[email]": "ANA@example.com"}).json()[
        "meta"
    ] == {"current_page": 1, "per_page": 15, "total": 0}


@pytest.mark.parametrize(("policy", "total"), [("ignore", 2), ("honour", 1)])
def test_unknown_filter(api, policy, total):
    institution = api.institution()
    for code in ("A", "B"):
        body = {"name": code, "code": code, "institution_uuid": institution}
        api.created("/organizations", **body)
    api.options(unknown_filter=policy)
    found = api.get("/organizations", **{"where[code]": "A"}).json()
    assert found["meta"]["total"] == total


def test_unknown_filter_may_be_refused(api):
    api.options(unknown_filter="reject")
    assert errors(api.get("/organizations", **{"where[code]": "A"})) == {"where.code"}


def test_enrollments_may_be_filtered_by_student(api):
    course = api.course(api.institution())
    ana, bo = api.student(), api.student("bo@example.com")
    api.enrollment(ana, course)
    api.enrollment(bo, course)
    query = {"where[student_uuid]": ana}
    assert api.get("/enrollments", **query).json()["meta"]["total"] == 2
    api.options(enrollments_filter_student=True)
    assert api.get("/enrollments", **query).json()["meta"]["total"] == 1


def test_patch_changes_what_it_names_and_is_logged(api):
    course = api.course(api.institution(), code="P1")
    answer = api.patch(f"/courses/{course}", name="Pottery II", code="P1")
    assert answer.json()["data"]["name"] == "Pottery II"
    assert answer.json()["data"]["code"] == "P1"
    assert errors(api.patch(f"/courses/{course}", name=None)) == {"name"}
    line = api.rows("audit")[-1]
    assert (line["event"], line["auditable_uuid"]) == ("updated", course)
    assert line["old_values"] == {"name": "Pottery"}
    assert line["new_values"] == {"name": "Pottery II"}


def test_put_may_clear_what_it_omits(api):
    institution = api.institution()
    course = api.course(institution, code="P1")
    body = {"name": "Pottery", "institution_uuid": institution}
    assert api.put(f"/courses/{course}", **body).json()["data"]["code"] == "P1"
    api.options(put_clears=True, update_status=204)
    assert api.put(f"/courses/{course}", **body).content == b""
    assert api.get(f"/courses/{course}").json()["data"]["code"] is None


def test_success_key_and_list_links_are_options(api):
    api.options(success_true_on_success=True, list_links=True)
    listed = api.get("/students").json()
    assert listed["success"] is True
    assert listed["meta"]["last_page"] == 1


def test_student_email_is_unique_in_the_tenant(api, other):
    ana = api.student()
    other.student()
    again = {"name": "Ana", "email": "ana@example.com", "date_of_birth": "2001-02-03"}
    assert errors(api.post("/students", **again)) == {"email"}
    bo = api.student("bo@example.com")
    taken = api.patch(f"/students/{bo}", email="ana@example.com")
    assert errors(taken) == {"email"}
    assert api.patch(f"/students/{ana}", email="ana@example.com").status_code == 200


def test_deleted_student_may_still_hold_the_email(api):
    api.options(deleted_email_blocks=True)
    assert api.delete(f"/students/{api.student()}").status_code == 204
    body = {"name": "Ana", "email": "ana@example.com", "date_of_birth": "2001-02-03"}
    assert errors(api.post("/students", **body)) == {"email"}
    api.options(deleted_email_blocks=False)
    assert api.post("/students", **body).status_code == 201


def test_module_code_is_unique_in_the_institution(api):
    one, two = api.institution(), api.institution()
    api.module(one, code="M1")
    api.module(two, code="M1")
    again = api.post("/modules", name="Clay", code="M1", institution_uuid=one)
    assert errors(again) == {"code"}


def test_scope_of_course_and_cohort_codes(api):
    institution = api.institution()
    one, two = api.course(institution, code="P"), api.course(institution, code="P")
    api.options(course_code_unique="institution")
    body = {"name": "P", "code": "P", "institution_uuid": institution}
    assert errors(api.post("/courses", **body)) == {"code"}
    api.created("/cohorts", code="2025", course_uuid=one)
    cohort = {"code": "2025", "course_uuid": two}
    assert errors(api.post("/cohorts", **cohort)) == {"code"}
    api.options(cohort_code_scope="course")
    assert api.post("/cohorts", **cohort).status_code == 201


def test_enrollment_may_be_unique(api):
    course, student = api.course(api.institution()), api.student()
    api.enrollment(student, course)
    api.enrollment(student, course)
    api.options(enrollment_unique=True)
    body = {"student_uuid": student, "course_uuid": course}
    again = api.post("/enrollments", enrolled_at="2025-02-01", **body)
    assert errors(again) == {"student_uuid"}


def test_tenants_do_not_see_each_other(api, other):
    institution = api.institution()
    assert other.get(f"/institutions/{institution}").status_code == 404
    assert other.patch(f"/institutions/{institution}", name="x").status_code == 404
    assert other.get("/institutions").json()["meta"]["total"] == 0
    foreign = other.post("/courses", name="x", institution_uuid=institution)
    assert errors(foreign) == {"institution_uuid"}


def test_deleted_record_is_gone_and_cannot_be_referred_to(api):
    institution = api.institution()
    assert api.delete(f"/institutions/{institution}").status_code == 204
    assert api.get(f"/institutions/{institution}").status_code == 404
    assert api.get("/institutions").json()["data"] == []
    answer = api.post("/courses", name="x", institution_uuid=institution)
    assert errors(answer) == {"institution_uuid"}
    assert api.rows("institutions")[0]["deleted_at"]


def test_cohort_of_another_course_is_refused(api):
    institution = api.institution()
    one, two = api.course(institution), api.course(institution)
    cohort = api.created("/cohorts", code="2025", course_uuid=one)["uuid"]
    body = {"student_uuid": api.student(), "course_uuid": two, "cohort_uuid": cohort}
    answer = api.post("/enrollments", enrolled_at="2025-02-01", **body)
    assert errors(answer) == {"cohort_uuid"}


def _school(api):
    institution = api.institution()
    course = api.course(institution)
    module = api.module(institution)
    api.post(f"/courses/{course}/attach/modules", modules=[{"uuid": module}])
    cohort = api.created("/cohorts", code="2025", course_uuid=course)["uuid"]
    student = api.student()
    enrollment = api.enrollment(student, course, cohort_uuid=cohort)
    return {
        "enrollments": enrollment,
        "students": student,
        "cohorts": cohort,
        "modules": module,
        "courses": course,
        "institutions": institution,
    }


@pytest.mark.parametrize("status", [403, 409, 422, 500])
def test_what_something_leans_on_cannot_be_deleted(api, status):
    api.options(blocked_delete_status=status)
    school = _school(api)
    for entity in ("students", "cohorts", "modules", "courses", "institutions"):
        answer = api.delete(f"/{entity}/{school[entity]}")
        assert answer.status_code == status, entity
        assert api.get(f"/{entity}/{school[entity]}").status_code == 200


def test_deletion_from_the_leaves_to_the_root(api):
    school = _school(api)
    detached = api.delete(
        f"/courses/{school['courses']}/detach/modules", modules=[school["modules"]]
    )
    assert detached.status_code == 200
    for entity, uuid in school.items():
        assert api.delete(f"/{entity}/{uuid}").status_code == 204, entity
    assert set(api.control("GET", "state").values()) == {0, len(api.rows("audit"))}


def test_batch_destroy_is_all_or_nothing_or_not(api):
    ana, bo = api.student(), api.student("bo@example.com")
    api.enrollment(ana, api.course(api.institution()))
    both = {"uuids": [bo, ana]}
    assert api.delete("/students/batch/destroy", **both).status_code == 409
    assert api.get("/students").json()["meta"]["total"] == 2
    api.options(batch_destroy="skip_protected", batch_destroy_status=200)
    answer = api.delete("/students/batch/destroy", **both).json()
    assert answer["data"] == {"deleted": [bo], "failed": [ana]}
