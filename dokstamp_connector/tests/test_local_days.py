from datetime import datetime
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import CREDENTIALS, DokstampCase
from .common_certificates import CertificateCase

SAO_PAULO, AUCKLAND = "America/Sao_Paulo", "Pacific/Auckland"


def at(moment):
    """Odoo's clock stands at this instant, naive UTC."""
    return patch.object(fields.Datetime, "now", return_value=moment)


@tagged("post_install", "-at_install")
class TestLocalDays(CertificateCase):
    """A day is the school's, whoever looks and wherever Odoo runs."""

    def test_an_account_takes_the_companys_zone_and_says_which(self):
        self.env.company.partner_id.tz = SAO_PAULO
        account = self.env["dokstamp.account"].create(
            {"name": "Another", "base_url": self.sandbox.url, **CREDENTIALS}
        )
        self.assertEqual((account.tz, account.used_tz), (False, SAO_PAULO))
        self.assertEqual(self.env.company._dokstamp_zone(), SAO_PAULO)

    def test_without_one_it_takes_that_of_whoever_makes_it(self):
        self.env.company.partner_id.tz = False
        self.manager.tz = AUCKLAND
        account = (
            self.env["dokstamp.account"]
            .with_user(self.manager)
            .create({"name": "Another", "base_url": self.sandbox.url, **CREDENTIALS})
        )
        self.assertEqual(account.used_tz, AUCKLAND)
        account.tz = SAO_PAULO
        self.assertEqual(account.used_tz, SAO_PAULO)

    def test_an_instant_belongs_to_the_schools_day(self):
        cases = (
            (SAO_PAULO, datetime(2026, 11, 20, 1, 30), "2026-11-19"),
            (AUCKLAND, datetime(2026, 11, 20, 11, 30), "2026-11-21"),
            # summer time ended in the night before
            ("Europe/Lisbon", datetime(2026, 10, 24, 23, 30), "2026-10-25"),
            ("Europe/Lisbon", datetime(2026, 10, 25, 23, 30), "2026-10-25"),
        )
        for zone, moment, day in cases:
            with self.subTest(zone=zone, moment=moment):
                self.account.tz = zone
                found = self.env.company._dokstamp_day(moment)
                self.assertEqual(fields.Date.to_string(found), day)

    def test_a_hold_stops_until_its_last_day_is_over_at_the_school(self):
        self.account.tz = SAO_PAULO
        hold = (
            self.env["dokstamp.hold"]
            .with_user(self.registrar)
            .create(
                {
                    "student_id": self.ada.id,
                    "reason": "Fees are due.",
                    "end_date": "2026-11-19",
                }
            )
        )
        holds, nobody = self.env["dokstamp.hold"], self.env["dokstamp.enrollment"]
        for moment, expected in (
            (datetime(2026, 11, 20, 1, 30), hold),  # 22:30 of the 19th
            (datetime(2026, 11, 20, 3, 30), holds),
        ):
            for user in (self.registrar, self.env.ref("base.user_root")):
                user.tz = AUCKLAND if user == self.registrar else False
                with at(moment):
                    found = holds.with_user(user)._in_force(self.ada, nobody)
                self.assertEqual(found, expected)

    def test_the_automatic_rule_compares_days_of_the_school(self):
        self.account.tz = SAO_PAULO
        # switched on at 22:30 of the 19th
        with at(datetime(2026, 11, 20, 1, 30)):
            self.botany.automatic_issue = "draft"
        enrollment = self.enrollment(
            student_id=self.student(email="b@example.com").id, course_id=self.botany.id
        )
        enrollment.write(
            {"completion_status": "completed", "completed_at": "2026-11-19"}
        )
        self.assertEqual(len(enrollment.certificate_ids), 1)

    def test_what_is_printed_and_shown_of_an_instant_is_the_schools_day(self):
        self.account.tz = AUCKLAND
        certificate = self.issued()
        certificate.sudo().write(
            {
                "state": "revoked",
                "revoked_at": datetime(2026, 11, 20, 11, 30),
                "revocation_reason": "Taken by somebody else",
            }
        )
        entry = self.env["dokstamp.register.entry"]._enter(
            certificate, "revoked", datetime(2026, 11, 20, 11, 30), self.registrar
        )
        for zone in (SAO_PAULO, False):
            self.registrar.tz = zone
            report = self.env["ir.actions.report"].with_user(self.registrar)
            html, _kind = report._render_qweb_html(
                "dokstamp_connector.register_document", entry.ids
            )
            self.assertIn("11/21/2026", html.decode())
            self.assertNotIn("11/20/2026", html.decode())
        facts = certificate.with_context(tz=SAO_PAULO)._public_facts()
        self.assertEqual(str(facts["revoked_on"]), "2026-11-21")

    def test_a_certificate_of_the_last_evening_stands_in_that_years_book(self):
        self.account.tz = SAO_PAULO
        certificate = self.issued()
        entry = self.env["dokstamp.register.entry"].search(
            [("certificate_id", "=", certificate.id)]
        )
        entries = self.env["dokstamp.register.entry"]
        self.assertEqual(len(entry), 1)
        late = entries._enter(
            certificate, "revoked", datetime(2027, 1, 1, 1, 30), self.registrar
        )
        self.assertEqual(late.year, 2026)


@tagged("post_install", "-at_install")
class TestBirthDates(DokstampCase):
    """Nobody was born on the first day of the calendar, or this morning."""

    def impossible(self):
        today = self.env.company._dokstamp_today()
        return [
            *("1900-01-01", "1899-12-30", "1753-01-01", "0202-05-04", "9999-12-31"),
            *(today, today + relativedelta(days=1), today - relativedelta(months=2)),
        ]

    def test_a_registrar_who_types_one_is_told(self):
        students = self.env["dokstamp.student"].with_user(self.registrar)
        for day in self.impossible():
            with self.subTest(day=day), self.assertRaises(ValidationError):
                students.create(
                    {
                        "name": "Ada Example",
                        "email": "ada@example.com",
                        "date_of_birth": day,
                    }
                )

    def test_one_that_comes_from_elsewhere_is_held_back_with_a_sentence(self):
        for place, day in enumerate(self.impossible()):
            with self.subTest(day=day):
                student = self.student(
                    email=f"ada{place}@example.com", date_of_birth=day
                )
                self.flush()
                self.assertEqual(student.sync_state, "failed")
                self.assertIn("date of birth", student.sync_message)
        self.assertFalse(self.sandbox.count("students"))

    def test_old_and_young_people_study_too(self):
        for place, day in enumerate(("1924-02-29", "1970-01-01", "2000-01-01")):
            student = self.student(email=f"ada{place}@example.com", date_of_birth=day)
            self.flush()
            self.assertEqual(student.sync_state, "synced")


@tagged("post_install", "-at_install")
class TestTakenAgain(CertificateCase):
    """Who completes a course anew has a new day, and may have a new certificate."""

    def complete_anew(self, day="2026-11-10"):
        self.completion.completion_status = "enrolled"
        self.completion.write({"completion_status": "completed", "completed_at": day})
        self.flush()

    def test_starting_anew_clears_the_day_at_dokstamp_too(self):
        self.completion.with_user(self.registrar).completion_status = "enrolled"
        self.assertFalse(self.completion.completed_at)
        self.flush()
        remote = self.sandbox.row("enrollments")
        self.assertEqual(remote["completion_status"], "enrolled")
        self.assertFalse(remote["completed_at"])
        self.complete_anew()
        remote = self.sandbox.row("enrollments")
        self.assertTrue(remote["completed_at"].startswith("2026-11-10"))

    def second(self):
        drafts = self.env["dokstamp.certificate"].with_user(self.registrar)
        return drafts.create(
            {
                "student_id": self.ada.id,
                "course_id": self.botany.id,
                "enrollment_id": self.completion.id,
            }
        )

    def issue(self, certificate):
        certificate.action_issue()
        self.run_cron("dokstamp_connector.ir_cron_documents")
        self.flush()
        self.assertEqual(certificate.failure_message, False)
        self.assertEqual(certificate.state, "issued")

    def test_a_second_one_needs_a_course_that_can_be_taken_again(self):
        first = self.issued()
        self.complete_anew()
        second = self.second()
        self.assertIn("already", " ".join(second._obstacles_of_each()[0]))
        self.botany.with_user(self.registrar).is_repeatable = True
        self.assertEqual(second._obstacles_of_each()[0], [])
        self.issue(second)
        self.assertEqual((first.state, second.repetition), ("issued", 1))
        self.assertEqual(str(second.conferral_date), "2026-11-10")
        self.assertEqual(len(self.live()), 2)

    def test_the_same_completion_gives_one_only(self):
        self.botany.is_repeatable = True
        self.issued()
        self.assertIn("already", " ".join(self.second()._obstacles_of_each()[0]))
        self.complete_anew()
        self.issue(self.second())
        self.assertIn("already", " ".join(self.second()._obstacles_of_each()[0]))

    def test_a_draft_follows_from_a_new_completion(self):
        self.botany.automatic_issue = "draft"
        today = str(self.env.company._dokstamp_today())
        first = self.issued()
        self.complete_anew(today)
        self.assertEqual(self.completion.certificate_ids, first)
        first.revocation_reason = "Taken again"
        first.action_revoke()
        self.flush()
        self.complete_anew(today)
        draft = self.completion.certificate_ids - first
        self.assertEqual(draft.state, "draft")
        self.assertEqual(str(draft.conferral_date), today)
