"""The overview's card: each number and each reason opens exactly what it counts."""

from odoo.tests import tagged

from ..models.overview.dashboard import SHOWN_CAUSES
from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestDashboard(CertificateCase):
    """As a registrar sees it."""

    def board(self):
        self.env.invalidate_all()
        return self.account.with_user(self.registrar).dashboard

    def listed(self, action):
        """How many records the list of a number shows."""
        model = self.env[action["res_model"]].with_user(self.registrar)
        context = action.get("context") or {}
        return model.with_context(**context).search_count(action["domain"])

    def test_each_number_is_that_of_its_list(self):
        self.sandbox.fault("POST", "/courses", times=None, status=422)
        course = self.course(code="REFUSED")
        student = self.student(email="b@example.com", date_of_birth=False)
        self.enrollment(student_id=student.id, course_id=course.id)
        self.issued()
        self.flush()
        self.student(email="c@example.com")
        self.env.flush_all()
        self.env.cr.flush()
        board = self.board()
        numbers = {number["label"]: number["value"] for number in board["numbers"]}
        self.assertEqual(numbers, {"On its way": 1, "Waiting": 1, "Failed": 2})
        told = [*board["numbers"], *board["today"], board["issued"]]
        for number in told:
            with self.subTest(number["label"]):
                self.assertEqual(self.listed(number["action"]), number["value"])
        self.assertEqual(board["issued"]["value"], 1)
        self.assertTrue(board["oldest"]["label"].startswith("Oldest unsent change"))
        self.assertIn("Connected since", board["since"])
        sent, issued = board["graphs"]
        self.assertGreater(sent["series"][0]["values"][-1], 0)
        self.assertEqual(sent["series"][1]["values"][-1], 1)
        self.assertEqual(issued["series"][0]["values"][-1], 1)
        self.assertEqual((len(sent["labels"]), len(issued["labels"])), (14, 12))

    def test_thirty_without_a_birth_date_open_those_thirty(self):
        known = self.env["dokstamp.student"].search([])
        for number in range(30):
            self.student(email=f"s{number}@example.com", date_of_birth=False)
        self.flush()
        [cause] = self.board()["causes"]
        self.assertEqual(cause["count"], 30)
        self.assertIn("No date of birth", cause["label"])
        self.assertIn("errors.html#incomplete", cause["learn"])
        action = self.account.with_user(self.registrar).action_view_failed(
            cause["kind"], cause["message"]
        )
        self.assertEqual(action["res_model"], "dokstamp.student")
        opened = self.env["dokstamp.student"].search(action["domain"])
        self.assertEqual(len(opened), 30)
        self.assertFalse(opened & known)

    def test_what_needs_attention_opens_where_it_is_mended(self):
        self.env.ref("dokstamp_connector.ir_cron_sweep").active = False
        source = self.contact_source()
        self.env["dokstamp.source.link"].create(
            {
                "source_id": source.id,
                "res_model": "res.partner",
                "res_id": self.env.user.partner_id.id,
                "entity_model": "dokstamp.student",
                "error": "It has no address.",
            }
        )
        self.env.invalidate_all()
        account = self.account.with_user(self.manager)
        told = {
            one["sentence"]: one["action"] for one in account.dashboard["attention"]
        }
        self.assertEqual("\n".join(told), account.attention)
        [unread] = [told[s] for s in told if "could not be read" in s]
        self.assertEqual(unread["res_model"], "dokstamp.source")
        self.assertIn(source, self.env["dokstamp.source"].search(unread["domain"]))
        [switched_off] = [told[s] for s in told if "is switched off" in s]
        self.assertEqual(switched_off["res_id"], self.account.id)

    def test_all_that_failed_is_told_where_there_are_more_causes_than_are_shown(self):
        for number in range(SHOWN_CAUSES + 2):
            self.sandbox.fault(
                "POST",
                "/students",
                status=422,
                json={"message": "Invalid.", "errors": {"name": [f"Not {number}."]}},
            )
            self.student(email=f"s{number}@example.com")
            self.flush()
        causes = self.board()["causes"]
        self.assertEqual(len(causes), SHOWN_CAUSES + 1)
        self.assertEqual(causes[-1]["label"], "Other reasons")
        self.assertEqual(causes[-1]["count"], 2)
        self.assertEqual(self.listed(causes[-1]["action"]), 2)
        everything = self.account.with_user(self.registrar).action_view_failed()
        self.assertEqual(self.listed(everything), SHOWN_CAUSES + 2)

    def test_a_running_load_is_told_with_how_far_it_is(self):
        self.student(email="b@example.com")
        run = self.account.with_user(self.manager).action_first_load()
        self.env.flush_all()
        told = self.board()["run"]
        self.assertEqual(told["action"]["res_id"], run["res_id"])
        self.assertEqual(told["state"], "Reading DokStamp")
        self.assertEqual(told["percent"], 0)

    def test_it_costs_no_more_with_many_rows_than_with_few(self):
        def cost():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.account.with_user(self.registrar).read(["dashboard"])
            return self.env.cr.sql_log_count - before

        self.student(email="first@example.com", date_of_birth=False)
        self.flush()
        cost()
        few = cost()
        for number in range(60):
            self.student(email=f"s{number}@example.com", date_of_birth=False)
        self.flush()
        self.assertLessEqual(cost(), few + 2)

    def test_another_company_counts_for_itself(self):
        company = self.env["res.company"].create({"name": "Other School"})
        other = self.account.copy(
            {
                "name": "Other",
                "company_id": company.id,
                "tenant": "other-school",
                "institution_id": False,
            }
        )
        self.student(email="first@example.com", date_of_birth=False)
        self.flush()
        self.assertFalse(other.dashboard["causes"])
        self.assertTrue(self.board()["causes"])
