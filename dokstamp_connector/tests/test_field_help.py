from lxml import etree

from odoo.tests import TransactionCase, tagged

# What a label says by itself; each entry is a field's name, whatever its model.
OBVIOUS = {
    # names, people, places, days
    *("name", "display_name", "sequence", "email", "website", "country_id", "year"),
    *("active", "company_id", "start_date", "conferral_date"),
    # which record it is about
    *("student_id", "course_id", "module_id", "cohort_id", "enrollment_id"),
    *("institution_id", "certificate_id", "certificate_ids", "line_id", "line_ids"),
    # lists on a page of their own, under its title
    *("signatory_ids", "organization_ids", "cohort_ids", "enrollment_ids"),
    *("curriculum_line_ids", "hold_ids", "item_ids"),
    # questions of a dialogue, whose text explains them
    *("reason", "is_selected", "confirmed", "data", "legal_name", "tax_id"),
}


@tagged("post_install", "-at_install")
class TestFieldHelp(TransactionCase):
    """Whoever fills in a form is told what a field does."""

    def test_each_field_that_people_fill_in_says_what_it_does(self):
        silent = {
            f"{field.model_name}.{field.name}"
            for model, view_id in self.forms()
            for field, node in self.shown(model, view_id)
            if not (field.help or node.get("help") or field.name in OBVIOUS)
        }
        self.assertFalse(sorted(silent))

    def forms(self):
        """Model and id of our forms, each with what other addons put into it."""
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.view"), ("module", "=like", "dokstamp_connector%")]
        )
        forms = self.env["ir.ui.view"].search(
            [
                ("id", "in", data.mapped("res_id")),
                *(("type", "=", "form"), ("mode", "=", "primary")),
                ("model", "=like", "dokstamp.%"),
            ]
        )
        return [(self.env[form.model], form.id) for form in forms]

    def shown(self, model, view_id):
        """Fields that somebody can fill in, with their places in the form."""
        arch = etree.fromstring(model.get_view(view_id, "form")["arch"])
        for node in arch.iter("field"):
            owner = model
            for outer in reversed([*node.iterancestors("field")]):
                owner = self.env[owner._fields[outer.get("name")].comodel_name]
            field = owner._fields[node.get("name")]
            if owner._name.startswith("dokstamp.") and self.is_filled_in(field, node):
                yield field, node

    @staticmethod
    def is_filled_in(field, node):
        never = {"1", "True"}
        hidden = {node.get("invisible"), node.get("column_invisible")} & never
        return not (field.readonly or hidden or node.get("readonly") in never)
