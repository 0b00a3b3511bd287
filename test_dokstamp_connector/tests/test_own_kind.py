from odoo.tests import Form, tagged

from odoo.addons.dokstamp_connector.tests.common import DokstampCase


@tagged("post_install", "-at_install")
class TestOwnKind(DokstampCase):
    """An addon's own kind of record goes all the way, by declaration alone."""

    def template(self, **values):
        """A template as a registrar types it in."""
        model = self.env["test.dokstamp.template"].with_user(self.registrar)
        values = {"name": "Diploma", "version": "1", "path": "d.docx", **values}
        with Form(model, "test_dokstamp_connector.template_view_form") as form:
            for name, value in values.items():
                form[name] = value
        return form.record

    def test_it_is_queued_and_sent(self):
        template = self.template()
        self.assertEqual(template.sync_state, "pending")
        self.flush()
        remote = self.sandbox.row("certificate_templates", name="Diploma")
        self.assertEqual(template.dokstamp_uuid, remote["uuid"])
        self.assertEqual(template.sync_state, "synced")
        self.assertEqual(remote["institution_uuid"], self.institution.dokstamp_uuid)

    def test_a_change_is_one_patch(self):
        template = self.template()
        self.flush()
        self.sandbox.forget_requests()
        template.version = "2"
        self.flush()
        [request] = self.sandbox.requests()
        self.assertEqual(request["method"], "PATCH")
        self.assertEqual(request["body"], {"version": "2"})

    def test_what_is_there_already_is_adopted(self):
        client = self.account._client()
        remote = client.certificate_templates.create(
            {
                "name": "Diploma",
                "version": "1",
                "path": "d.docx",
                "institution_uuid": self.institution.dokstamp_uuid,
            }
        )
        template = self.template()
        self.flush()
        self.assertEqual(template.dokstamp_uuid, remote["uuid"])
        self.assertEqual(self.sandbox.count("certificate_templates"), 1)

    def test_it_is_archived_and_comes_back(self):
        template = self.template()
        self.flush()
        template.active = False
        self.flush()
        remote = self.sandbox.row("certificate_templates", name="Diploma")
        self.assertEqual(remote["status"], "inactive")
        template.active = True
        self.flush()
        remote = self.sandbox.row("certificate_templates", name="Diploma")
        self.assertEqual(remote["status"], "active")

    def test_what_is_missing_is_a_sentence(self):
        template = self.template(path=False)
        self.flush()
        self.assertEqual(template.sync_message, "No path: DokStamp needs one.")

    def test_it_waits_for_its_institution(self):
        school = self.env["dokstamp.institution"].create({"name": "Elsewhere"})
        template = self.template(institution_id=school)
        self.flush()
        self.assertEqual(template.sync_state, "waiting")
        school.country = "Portugal"
        self.flush()
        self.assertEqual(template.sync_state, "synced")

    def test_a_source_can_feed_it(self):
        kinds = dict(self.env["dokstamp.entity"]._selection_registry())
        self.assertEqual(kinds["test.dokstamp.template"], "Template")
