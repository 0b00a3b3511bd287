"""Calls that DokStamp documents (dokstamp-api.md 2, 7 to 18), one test each."""

from datetime import datetime, timezone

from odoo.tests import tagged

from ..dokstamp_api import NotFound, PasswordLogin, Rejected
from .test_api_common import SandboxCase

PDF = b"%PDF-1.7\n% diploma\n"
PNG = b"\x89PNG\r\n\x1a\n badge"


class CallCase(SandboxCase):
    def institution(self, **values):
        values = {"name": "Example School", "country": "Portugal", **values}
        return self.client.institutions.create(values)["uuid"]

    def course(self, institution=None, **values):
        institution = institution or self.institution()
        values = {"name": "Welding", "institution_uuid": institution, **values}
        return self.client.courses.create(values)["uuid"]

    def module(self, institution, **values):
        values = {"name": "Safety", "institution_uuid": institution, **values}
        return self.client.modules.create(values)["uuid"]

    def student(self, email="ana@example.com"):
        values = {"name": "Ana", "email": email, "date_of_birth": "2001-02-03"}
        return self.client.students.create(values)["uuid"]

    def enrollment(self, **values):
        values = {"enrolled_at": "2026-01-31", **values}
        if "course_uuid" not in values:
            values |= {"course_uuid": self.course(), "student_uuid": self.student()}
        return self.client.enrollments.create(values)["uuid"]

    def file(self, content=PDF, name="diploma.pdf"):
        return self.client.files.upload([(name, content, "application/pdf")])[0]["uuid"]

    def certificate(self, **values):
        institution = self.institution()
        values = {
            "institution_uuid": institution,
            "course_uuid": self.course(institution),
            "student_uuid": self.student(),
            "file_uuid": self.file(),
            "finish": True,
            **values,
        }
        return self.client.certificates.create(values)["uuid"]


class CommonCalls:
    """The calls that every resource has (dokstamp-api.md 7).

    A class that inherits it names the resource and how to make and to change a row.
    """

    def setUp(self):
        super().setUp()
        self.resource = self.get_resource()

    def get_resource(self):
        return getattr(self.client, self.name)

    def test_list(self):
        uuid = self.make()
        self.assertIn(uuid, [row["uuid"] for row in self.resource.list()])
        self.assertEqual(self.last_call(), f"GET {self.resource.path} 200")

    def test_find_and_count(self):
        uuid = self.make()
        (row,) = self.resource.find(uuid=uuid)
        self.assertEqual(row["uuid"], uuid)
        self.assertEqual(self.resource.count(uuid=uuid), 1)

    def test_create(self):
        uuid = self.make()
        self.assertEqual(self.last_call(), f"POST {self.resource.path} 201")
        self.assertEqual(
            self.sandbox.row(self.name, uuid=uuid)["tenant"], "demo-school"
        )

    def test_get(self):
        uuid = self.make()
        self.assertEqual(self.resource.get(uuid)["uuid"], uuid)
        self.assertEqual(self.last_call(), f"GET {self.resource.path}/{uuid} 200")

    def test_get_of_an_unknown_uuid_is_not_found(self):
        with self.assertRaises(NotFound):
            self.resource.get("0b0d0f8e-7a86-4b8e-8f0e-0a1b2c3d4e5f")

    def test_update_sends_a_patch(self):
        uuid = self.make()
        row = self.resource.update(uuid, self.change)
        self.assertEqual(self.last_call(), f"PATCH {self.resource.path}/{uuid} 200")
        self.assert_changed(uuid)
        self.assertEqual(row["uuid"], uuid)

    def test_update_that_is_answered_without_a_row(self):
        self.sandbox.set_options(update_status=204)
        uuid = self.make()
        self.assertIsNone(self.resource.update(uuid, self.change))
        self.assert_changed(uuid)

    def test_delete(self):
        for status in (204, 200):
            self.sandbox.reset(delete_status=status)
            uuid = self.make()
            self.assertIsNone(self.resource.delete(uuid))
            self.assertEqual(
                self.last_call(), f"DELETE {self.resource.path}/{uuid} {status}"
            )
            with self.assertRaises(NotFound):
                self.resource.get(uuid)

    def assert_changed(self, uuid):
        row = self.sandbox.row(self.name, uuid=uuid)
        self.assertEqual({field: row[field] for field in self.change}, self.change)


@tagged("post_install", "-at_install")
class TestAuthenticationCalls(SandboxCase):
    """dokstamp-api.md 2."""

    def login(self):
        self.sandbox.set_options(generation="older")
        auth = PasswordLogin("integration@example.com", "demo-password")
        return self.new_client(auth)

    def calls(self):
        return [f"{row['method']} {row['path']}" for row in self.sandbox.requests()]

    def test_oauth_token(self):
        self.client.institutions.count()
        self.assertEqual(self.calls(), ["POST /oauth/token", "GET /institutions"])

    def test_auth_login(self):
        self.login().institutions.count()
        self.assertEqual(self.calls(), ["POST /auth/login", "GET /institutions"])

    def test_auth_refresh(self):
        client = self.login()
        client.institutions.count()
        self.sandbox.expire_tokens(refresh_tokens=False)
        client.institutions.count()
        self.assertEqual(
            self.calls()[2:],
            ["GET /institutions", "POST /auth/refresh", "GET /institutions"],
        )

    def test_login_again_when_the_refresh_token_has_ended_too(self):
        client = self.login()
        client.institutions.count()
        self.sandbox.expire_tokens()
        client.institutions.count()
        self.assertEqual(
            self.calls()[-3:],
            ["POST /auth/refresh", "POST /auth/login", "GET /institutions"],
        )

    def test_auth_logout(self):
        client = self.login()
        client.institutions.count()
        client.log_out()
        self.assertEqual(self.calls()[-1], "POST /auth/logout")
        client.institutions.count()
        self.assertEqual(self.calls()[-2:], ["POST /auth/login", "GET /institutions"])

    def test_auth_me(self):
        self.assertEqual(self.client.me()["tenant"]["domain"], "demo-school")
        self.assertEqual(self.login().me()["tenant"]["domain"], "demo-school")
        self.assertEqual(self.calls()[-1], "GET /auth/me")
        headers = {name.lower() for name in self.sandbox.requests()[-1]["headers"]}
        self.assertNotIn("x-tenant", headers)

    def test_expired_service_token_is_renewed_unseen(self):
        self.client.institutions.count()
        self.sandbox.expire_tokens()
        self.assertEqual(self.client.institutions.count(), 0)


@tagged("post_install", "-at_install")
class TestInstitutionCalls(CommonCalls, CallCase):
    """dokstamp-api.md 8."""

    name = "institutions"
    change = {"status": "inactive"}

    def make(self):
        return self.institution()


@tagged("post_install", "-at_install")
class TestOrganizationCalls(CommonCalls, CallCase):
    """dokstamp-api.md 9."""

    name = "organizations"
    change = {"name": "Faculty of Metal"}

    def make(self):
        values = {"name": "Campus", "institution_uuid": self.institution()}
        return self.client.organizations.create(values)["uuid"]


@tagged("post_install", "-at_install")
class TestCourseCalls(CommonCalls, CallCase):
    """dokstamp-api.md 10."""

    name = "courses"
    change = {"name": "Welding II", "workload_hours": 40, "status": "active"}

    def make(self):
        return self.course()

    def test_attachable_modules_are_those_not_in_the_course(self):
        institution = self.institution()
        course = self.course(institution)
        inside, outside = (self.module(institution, code=code) for code in "AB")
        self.client.courses.attach_modules(course, [{"uuid": inside}])
        rows = self.client.courses.attachable_modules(course)
        self.assertEqual([row["uuid"] for row in rows], [outside])
        self.assertEqual(self.last_call(), f"GET /courses/{course}/attach/modules 200")

    def test_attach_modules(self):
        for status in (200, 201, 204):
            self.sandbox.reset(attach_status=status)
            institution = self.institution()
            course, module = self.course(institution), self.module(institution)
            group = self.client.courses.groups(course).create({"name": "Year 1"})
            item = {"order": 1, "is_required": True, "workload": 8}
            item["course_module_group_uuid"] = group["uuid"]
            self.client.courses.attach_modules(course, [{"uuid": module, **item}])
            self.assertEqual(
                self.last_call(), f"POST /courses/{course}/attach/modules {status}"
            )
            self.sandbox.row("attachments", module_uuid=module, **item)

    def test_detach_modules(self):
        for status in (200, 204):
            self.sandbox.reset(detach_status=status)
            institution = self.institution()
            course, module = self.course(institution), self.module(institution)
            self.client.courses.attach_modules(course, [{"uuid": module}])
            self.client.courses.detach_modules(course, [module])
            self.assertEqual(
                self.last_call(), f"DELETE /courses/{course}/detach/modules {status}"
            )
            self.assertEqual(self.sandbox.rows("attachments"), [])
            self.sandbox.row("modules", uuid=module)


@tagged("post_install", "-at_install")
class TestModuleGroupCalls(CommonCalls, CallCase):
    """dokstamp-api.md 10.2."""

    name = "module_groups"
    change = {"name": "Second year", "order": 2, "is_active": False}

    def get_resource(self):
        return self.client.courses.groups(self.course())

    def make(self):
        self.resource = self.get_resource()
        return self.resource.create({"name": "First year"})["uuid"]


@tagged("post_install", "-at_install")
class TestModuleCalls(CommonCalls, CallCase):
    """dokstamp-api.md 11."""

    name = "modules"
    change = {"name": "Safety at work", "credits": 6, "is_active": False}

    def make(self):
        return self.module(self.institution(), code="SAF")

    def test_module_is_found_by_code_within_its_institution(self):
        first, second = self.institution(), self.institution()
        uuids = [self.module(school, code="SAF") for school in (first, second)]
        (row,) = self.client.modules.find(code="SAF", institution_uuid=second)
        self.assertEqual(row["uuid"], uuids[1])


@tagged("post_install", "-at_install")
class TestCohortCalls(CommonCalls, CallCase):
    """dokstamp-api.md 12."""

    name = "cohorts"
    change = {"code": "2026-B", "modality": "remote"}

    def make(self):
        values = {"course_uuid": self.course(), "code": "2026-A"}
        return self.client.cohorts.create(values)["uuid"]


@tagged("post_install", "-at_install")
class TestStudentCalls(CommonCalls, CallCase):
    """dokstamp-api.md 13."""

    name = "students"
    change = {"name": "Ana Almeida", "social_name": "Anita"}

    def make(self):
        return self.student()

    def test_student_is_found_by_email(self):
        email = "ana+diploma@example.com"
        uuid = self.student(email)
        self.student("rui@example.com")
        (row,) = self.client.students.find(email=email)
        self.assertEqual(row["uuid"], uuid)

    def test_duplicate_email_is_rejected_with_the_field(self):
        self.student()
        with self.assertRaises(Rejected) as caught:
            self.student()
        self.assertEqual(list(caught.exception.field_messages), ["email"])


@tagged("post_install", "-at_install")
class TestEnrollmentCalls(CommonCalls, CallCase):
    """dokstamp-api.md 14."""

    name = "enrollments"
    change = {"completion_status": "completed", "grade": 9.25}

    def make(self):
        return self.enrollment()

    def test_enrollment_of_a_student_is_found_whatever_the_filter_does(self):
        for filters in (False, True):
            self.sandbox.reset(enrollments_filter_student=filters)
            course, student = self.course(), self.student()
            for number in range(12):
                other = self.student(f"student{number}@example.com")
                self.enrollment(course_uuid=course, student_uuid=other)
            uuid = self.enrollment(course_uuid=course, student_uuid=student)
            where = {"student_uuid": student, "course_uuid": course}
            (row,) = self.client.enrollments.find(**where)
            self.assertEqual(row["uuid"], uuid)
            self.assertEqual(self.client.enrollments.count(**where), 1)


@tagged("post_install", "-at_install")
class TestFileCalls(CommonCalls, CallCase):
    """dokstamp-api.md 15."""

    name = "files"
    change = {"original_name": "diploma-final.pdf"}

    def make(self):
        return self.file()

    def test_upload_of_several(self):
        names = ["a.pdf", "diploma é.pdf"]
        files = [(name, PDF + name.encode(), "application/pdf") for name in names]
        rows = self.client.files.upload(files)
        self.assertEqual([row["original_name"] for row in rows], names)
        self.assertEqual(self.last_call(), "POST /files 201")

    def test_upload_of_the_same_bytes_gives_the_file_that_exists(self):
        self.assertEqual(self.file(name="a.pdf"), self.file(name="b.pdf"))

    def test_unused_files_are_found(self):
        used = self.file()
        self.certificate(file_uuid=used)
        free = self.file(PDF + b"2")
        found = [row["uuid"] for row in self.client.files.find(used_at=None)]
        self.assertIn(free, found)
        self.assertNotIn(used, found)

    def test_download_needs_no_token(self):
        uuid = self.file()
        self.sandbox.forget_requests()
        anybody = self.new_client()
        self.assertEqual(anybody.files.download(uuid), PDF)
        (request,) = self.sandbox.requests()
        self.assertEqual(request["path"], f"/files/{uuid}/download")
        self.assertNotIn("authorization", {name.lower() for name in request["headers"]})


@tagged("post_install", "-at_install")
class TestCertificateCalls(CommonCalls, CallCase):
    """dokstamp-api.md 16."""

    name = "certificates"

    def make(self):
        # only a draft may be changed and deleted
        return self.certificate(finish=False)

    @property
    def change(self):
        file = self.file(PDF + b"corrected")
        return {"file_uuid": file}

    def test_issue_as_the_newer_generation_does(self):
        self.sandbox.set_options(issue_by="finish")
        uuid = self.certificate(finish=True)
        self.assertEqual(self.client.certificates.get(uuid)["status"], "issued")

    def test_issue_as_the_older_generation_does(self):
        self.sandbox.set_options(issue_by="status")
        moment = datetime(2026, 2, 1, tzinfo=timezone.utc).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        )
        uuid = self.certificate(finish=False, status="issued", issued_at=moment)
        row = self.client.certificates.get(uuid)
        self.assertEqual(row["status"], "issued")
        self.assertTrue(row["public_verification_url"])

    def test_used_file_is_rejected(self):
        file = self.file()
        self.certificate(file_uuid=file)
        row = self.sandbox.row("certificates")
        again = {field: row[field] for field in row if field.endswith("_uuid")}
        with self.assertRaises(Rejected) as caught:
            self.client.certificates.create(again)
        self.assertEqual(list(caught.exception.field_messages), ["file_uuid"])

    def test_revoke(self):
        uuid = self.certificate()
        row = self.client.certificates.revoke(uuid, "Wrong name")
        self.assertEqual(self.last_call(), f"PUT /certificates/{uuid}/revoke 200")
        self.assertEqual(row["status"], "revoked")
        self.assertEqual(row["revocation_reason"], "Wrong name")
        self.assertTrue(row["revoked_at"])

    def test_revoke_without_a_reason(self):
        row = self.client.certificates.revoke(self.certificate())
        self.assertIsNone(row["revocation_reason"])

    def test_certificates_of_a_course_are_counted_and_sorted(self):
        self.certificate()
        course = self.sandbox.row("certificates")["course_uuid"]
        count = self.client.certificates.count(course_uuid=course, status="issued")
        self.assertEqual(count, 1)
        list(self.client.certificates.list(sort="issued_at", order="desc"))
        self.assertEqual(self.last_call(), "GET /certificates 200")


@tagged("post_install", "-at_install")
class TestTemplateCalls(CommonCalls, CallCase):
    """dokstamp-api.md 17."""

    name = "certificate_templates"
    change = {"status": "inactive"}

    def make(self):
        values = {"name": "Diploma", "version": "1", "path": "templates/diploma"}
        values["institution_uuid"] = self.institution()
        return self.client.certificate_templates.create(values)["uuid"]


@tagged("post_install", "-at_install")
class TestBadgeCalls(CallCase):
    """dokstamp-api.md 18: a course's badge is set by PATCH."""

    def test_course_badge_image(self):
        badge = self.file(PNG, "badge.png")
        course = self.course()
        self.client.courses.update(course, {"badge_image_uuid": badge})
        (request,) = self.sandbox.requests("PATCH", f"/courses/{course}")
        self.assertEqual(request["body"], {"badge_image_uuid": badge})
        self.sandbox.row("courses", uuid=course, badge_image_uuid=badge)
