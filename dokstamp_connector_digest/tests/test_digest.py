from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.dokstamp_connector.tests.common_certificates import CertificateCase


@tagged("post_install", "-at_install")
class TestDigest(CertificateCase):
    """What DokStamp got, in the digest of the registrar's company."""

    def digest(self, user):
        now = fields.Datetime.now()
        return (
            self.env.ref("digest.digest_digest_default")
            .with_user(user)
            .with_context(
                start_datetime=now - timedelta(days=1),
                end_datetime=now + timedelta(days=1),
            )
        )

    def test_a_registrar_reads_how_many_certificates_and_calls_there_were(self):
        other = self.env["res.company"].create({"name": "Other School"})
        before = self.digest(self.registrar).read()[0]
        self.issued()
        self.sandbox.fault("POST", "/courses", status=422)
        self.course(code="REFUSED")
        self.flush()
        self.env.invalidate_all()
        digest = self.digest(self.registrar)
        issued = digest.kpi_dokstamp_issued_value - before["kpi_dokstamp_issued_value"]
        failed = digest.kpi_dokstamp_failed_value - before["kpi_dokstamp_failed_value"]
        self.assertEqual((issued, failed), (1, 1))
        self.assertGreater(
            digest.kpi_dokstamp_sent_value, before["kpi_dokstamp_sent_value"]
        )
        theirs = self.env["digest.digest"].create(
            {"name": "Theirs", "company_id": other.id, "kpi_dokstamp_issued": True}
        )
        context = digest.env.context
        self.assertFalse(theirs.with_context(**context).kpi_dokstamp_issued_value)

    def test_each_figure_is_in_the_mail_with_a_link_to_its_list(self):
        digest = self.env.ref("digest.digest_digest_default")
        kpis = digest._compute_kpis(self.env.company, self.manager)
        told = {kpi["kpi_name"]: kpi["kpi_action"] for kpi in kpis}
        for name in ("issued", "sent", "failed"):
            with self.subTest(name):
                self.assertIn("dokstamp_connector.", told[f"kpi_dokstamp_{name}"])

    def test_who_has_no_role_gets_a_digest_without_them(self):
        user = new_test_user(self.env, login="nobody@example.com")
        with self.assertRaises(AccessError):
            self.digest(user).kpi_dokstamp_sent_value  # noqa: B018
        digest = self.env.ref("digest.digest_digest_default")
        kpis = digest._compute_kpis(self.env.company, user)
        self.assertFalse([k for k in kpis if "dokstamp" in k["kpi_name"]])
