import json

from lxml import etree

from odoo.tests import tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestQueueSearch(DokstampCase):
    """Managers find a queue row by the name of its record."""

    def found(self, text):
        queue = self.env["dokstamp.sync.record"].with_user(self.manager)
        return queue.search([("res_name", "ilike", text)], order="id")

    def test_row_is_found_by_part_of_its_record_s_name(self):
        course, student = self.course(), self.student()
        self.env.cr.flush()
        self.assertEqual(self.found("otan"), self.rows_of(course))
        self.assertEqual(self.found("ada ex"), self.rows_of(student))
        self.assertFalse(self.found("Geology"))

    def test_archived_record_is_found_too(self):
        course = self.course()
        course.active = False
        self.env.cr.flush()
        self.assertEqual(self.found("Botany"), self.rows_of(course))

    def test_enrollment_is_found_by_its_student_and_by_its_course(self):
        course, student = self.course(), self.student()
        enrollment = self.enrollment(course_id=course.id, student_id=student.id)
        self.env.cr.flush()
        self.assertIn(self.rows_of(enrollment), self.found("Ada"))
        self.assertIn(self.rows_of(enrollment), self.found("Botany"))
        self.assertNotIn(self.rows_of(course), self.found("Ada"))

    def test_deleted_record_is_found_by_the_name_that_it_had(self):
        course = self.course()
        self.flush()
        course.unlink()
        self.env.cr.flush()
        self.assertEqual(self.found("Botany").operation, "remove")
        self.assertEqual(self.found("Botany").res_name, "Botany")

    def test_search_by_the_whole_name_and_by_what_it_is_not(self):
        course = self.course()
        self.env.cr.flush()
        queue = self.env["dokstamp.sync.record"].with_user(self.manager)
        self.assertIn(self.rows_of(course), queue.search([("res_name", "=", "Botany")]))
        others = queue.search([("res_name", "not ilike", "Botany")])
        self.assertNotIn(self.rows_of(course), others)
        self.assertIn(self.rows_of(self.institution)[0], others)


@tagged("post_install", "-at_install")
class TestWaitingShown(DokstampCase):
    """What waits for another record is seen, and whose it is hears why."""

    def setUp(self):
        super().setUp()
        self.school = self.env["dokstamp.institution"].create(
            {"name": "Second School", "country": "Portugal"}
        )
        self.waiting = (
            self.env["dokstamp.course"]
            .with_user(self.registrar)
            .create({"name": "Botany", "institution_id": self.school.id})
            .sudo()
        )
        self.sandbox.fault("POST", "/institutions", times=1, status=503)
        self.flush()
        self.assertEqual(self.waiting.sync_state, "waiting")

    def told_of(self, record, user):
        """The messages on the user's bus that name the record."""
        messages = self.env["bus.bus"].search([("channel", "like", "res.partner")])
        place = [record._name, record.id]
        return [
            one
            for one in messages
            if json.loads(one.channel)[-1] == user.partner_id.id
            and place in json.loads(one.message)["payload"]["records"]
        ]

    def test_user_of_a_waiting_record_hears_that_the_other_one_failed(self):
        self.env["bus.bus"].search([]).unlink()
        self.sandbox.fault("POST", "/institutions", status=422, json={"message": "No."})
        self.make_due()
        self.flush()
        self.assertEqual(self.school.sync_state, "failed")
        self.assertIn("which failed", self.waiting.sync_message)
        self.assertTrue(self.told_of(self.waiting, self.registrar))
        self.assertFalse(self.requests("POST", "/courses"))

    def test_oldest_unsent_change_may_be_one_that_waits(self):
        row = self.rows_of(self.waiting)
        self.env.cr.execute(
            "UPDATE dokstamp_sync_record SET create_date = '2020-01-01' WHERE id = %s",
            [row.id],
        )
        self.env.invalidate_all()
        account = self.account.with_user(self.manager)
        self.assertEqual(account.waiting_count, 1)
        self.assertEqual(str(account.oldest_pending_at), "2020-01-01 00:00:00")


@tagged("post_install", "-at_install")
class TestReferencesInViews(DokstampCase):
    """A number that means a record of any model comes with that model: the browser
    cannot show it otherwise, in developer mode neither.
    """

    def test_each_has_its_model_beside_it(self):
        views = self.env["ir.ui.view"].search(
            [("model", "=like", "dokstamp.%"), ("type", "in", ("form", "list"))]
        )
        checked = 0
        for view in views:
            arch = etree.fromstring(view.get_combined_arch())
            nodes = [one for one in arch.iter("field") if self.is_own(one)]
            names = {node.get("name") for node in nodes}
            for name in names:
                field = self.env[view.model]._fields.get(name)
                if field and field.type == "many2one_reference":
                    checked += 1
                    with self.subTest(view=view.name, field=name):
                        self.assertIn(field.model_field, names)
        self.assertTrue(checked)

    def is_own(self, node):
        """Not in the list of a field of the form."""
        return not any(one.tag == "field" for one in node.iterancestors())
