import logging

from odoo import Command
from odoo.tests import tagged

from .common import SourceCase

MODEL = "x_dokstamp_class"


@tagged("post_install", "-at_install")
class TestSourceUpgrade(SourceCase):
    """What an update or an uninstalled app takes away is said, and ends nothing."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.registry.reset_changes)
        self.addCleanup(self.registry.clear_all_caches)
        self.make_model()
        self.source = self.env["dokstamp.source"].create(
            {
                "name": "Classes",
                "model_id": self.env["ir.model"]._get_id(MODEL),
                "entity": "dokstamp.course",
                "domain": "[('x_state', '!=', 'draft')]",
                "active": True,
                "field_ids": [
                    Command.create({"field_name": "name", "path": "x_name"}),
                    Command.create({"field_name": "code", "path": "x_code"}),
                    Command.create(
                        {
                            "field_name": "status",
                            "path": "x_state",
                            "value_ids": [
                                Command.create(
                                    {"from_value": "o", "to_value": "active"}
                                ),
                                Command.create(
                                    {"from_value": "e", "to_value": "draft"}
                                ),
                            ],
                        }
                    ),
                ],
            }
        )
        self.record = self.env[MODEL].create(
            {"x_name": "Chemistry", "x_code": "CHEM", "x_state": "o"}
        )
        self.settle()
        self.course = self.fed(self.record)
        self.assertTrue(self.course.active)

    def make_model(self):
        """A model as people make it under Settings."""
        states = [("o", "Open"), ("e", "Ended"), ("draft", "Draft")]
        self.env["ir.model"].create(
            {
                "name": "Classes",
                "model": MODEL,
                "field_id": [
                    *(
                        Command.create(
                            {"name": name, "ttype": "char", "field_description": label}
                        )
                        for name, label in (("x_name", "Name"), ("x_code", "Code"))
                    ),
                    Command.create(
                        {
                            "name": "x_state",
                            "ttype": "selection",
                            "field_description": "State",
                            "selection_ids": [
                                Command.create({"value": value, "name": name})
                                for value, name in states
                            ],
                        }
                    ),
                ],
            }
        )

    def field(self, name):
        return self.env["ir.model.fields"]._get(MODEL, name)

    def assert_said_and_kept(self, words):
        """The source and its account say it, and nothing leaves the school."""
        with self.assertNoLogs("odoo.addons.dokstamp_connector", logging.WARNING):
            self.sweep()
        self.flush()
        self.assertFalse(self.sandbox.requests())
        self.assertTrue(self.course.active)
        source = self.source.with_user(self.manager)
        self.assertIn(words, source.reading_problem)
        self.assertIn(words, "\n".join(self.account._get_attention()))

    def test_a_field_that_is_gone(self):
        self.field("x_code").unlink()
        self.assert_said_and_kept("no field “x_code”")

    def test_a_value_that_is_gone(self):
        values = self.field("x_state").selection_ids
        values.filtered(lambda one: one.value == "e").unlink()
        note = self.source.with_user(self.manager).stale_note
        self.assertIn("has lines for e", note)
        self.assertIn(note, "\n".join(self.account._get_attention()))
        self.assertFalse(self.source.reading_problem)
        values.exists().filtered(lambda one: one.value == "draft").unlink()
        self.assert_said_and_kept("no value “draft”")

    def test_a_model_that_goes_and_comes_back(self):
        link = self.link(self.record)
        self.env["ir.model"]._get(MODEL).unlink()
        self.assert_said_and_kept(MODEL)
        self.make_model()
        self.env[MODEL].create(
            {"x_name": "Chemistry II", "x_code": "CHEM", "x_state": "o"}
        )
        self.sweep()
        self.assertEqual(self.source.model_id.model, MODEL)
        self.assertFalse(self.source.reading_problem)
        self.assertEqual(self.link(self.record), link)
        self.assertEqual(self.course.name, "Chemistry II")
