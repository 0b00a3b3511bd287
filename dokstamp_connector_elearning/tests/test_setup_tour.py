from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.dokstamp_connector.tests.sandbox import Sandbox

TIMEOUT = 90  # seconds


@tagged("post_install", "-at_install")
class TestFirstTenMinutes(HttpCase):
    """A new administrator at a database in which nothing is set up, with one course of
    eLearning that one learner has completed.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = Sandbox()
        cls.sandbox.reset()
        cls.addClassCleanup(cls.env["dokstamp.source"]._forget_watches)
        cls.env["dokstamp.account"].search([]).active = False
        cls.env.company.write({"name": "Ten Minutes School", "country_id": False})
        cls.administrator, clockwork = (
            new_test_user(
                cls.env, login=login, password=login, groups="base.group_system"
            )
            # the scheduler's part: the tour runs it while its own page waits
            for login in ("newcomer@example.com", "clockwork@example.com")
        )
        parameters = cls.env["ir.config_parameter"].with_user(clockwork)
        parameters.set_param("dokstamp_test.sandbox", cls.sandbox.url)
        cls.learn()

    @classmethod
    def learn(cls):
        learner = new_test_user(
            cls.env,
            login="lea@example.com",
            name="Lea Learner",
            email="lea@example.com",
            groups="base.group_portal",
        )
        channel = cls.env["slide.channel"].create(
            {"name": "Gardening", "enroll": "public", "is_published": True}
        )
        channel._remove_membership(cls.env.user.partner_id.ids)
        slide = cls.env["slide.slide"].create(
            {"name": "Soil", "channel_id": channel.id, "is_published": True}
        )
        channel._action_add_members(learner.partner_id)
        slide.with_user(learner).action_mark_completed()
        cls.env.cr.flush()

    def test_from_nothing_to_a_certificate(self):
        # no warning of the browser's console either
        with self.assertNoLogs(__name__, level="WARNING"):
            self.start_tour(
                "/odoo",
                "dokstamp_first_ten_minutes",
                login=self.administrator.login,
                timeout=TIMEOUT,
            )
        [certificate] = self.sandbox.rows("certificates")
        self.assertEqual(certificate["status"], "issued")
        [institution] = self.sandbox.rows("institutions")
        self.assertEqual(
            (institution["name"], institution["country"]),
            ("Ten Minutes School", "Portugal"),
        )
        runs = self.env["dokstamp.run"].search(
            [("user_id", "=", self.administrator.id)]
        )
        self.assertEqual(set(runs.mapped("kind")), {"rehearsal", "load"})
        self.assertEqual(set(runs.mapped("state")), {"done"})
