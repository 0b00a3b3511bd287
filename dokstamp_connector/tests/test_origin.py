import json

from odoo.tests import HttpCase, tagged

from .common import DokstampCase

PASSWORD = "registrar-over-http"


@tagged("post_install", "-at_install")
class TestOrigin(DokstampCase, HttpCase):
    """A queue row and an audit line say from where the change came."""

    def check(self, record, origin, name=None):
        """What the queue said stands in the audit log too.

        :return: the newest audit line
        """
        self.env.invalidate_all()
        row = self.rows_of(record)[-1]
        self.assertEqual(row.origin, origin)
        self.flush()
        line = self.audit_of(record)[-1]
        self.assertEqual(line.sync_record_id, row.id)
        self.assertEqual(line.origin, origin)
        if name:
            self.assertIn(name, line.origin_name)
        return line

    def call_kw(self, path, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        response = self.url_open(
            f"{path}/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        answer = response.json()
        self.assertNotIn("error", answer)
        return answer["result"]

    def as_registrar(self):
        self.registrar.password = PASSWORD
        self.env.flush_all()
        self.authenticate(self.registrar.login, PASSWORD)

    def source(self):
        """Contacts with a reference are courses."""
        source = self.env["dokstamp.source"].create(
            {
                "name": "Members of the club",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "entity": "dokstamp.course",
                "domain": "[('ref', '=like', 'CLUB%')]",
                "active": True,
                "field_ids": [
                    (0, 0, {"field_name": "name", "method": "path", "path": "name"}),
                    (0, 0, {"field_name": "code", "method": "path", "path": "ref"}),
                ],
            }
        )
        self.env.cr.flush()
        return source

    def test_a_form(self):
        course = self.course()
        self.flush()
        self.as_registrar()
        self.call_kw(
            "/web/dataset/call_kw",
            "dokstamp.course",
            "web_save",
            course.ids,
            {"name": "Zoology"},
            specification={},
        )
        line = self.check(course, "form")
        self.assertEqual(line.user_id, self.registrar)

    def test_another_program(self):
        course = self.course()
        self.flush()
        self.as_registrar()
        self.xmlrpc_object.execute_kw(
            self.env.cr.dbname,
            self.registrar.id,
            PASSWORD,
            "dokstamp.course",
            "write",
            [course.ids, {"name": "Zoology"}],
            # nobody tells it otherwise from outside
            {"context": {"dokstamp_origin": ["form", "me"]}},
        )
        self.check(course, "rpc")

    def test_an_import(self):
        result = (
            self.env["dokstamp.course"]
            .with_user(self.registrar)
            .load(["name", "code"], [["Botany", "BOT-1"]])
        )
        self.assertTrue(result["ids"], result["messages"])
        self.env.cr.flush()
        course = self.env["dokstamp.course"].browse(result["ids"])
        self.check(course, "import")

    def test_a_record_of_a_school_app(self):
        self.source()
        partner = self.env["res.partner"].create(
            {"name": "Ada Example", "ref": "CLUB-1"}
        )
        self.env.cr.flush()
        fed = self.env["dokstamp.course"].search([("code", "=", "CLUB-1")])
        line = self.check(fed, "source", "Members of the club")
        self.assertEqual(
            (line.origin_model, line.origin_id), ("res.partner", partner.id)
        )
        self.assertIn(str(partner.id), line.origin_record)
        self.assertNotIn("Ada", line.origin_record)
        action = line.with_user(self.manager).action_open_origin()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", partner.id)
        )

    def test_a_repair(self):
        self.source()
        partner = self.env["res.partner"].create(
            {"name": "Ada Example", "ref": "CLUB-1"}
        )
        self.flush()
        fed = self.env["dokstamp.course"].search([("code", "=", "CLUB-1")])
        self.env.cr.execute(
            "UPDATE res_partner SET name = 'Ada Changed' WHERE id = %s", [partner.id]
        )
        self.env.invalidate_all()
        self.sweep()
        line = self.check(fed, "repair", "Members of the club")
        self.assertEqual(line.origin_id, partner.id)
        course = self.course()
        self.flush()
        self.env.cr.execute(
            "UPDATE dokstamp_course SET name = 'Zoology' WHERE id = %s", [course.id]
        )
        self.env.invalidate_all()
        self.sweep()
        self.check(course, "repair")

    def test_a_scheduled_action(self):
        course = self.course()
        self.flush()
        action = self.env["ir.cron"].create(
            {
                "name": "Rename courses",
                "model_id": self.env["ir.model"]._get_id("dokstamp.course"),
                "state": "code",
                "code": f"model.browse({course.id}).write({{'name': 'Zoology'}})",
                "interval_type": "days",
            }
        )
        self.env.cr.flush()
        with self.enter_registry_test_mode():
            action.method_direct_trigger()
        self.check(course, "automatic", "Rename courses")

    def test_code_on_the_server(self):
        course = self.course()
        self.env.cr.flush()
        self.check(course, "server")

    def test_the_latest_change_counts_when_several_go_out_as_one(self):
        course = self.course()
        self.env.cr.flush()
        course.with_context(import_file=True).name = "Imported"
        self.env.cr.flush()
        self.check(course, "import")

    def test_searched_and_grouped(self):
        self.course()
        self.flush()
        lines = self.env["dokstamp.audit.log"].with_user(self.registrar)
        self.assertTrue(lines.search([("origin", "=", "server")]))
        groups = lines.formatted_read_group([], ["origin"], ["__count"])
        self.assertIn("server", [group["origin"] for group in groups])
        # sudo: exporting takes a right of Odoo's own
        exported = lines.sudo().search([], limit=1).export_data(["origin"])
        self.assertTrue(exported["datas"][0][0])
