from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestPortfolio(CertificateCase):
    """DokStamp's public page of a student, kept by a registrar."""

    def page(self, **values):
        """A page with one certificate, as the student's form opens it."""
        action = self.ada.with_user(self.registrar).action_open_portfolio()
        pages = self.env[action["res_model"]].with_user(self.registrar)
        with Form(pages.with_context(**action["context"])) as form:
            for name, value in values.items():
                setattr(form, name, value)
        return form.save()

    def sent(self, **values):
        self.issued()
        page = self.page(**values)
        self.flush()
        self.assertEqual(page.sync_state, "synced")
        self.sandbox.forget_requests()
        return page

    def another_certificate(self):
        zoology = self.course(name="Zoology", code="ZOO-1")
        self.flush()
        return self.issued(course_id=zoology.id, enrollment_id=False)

    def bodies(self, method):
        return [row["body"] for row in self.sandbox.requests(method)]

    def test_the_students_form_suggests_an_address_and_the_certificates(self):
        certificate = self.issued()
        page = self.page()
        self.assertEqual(page.slug, "ada-example")
        self.assertEqual(page.item_ids.certificate_id, certificate)
        self.assertFalse(page.is_public)

    def test_a_new_page_is_private_and_comes_before_its_items(self):
        certificate = self.issued()
        self.page(bio="Likes plants")
        self.assertFalse(self.sandbox.requests())
        self.flush()
        writes = [path for method, path in self.requests("POST")]
        self.assertRegex(writes[0], "/students/[^/]+/pages$")
        self.assertRegex(writes[1], "/students/[^/]+/pages/[^/]+/items$")
        remote = self.sandbox.row("pages", slug="ada-example")
        self.assertFalse(remote["is_public"])
        self.assertEqual(remote["bio"], "Likes plants")
        item = self.sandbox.row("items", page_uuid=remote["uuid"])
        self.assertEqual(item["certificate_uuid"], certificate.dokstamp_uuid)
        self.assertTrue(item["is_visible"])

    def test_the_form_opens_the_page_that_there_is(self):
        page = self.sent()
        self.assertEqual(self.ada.action_open_portfolio()["res_id"], page.id)

    def test_publishing_and_hiding_tell_dokstamp_that_alone(self):
        page = self.sent()
        page.action_publish()
        self.flush()
        page.action_hide()
        self.flush()
        self.assertEqual(
            self.bodies("PATCH"), [{"is_public": True}, {"is_public": False}]
        )

    def test_certificates_are_ordered_and_hidden_one_by_one(self):
        page = self.sent()
        page.item_ids.sort_order = 7
        self.flush()
        page.item_ids.is_visible = False
        self.flush()
        self.assertEqual(
            self.bodies("PATCH"), [{"sort_order": 7}, {"is_visible": False}]
        )

    def test_what_was_issued_since_is_added_at_the_end(self):
        page = self.sent()
        self.assertFalse(page.has_more)
        newer = self.another_certificate()
        self.assertTrue(page.has_more)
        page.action_add_certificates()
        self.flush()
        self.assertEqual(page.item_ids[-1].certificate_id, newer)
        self.assertEqual(self.sandbox.count("items"), 2)
        self.assertFalse(page.has_more)

    def test_a_removed_certificate_is_hidden_and_comes_back_without_a_double(self):
        page = self.sent()
        page.item_ids.unlink()
        self.flush()
        self.assertFalse(self.sandbox.rows("items")[0]["is_visible"])
        page.action_add_certificates()
        self.flush()
        [item] = self.sandbox.rows("items")
        self.assertTrue(item["is_visible"])

    def test_a_deleted_page_is_hidden_at_dokstamp(self):
        page = self.sent()
        page.action_publish()
        self.flush()
        page.unlink()
        self.flush()
        self.assertFalse(self.sandbox.row("pages", slug="ada-example")["is_public"])

    def test_a_page_whose_student_is_deleted_is_hidden_with_it(self):
        page = self.sent()
        page.action_publish()
        self.flush()
        self.sandbox.forget_requests()
        page.item_ids.unlink()
        self.env.cr.execute("DELETE FROM dokstamp_register_entry")
        self.env.cr.execute("DELETE FROM dokstamp_certificate")
        self.env.invalidate_all()
        self.completion.unlink()
        self.ada.unlink()
        self.flush()
        self.assertFalse(self.sandbox.row("pages", slug="ada-example")["is_public"])

    def test_a_page_that_may_have_been_made_is_looked_up_and_hidden(self):
        self.issued()
        self.sandbox.fault("POST", "/students/[^/]+/pages", drop="after")
        page = self.page()
        page.action_publish()
        self.flush()
        self.assertTrue(self.sandbox.row("pages", slug="ada-example")["is_public"])
        page.unlink()
        self.flush()
        self.assertFalse(self.sandbox.row("pages", slug="ada-example")["is_public"])

    def test_a_page_that_may_have_been_made_and_is_not_listed_is_left_to_a_person(self):
        self.issued()
        self.sandbox.fault("GET", ".*/(pages|items)", status=405, times=None)
        self.sandbox.fault("POST", "/students/[^/]+/pages", drop="after")
        page = self.page()
        page.action_publish()
        place = [("res_model", "=", page._name), ("res_id", "=", page.id)]
        self.flush()
        page.unlink()
        for _night in range(3):
            self.flush()
            self.sweep()
        rows = self.env["dokstamp.sync.record"].search(place)
        removals = rows.filtered(lambda row: row.operation == "remove")
        self.assertEqual(removals.mapped("state"), ["failed"])
        self.assertIn("Look there", removals.failure_message)
        self.sandbox.clear_faults()
        removals.with_user(self.manager).action_retry()
        self.flush()
        self.assertFalse(self.sandbox.row("pages", slug="ada-example")["is_public"])

    def test_a_page_that_could_not_be_hidden_is_hidden_later(self):
        page = self.sent()
        page.action_publish()
        self.flush()
        self.sandbox.fault("PATCH", ".*/pages/.*", 2, status=403)
        place = [("res_model", "=", page._name), ("res_id", "=", page.id)]
        page.unlink()
        for _night in range(2):
            self.flush()
            self.sweep()
        removal = self.env["dokstamp.sync.record"].search(
            [*place, ("operation", "=", "remove")]
        )
        self.assertEqual(removal.state, "failed")
        self.assertTrue(all(removal.removal_keys["path"]))
        self.sandbox.clear_faults()
        removal.with_user(self.manager).action_retry()
        self.flush()
        self.assertFalse(self.sandbox.row("pages", slug="ada-example")["is_public"])

    def test_a_lost_answer_makes_no_second_page_and_no_second_item(self):
        self.issued()
        self.sandbox.fault("POST", "/students/[^/]+/pages", drop="after")
        self.sandbox.fault("POST", ".*/items", drop="after")
        page = self.page()
        for _attempt in range(3):
            self.flush()
            self.make_due()
        self.assertEqual(page.sync_state, "synced")
        self.assertEqual(page.item_ids.sync_state, "synced")
        self.assertEqual(self.sandbox.count("pages"), 1)
        self.assertEqual(self.sandbox.count("items"), 1)

    def test_where_pages_cannot_be_listed_they_are_still_made(self):
        for status in (404, 405):
            self.sandbox.fault("GET", ".*/(pages|items)", status=status, times=None)
        self.sent()
        self.assertEqual(self.sandbox.count("pages"), 1)
        self.assertEqual(self.sandbox.count("items"), 1)

    def test_where_pages_cannot_be_listed_a_taken_address_shows_on_the_page(self):
        self.issued()
        self.sandbox.fault("GET", ".*/(pages|items)", status=405, times=None)
        self.sandbox.fault("POST", "/students/[^/]+/pages", drop="after")
        page = self.page()
        self.flush()
        self.make_due()
        self.flush()
        self.assertEqual(page.sync_state, "failed")
        self.assertIn("Address", page.sync_message)
        self.assertEqual(self.sandbox.count("pages"), 1)
        page.slug = "ada-example-2"
        self.flush()
        self.assertEqual(page.sync_state, "synced")
        self.assertEqual(page.item_ids.sync_state, "synced")

    def test_an_address_has_lowercase_letters_digits_and_hyphens_only(self):
        self.issued()
        with self.assertRaises(ValidationError):
            self.page(slug="Ada Example")

    def test_an_address_and_a_student_have_one_page(self):
        page = self.sent()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            page.create({"student_id": self.ada.id, "slug": "another"})

    def test_a_page_shows_no_draft_and_nobody_elses_certificate(self):
        page = self.sent()
        draft = self.draft(
            course_id=self.course(name="Zoology", code="Z").id, enrollment_id=False
        )
        with self.assertRaises(ValidationError):
            page.item_ids.create({"portfolio_id": page.id, "certificate_id": draft.id})
        eve = self.student(name="Eve Other", email="eve@example.com")
        other = self.draft(student_id=eve.id, enrollment_id=False)
        other.sudo().state = "issued"
        with self.assertRaises(ValidationError):
            page.item_ids.create({"portfolio_id": page.id, "certificate_id": other.id})

    def test_who_is_no_registrar_cannot_publish(self):
        page = self.sent()
        clerk = new_test_user(self.env, "clerk@example.com", "base.group_user")
        with self.assertRaises(AccessError):
            page.with_user(clerk).action_publish()
