from odoo.tests import tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestCapture(DokstampCase):
    """A save queues what changed, in the user's transaction, and does nothing else."""

    def queued(self):
        self.env.cr.flush()
        return self.env["dokstamp.sync.record"].search([("state", "=", "pending")])

    def test_a_save_makes_no_request(self):
        self.course()
        self.env.cr.flush()
        self.assertFalse(self.sandbox.requests())

    def test_a_registrar_queues_without_rights_on_the_queue(self):
        course = (
            self.env["dokstamp.course"]
            .with_user(self.registrar)
            .create({"name": "Botany"})
        )
        rows = self.queued()
        self.assertEqual(rows.mapped("res_id"), [course.id])
        self.assertEqual(rows.user_id, self.registrar)

    def test_a_save_after_send_now_leaves_it_urgent(self):
        course = self.course()
        self.queued()
        course.action_sync_now()
        course.name = "Botany II"
        self.assertEqual(self.queued()[0].priority, 10)

    def test_many_records_are_one_insert(self):
        model = self.env["dokstamp.course"]
        records = model.create([{"name": f"Course {n}"} for n in range(250)])
        records.write({"area": "Science"})
        self.env.flush_all()
        inserts = self.count_queries("INSERT INTO dokstamp_sync_record")
        self.env.cr.flush()
        self.assertEqual(inserts(), 1)
        self.assertEqual(len(self.queued()), 250)

    def count_queries(self, text):
        """A counter of the queries that contain ``text`` from now on."""
        seen = []
        execute = self.env.cr.execute

        def counting(query, *args, **kwargs):
            code = getattr(query, "code", query)
            if text in code:
                seen.append(code)
            return execute(query, *args, **kwargs)

        self.patch(self.env.cr, "execute", counting)
        return lambda: len(seen)

    def test_a_rolled_back_save_leaves_no_row(self):
        with self.env.cr.savepoint() as savepoint:
            self.course()
            savepoint.rollback()
        self.assertFalse(self.queued())

    def test_only_fields_of_the_payload_queue(self):
        student = self.student()
        self.flush()
        student.partner_id = self.env.user.partner_id
        self.assertFalse(self.queued())

    def test_a_record_without_account_stays_in_odoo(self):
        company = self.env["res.company"].create({"name": "No account Ltd"})
        course = self.course(company_id=company.id, institution_id=False)
        self.assertFalse(course.account_id)
        self.assertFalse(self.queued())
        self.assertEqual(course.sync_state, "none")

    def test_a_save_wakes_the_flush(self):
        with self.capture_triggers("dokstamp_connector.ir_cron_flush") as captured:
            self.course()
            self.env.cr.flush()
        self.assertEqual(len(captured.records), 1)

    def test_a_scheduled_account_waits_for_the_interval(self):
        self.account.sync_mode = "scheduled"
        with self.capture_triggers("dokstamp_connector.ir_cron_flush") as captured:
            self.course()
            self.env.cr.flush()
        self.assertFalse(captured.records)

    def test_send_now_wakes_a_scheduled_account(self):
        self.account.sync_mode = "scheduled"
        course = self.course()
        self.flush()
        with self.capture_triggers("dokstamp_connector.ir_cron_flush") as captured:
            course.with_user(self.registrar).action_sync_now()
            self.env.cr.flush()
        self.assertEqual(len(captured.records), 1)
