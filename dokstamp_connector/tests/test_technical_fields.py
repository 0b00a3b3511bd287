import re

from odoo.tests import tagged

from .common import DokstampCase

# What such a name is of, nobody of an office knows.
TECHNICAL = re.compile(r"sha256|digest|_keys$|_values$|token|^rank$|_model$|cursor")


@tagged("post_install", "-at_install")
class TestTechnicalFields(DokstampCase):
    """Custom filters, groupings and exports offer what people know."""

    def test_no_filter_offers_what_the_connector_keeps_for_itself(self):
        for name in self.env:
            if not name.startswith("dokstamp."):
                continue
            model = self.env[name].with_user(self.manager)
            if model._abstract or not model.has_access("read"):
                continue
            for field, told in model.fields_get().items():
                with self.subTest(f"{name}.{field}"):
                    is_offered = told.get("searchable") or told.get("exportable")
                    is_technical = told["type"] == "json" or TECHNICAL.search(field)
                    if field == "res_model":  # shown as "Kind"
                        continue
                    self.assertFalse(is_offered and is_technical)

    def test_what_people_know_is_offered(self):
        told = self.env["dokstamp.certificate"].with_user(self.registrar).fields_get()
        for field in ("number", "student_id", "state", "conferral_date", "issued_at"):
            self.assertTrue(told[field]["searchable"], field)
