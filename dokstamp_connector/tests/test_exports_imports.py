import csv
import io
import json

import openpyxl

from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from .common_rights import RightsCase

FORMULAS = (
    '=HYPERLINK("https://a.example.com","Ada")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
)


@tagged("post_install", "-at_install")
class TestExports(RightsCase):
    """A name that somebody chose on a website is a name in every spreadsheet."""

    def begin_with(self, cls):
        super().begin_with(cls)
        self.env.ref("base.group_allow_export").user_ids += self.registrar

    def export(self, kind, records, *names, import_compat=False):
        self.env.flush_all()
        self.sign_in(self.registrar)
        data = {
            "model": records._name,
            "ids": records.ids,
            "domain": [],
            "fields": [{"name": name, "label": name, "type": "char"} for name in names],
            "import_compat": import_compat,
            "groupby": [],
        }
        response = self.url_open(
            f"/web/export/{kind}",
            data={"data": json.dumps(data), "csrf_token": Request.csrf_token(self)},
        )
        self.assertEqual(response.status_code, 200)
        return response.content

    def sheet(self, *args, **kwargs):
        return openpyxl.load_workbook(
            io.BytesIO(self.export("xlsx", *args, **kwargs))
        ).active

    def named(self, name):
        """A student of that name, its certificate and the register's line."""
        self.ada.name = name
        self.flush()
        certificate = self.issued()
        entry = self.env["dokstamp.register.entry"].search(
            [("certificate_id", "=", certificate.id)]
        )
        self.assertEqual(entry.student_name, name.strip())
        return certificate, entry

    def test_a_workbook_holds_no_formula(self):
        certificate, entry = self.named(FORMULAS[0])
        for records, name in (
            (self.ada, "name"),
            (certificate, "student_id/name"),
            (entry, "student_name"),
            (self.completion, "student_id"),
        ):
            for import_compat in (False, True):
                with self.subTest(records=records._name, import_compat=import_compat):
                    sheet = self.sheet(records, name, import_compat=import_compat)
                    for cell in (cell for row in sheet.iter_rows() for cell in row):
                        self.assertNotEqual(cell.data_type, "f")
                    self.assertEqual(sheet["A2"].value, f"'{FORMULAS[0]}")

    def test_no_text_begins_like_a_formula(self):
        students = self.ada
        for number, name in enumerate(FORMULAS):
            students += self.student(name=name, email=f"s{number}@example.com")
        rows = list(
            csv.reader(io.StringIO(self.export("csv", students, "name").decode()))
        )
        self.assertEqual(len(rows), len(students) + 1)
        sheet = [[cell.value for cell in row] for row in self.sheet(students, "name")]
        for row in (*rows, *sheet):
            self.assertNotIn(row[0][0], "=+-@\t\r")

    def test_other_texts_and_numbers_stay_as_they_are(self):
        self.botany.write({"name": "Botany = plants", "workload_hours": -0.0})
        sheet = self.sheet(self.botany, "name", "workload_hours")
        self.assertEqual(sheet["A2"].value, "Botany = plants")
        self.assertNotIsInstance(sheet["B2"].value, str)


@tagged("post_install", "-at_install")
class TestImports(RightsCase):
    """A file that is imported may no more than a form."""

    VALUES = {"datetime": "2020-01-01 00:00:00", "date": "2020-01-01", "integer": "1"}

    def load(self, user, records, names, row):
        """:return: ids that were loaded, False when nothing was"""
        model = records.browse().with_user(user)
        try:
            with self.cr.savepoint():
                return model.load(names, [row])["ids"]
        except AccessError:
            return False
        finally:
            self.env.invalidate_all()

    def xmlid(self, record):
        record = self.env[record._name].browse(record.id)
        return record.export_data(["id"])["datas"][0][0]

    def models(self):
        return [
            self.env[name]
            for name in self.env
            if name.startswith("dokstamp.") and not self.env[name]._abstract
        ]

    def test_who_has_no_group_imports_nothing(self):
        self.issued()
        for model in self.models():
            everything = model.with_context(active_test=False)
            known = everything.search([])
            rows = [["", "Forged"]]
            if known:
                rows.append([self.xmlid(known[0]), "Forged"])
            for row in rows:
                with self.subTest(model=model._name, row=row):
                    self.assertFalse(
                        self.load(self.bob, model, ["id", "display_name"], row)
                    )
                    name = model._rec_name or "create_date"
                    self.assertFalse(self.load(self.bob, model, ["id", name], row))
                    self.assertEqual(everything.search([]), known)

    def test_a_registrar_imports_into_no_table_of_the_engine(self):
        certificate = self.issued()
        self.flush()
        for model in self.models():
            if model.with_user(self.registrar).has_access("write"):
                continue
            everything = model.with_context(active_test=False)
            known = everything.search([])
            fields = [
                field
                for field in model._fields.values()
                if field.store and field.type in ("char", "text", "selection")
            ]
            with self.subTest(model=model._name):
                for field in fields:
                    names = ["id", field.name]
                    self.assertFalse(
                        self.load(self.registrar, model, names, ["", "Forged"])
                    )
                    if known:
                        row = [self.xmlid(known[:1]), "Forged"]
                        self.assertFalse(self.load(self.registrar, model, names, row))
                self.assertEqual(everything.search([]), known)
        self.assertEqual(certificate.state, "issued")

    def test_a_registrar_imports_nothing_that_dokstamp_answers(self):
        draft, issued = self.draft(), self.issued()
        for certificate in (draft, issued):
            xmlid = self.xmlid(certificate)
            closed = certificate._fields.keys() - certificate._get_writable_fields()
            closed -= {*MAGIC_COLUMNS, *certificate._get_writable_fields("issued")}
            for name in sorted(closed):
                field = certificate._fields[name]
                if not field.store or field.inherited or "2many" in field.type:
                    continue
                before = certificate[name]
                value = self.VALUES.get(field.type, "issued")
                column = f"{name}/.id" if field.relational else name
                if field.relational:
                    value = str(self.registrar.id)
                with self.subTest(name, state=certificate.state):
                    self.assertFalse(
                        self.load(
                            self.registrar, certificate, ["id", column], [xmlid, value]
                        )
                    )
                    self.assertEqual(certificate[name], before)
