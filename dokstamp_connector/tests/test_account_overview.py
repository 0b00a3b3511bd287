from odoo.tests import tagged

from .test_schedule import ScheduleCase


@tagged("post_install", "-at_install")
class TestOverview(ScheduleCase):
    """Green means that DokStamp knows everything, and nothing else does."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.seen = self.account.with_user(self.registrar)

    def send(self):
        course = self.course()
        self.flush()
        for name in ("flush",):
            self.ran(name)
        self.assertEqual(course.sync_state, "synced")
        return course

    def check(self, *, is_well):
        self.env.invalidate_all()
        self.assertEqual(self.seen.is_well, is_well)

    def test_everything_is_sent(self):
        self.send()
        self.check(is_well=True)
        self.assertFalse(self.seen.attention)

    def test_an_empty_database_knows_nothing(self):
        self.check(is_well=False)
        self.assertFalse(self.seen.has_sent)
        self.assertFalse(self.seen.attention)

    def test_what_is_on_its_way_or_failed(self):
        self.send()
        self.course(name="X" * 300, code="C-2")
        self.env.cr.flush()
        self.check(is_well=False)
        self.flush()
        self.ran("flush")
        self.assertEqual(self.seen.failed_count, 1)
        self.check(is_well=False)

    def test_paused(self):
        self.send()
        self.managed.action_pause()
        self.check(is_well=False)

    def test_dokstamp_does_not_answer(self):
        self.send()
        self.account.write({"outage_count": 1, "outage_message": "It is down."})
        self.check(is_well=False)

    def test_scheduled_action_that_is_off(self):
        self.send()
        self.cron("sweep").active = False
        self.check(is_well=False)

    def test_check_links_that_nobody_reaches(self):
        self.send()
        self.account.confirmed_check_address = False
        self.check(is_well=False)
        self.assertIn("QR code", self.seen.attention)

    def link(self, **values):
        source = self.contact_source()
        self.ran("sweep")
        return self.env["dokstamp.source.link"].create(
            {
                "source_id": source.id,
                "res_model": "res.partner",
                "res_id": self.env.user.partner_id.id,
                "entity_model": "dokstamp.student",
                **values,
            }
        )

    def test_records_that_a_source_cannot_read(self):
        self.send()
        self.check(is_well=True)
        self.link(error="This record could not be read.")
        self.check(is_well=False)
        self.assertIn("1 records of school apps could not be read", self.seen.attention)

    def test_records_that_are_held_back(self):
        self.send()
        student = self.student()
        self.flush()
        self.ran("flush")
        self.link(error="Who is it?", claimed_id=student.id)
        self.check(is_well=False)
        self.assertIn("1 to decide", self.seen.attention)

    def test_another_companys_sources_are_not_this_accounts_matter(self):
        self.send()
        link = self.link(error="This record could not be read.")
        link.source_id.company_id = self.env["res.company"].create({"name": "Other"})
        self.check(is_well=True)

    def test_without_an_institution(self):
        self.send()
        self.account.institution_id = False
        self.check(is_well=False)
