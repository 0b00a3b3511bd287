from lxml import etree

from odoo.tests import TransactionCase, tagged

# Of the web client's stat_info_field.js; of others it warns in the console.
STATINFO_TYPES = {"float", "integer", "monetary", "char", "one2many", "many2one"}


@tagged("post_install", "-at_install")
class TestFormWidgets(TransactionCase):
    """The views of all our addons ask no widget for what it cannot show."""

    def test_stat_buttons_show_what_their_widget_supports(self):
        views = self.env["ir.ui.view"].search([("type", "=", "form")])
        xmlids = views.get_external_id()
        for view in views.filtered(lambda v: xmlids[v.id].startswith("dokstamp")):
            kinds = self.env[view.model]._fields
            for node in etree.fromstring(view.arch).iter("field"):
                kind = kinds.get(node.get("name"))
                if kind and node.get("widget") == "statinfo":
                    with self.subTest(f"{xmlids[view.id]}: {kind.name}"):
                        self.assertIn(kind.type, STATINFO_TYPES)
