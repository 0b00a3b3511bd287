from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestOnchange(CertificateCase):
    """Whatever is changed in a form, the form goes on: of records that DokStamp has,
    with lines that it has, and of new ones.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.other_company = self.env["res.company"].create({"name": "Other School"})
        cls.other = self.account.copy(
            {"name": "Other", "company_id": self.env.company.id}
        )
        self.manager.company_ids |= cls.other_company
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": self.botany.id}
        )
        group = self.env["dokstamp.module.group"].create(
            {"name": "Term", "course_id": self.botany.id}
        )
        line = self.env["dokstamp.curriculum.line"].create(
            {
                "course_id": self.botany.id,
                "module_id": self.module().id,
                "group_id": group.id,
            }
        )
        organization = self.env["dokstamp.organization"].create({"name": "Faculty"})
        self.completion.cohort_id = cohort
        cls.hold = self.env["dokstamp.hold"].create(
            {"student_id": self.grace().id, "reason": "Fees"}
        )
        page = (
            self.env["dokstamp.portfolio"]
            .with_context(default_student_id=self.ada.id)
            .create({"student_id": self.ada.id, "slug": "ada-example"})
        )
        self.flush()
        cls.records = [
            *(self.institution, organization, self.botany, line.module_id, group, line),
            *(cohort, self.ada, self.completion, self.issued(), page, cls.hold),
            self.account,
        ]

    def grace(self):
        return self.student(name="Grace Example", email="grace@example.com")

    def other_value(self, record, name):
        """A value for the field that it has not, as a form would give it."""
        field = record._fields[name]
        value = record[name] if record else False
        if field.type == "many2one":
            named = {
                "res.company": self.other_company,
                "dokstamp.account": self.other,
            }
            other = named.get(field.comodel_name)
            if other is None:
                model = self.env[field.comodel_name].sudo()
                other = model.search([("id", "!=", value and value.id)], limit=1)
            return other.id
        if field.type in ("char", "text"):
            return "other"
        if field.type == "selection":
            values = [key for key in field.get_values(self.env) if key != value]
            return values[0] if values else False
        if field.type == "boolean":
            return not value
        if field.type == "date":
            return fields.Date.to_string(fields.Date.today())
        if field.type in ("integer", "float"):
            return 1
        return None

    def check_each_field(self, record, model):
        spec = Form(model)._view["fields_spec"]
        for name in spec:
            value = self.other_value(record, name)
            if value is None:
                continue
            with self.subTest(model=model._name, field=name, new=not record):
                try:
                    model.onchange({name: value}, [name], spec)
                except UserError as error:
                    self.assertTrue(str(error))

    def test_each_field_of_records_that_are_there(self):
        for record in self.records:
            mine = record.with_user(self.manager).with_context(
                allowed_company_ids=[self.env.company.id, self.other_company.id]
            )
            self.check_each_field(mine, mine)

    def test_each_field_of_new_records(self):
        for record in self.records:
            model = self.env[record._name].with_user(self.manager)
            self.check_each_field(model, model)

    def test_another_account_and_company_of_a_course_with_lines_at_dokstamp(self):
        form = Form(self.botany.with_user(self.manager))
        form.account_id = self.other
        form.save()
        self.assertEqual(self.botany.account_id, self.other)

    def test_the_form_goes_on_showing_how_far_it_got(self):
        uuid = self.botany.dokstamp_uuid
        spec = {"name": {}, "dokstamp_uuid": {}, "sync_state": {}}
        answer = self.botany.onchange({"name": "Zoology"}, ["name"], spec)
        self.assertNotIn("dokstamp_uuid", answer["value"])
        self.assertTrue(uuid)
