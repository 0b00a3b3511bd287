"""A course, its batch and its students, as OpenEduCat's back office keeps them."""

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.dokstamp_connector.tests.common import DokstampCase

BACK_OFFICE = "openeducat_core.group_op_back_office"


class OpeneducatCase(DokstampCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # other addons' sources are none of these tests' business
        cls.env["dokstamp.source"].search([]).filtered(
            lambda source: (
                not source.get_external_id()[source.id].startswith(
                    "dokstamp_connector_openeducat."
                )
            )
        ).active = False
        cls.back_office = new_test_user(
            cls.env, login="back-office@example.com", groups=BACK_OFFICE
        )
        cls.registrar = new_test_user(
            cls.env,
            login="registrar-faculty@example.com",
            groups="dokstamp_connector.group_registrar,openeducat_core.group_op_faculty",
        )

    def op(self, model):
        """A model as the back office sees it."""
        return self.env[f"op.{model}"].with_user(self.back_office)

    def settle(self):
        self.flush()
        self.sandbox.forget_requests()

    def op_course(self, **values):
        return self.op("course").create({"name": "Botany", "code": "BOT", **values})

    def op_batch(self, course, **values):
        return self.op("batch").create(
            {
                "name": "Botany 2026",
                "code": "BOT-26",
                "course_id": course.id,
                "start_date": "2026-02-01",
                "end_date": "2026-12-15",
                **values,
            }
        )

    def op_student(self, *enrollments, **values):
        """A student; with the values of enrollments, nested as an admission does."""
        return self.op("student").create(
            {
                "name": "Ada Example",
                "first_name": "Ada",
                "last_name": "Example",
                "email": "ada@example.com",
                "birth_date": "2001-02-03",
                "course_detail_ids": [Command.create(vals) for vals in enrollments],
                **values,
            }
        )

    def writes(self):
        """What was sent since the last look: method and path without the uuid."""
        return [
            (method, path.split("/")[1])
            for method, path in self.requests()
            if method != "GET"
        ]
