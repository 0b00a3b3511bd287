"""What Odoo's own suites ask of every addon, for the records that are ours."""

from odoo import Command
from odoo.tests import TransactionCase, tagged

from .common import DokstampCase


@tagged("post_install", "-at_install")
class TestSavesElsewhere(TransactionCase):
    """Records that no source reads are saved as fast as without the connector."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sources = cls.env["dokstamp.source"]
        cls.addClassCleanup(cls.sources._forget_watches)
        cls.tag = cls.env["res.partner.category"].create({"name": "Alumni"})
        cls.env.flush_all()

    def test_a_save_asks_nothing_after_the_caches_were_emptied(self):
        self.tag.color = 1
        self.env.flush_all()
        self.registry.clear_all_caches()
        with self.assertQueryCount(0, flush=False):
            self.tag.color = 2

    def test_a_new_source_is_known_at_the_next_save(self):
        self.assertFalse(self.sources._watches(self.tag._name))
        self.sources.create(
            {
                "name": "Tags",
                "entity": "dokstamp.course",
                "model_id": self.env["ir.model"]._get_id(self.tag._name),
                "field_ids": [Command.create({"field_name": "name", "path": "name"})],
                "active": True,
            }
        )
        self.assertTrue(self.sources._watches(self.tag._name))


@tagged("post_install", "-at_install")
class TestNamesOfNewRecords(DokstampCase):
    """A form that is opened for a new record names it by what is known of it."""

    def test_nothing_is_called_false(self):
        for name, model in self.env.items():
            if name.startswith("dokstamp.") and not model._abstract:
                with self.subTest(name):
                    self.assertNotIn("False", model.new({}).display_name or "")
