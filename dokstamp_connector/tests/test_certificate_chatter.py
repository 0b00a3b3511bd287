from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common_rights import RightsCase

WORDS = "I have seen the diploma and approve of it."


@tagged("post_install", "-at_install")
class TestNobodySpeaksForAnother(RightsCase):
    """What stands below a certificate was said by whom it names."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.head = new_test_user(
            self.env,
            login="head@example.com",
            groups="base.group_user",
            email="head@example.com",
        ).partner_id
        cls.certificate = self.draft()
        cls.before = self.said(cls.certificate)
        self.env.flush_all()

    def said(self, certificate):
        """Everything that stands below it: whose it is, and the words."""
        messages = self.env["mail.message"].search(
            [("model", "=", certificate._name), ("res_id", "=", certificate.id)]
        )
        return [
            (m.author_id, m.email_from, m.body, m.tracking_value_ids.ids)
            for m in messages
        ]

    def forged(self, **values):
        return {"author_id": self.head.id, "body": WORDS, **values}

    def messages(self):
        """Values of messages in other names, or that tell what did not happen."""
        state = self.env["ir.model.fields"]._get("dokstamp.certificate", "state")
        tracking = {"field_id": state.id, "old_value_char": "A", "new_value_char": "B"}
        return (
            self.forged(),
            self.forged(
                message_type="comment", subtype_id=self.env.ref("mail.mt_note").id
            ),
            self.forged(author_id=False, email_from="Head <head@example.com>"),
            self.forged(author_id=False, email_from="The head of the school"),
            self.forged(
                author_id=self.registrar.partner_id.id, email_from="head@example.com"
            ),
            self.forged(
                author_id=self.registrar.partner_id.id,
                tracking_value_ids=[Command.create(tracking)],
            ),
        )

    def assert_refused(self, records, method, *args, **kwargs):
        answer = self.call(self.registrar, records, method, *args, **kwargs)
        self.assertEqual(answer, "AccessError")
        self.assertEqual(self.said(self.certificate), self.before)
        self.assertFalse(self.env["mail.message"].search([("body", "ilike", WORDS)]))

    def test_with_the_values_of_a_certificate(self):
        values = {"student_id": self.ada.id, "course_id": self.botany.id}
        certificates = self.env["dokstamp.certificate"]
        count = certificates.search_count([])
        for message in (
            *self.messages(),
            self.forged(model="res.partner", res_id=self.head.id),
            {"body": WORDS},
        ):
            with self.subTest(message):
                commands = [Command.create(message)]
                said = {"message_ids": commands}
                self.assert_refused(self.certificate, "write", said)
                self.assert_refused(self.certificate, "web_save", said, {})
                self.assert_refused(certificates, "create", [{**values, **said}])
        self.assertEqual(certificates.search_count([]), count)

    def test_followers_with_the_values_of_a_certificate(self):
        for values in (
            {"message_partner_ids": [Command.link(self.head.id)]},
            {"message_follower_ids": [Command.create({"partner_id": self.head.id})]},
            {"message_ids": [Command.clear()]},
        ):
            self.assert_refused(self.certificate, "write", values)
        self.assertNotIn(self.head, self.certificate.message_partner_ids)

    def test_through_an_import(self):
        answer = self.call(
            self.registrar,
            self.env["dokstamp.certificate"],
            "load",
            ["student_id/.id", "course_id/.id", "message_ids/body"],
            [[str(self.ada.id), str(self.botany.id), WORDS]],
        )
        self.assertFalse(answer["ids"])
        self.assertFalse(self.env["mail.message"].search([("body", "ilike", WORDS)]))

    def test_a_suggestion_is_not_taken(self):
        commands = [list(Command.create(self.forged()))]
        with self.cr.savepoint() as savepoint:
            self.suggest(self.registrar, "dokstamp.certificate", message_ids=commands)
            certificate = self.draft()
            self.assertNotIn(WORDS, str(self.said(certificate)))
            savepoint.rollback()
        suggested = self.env["dokstamp.certificate"].with_user(self.registrar)
        suggested = suggested.with_context(default_message_ids=commands)
        certificate = suggested.create(
            {"student_id": self.ada.id, "course_id": self.botany.id}
        )
        self.assertNotIn(WORDS, str(self.said(certificate)))

    def test_through_a_student_or_a_run(self):
        line = Command.update(
            self.certificate.id, {"message_ids": [Command.create(self.forged())]}
        )
        self.assert_refused(self.ada, "write", {"certificate_ids": [line]})

    def test_with_a_message_of_its_own(self):
        place = {"model": "dokstamp.certificate", "res_id": self.certificate.id}
        for message in self.messages():
            with self.subTest(message):
                self.assert_refused(
                    self.env["mail.message"], "create", [{**message, **place}]
                )
        # in a batch behind an honest one
        honest = {"body": "Mine.", **place}
        self.assert_refused(
            self.env["mail.message"], "create", [honest, self.forged(**place)]
        )

    def test_with_a_message_that_a_context_gives_another_author(self):
        place = {"model": "dokstamp.certificate", "res_id": self.certificate.id}
        messages = self.env["mail.message"]
        context = {"default_author_id": self.head.id}
        values = [{"body": WORDS, **place}]
        self.assert_refused(messages, "create", values, context=context)

    def test_posted_in_another_name(self):
        for values in (
            {"author_id": self.head.id},
            {"email_from": "Head <head@example.com>"},
            {"author_id": self.head.id, "message_type": "comment"},
            {"author_id": self.head.id, "subtype_xmlid": "mail.mt_comment"},
        ):
            self.assert_refused(self.certificate, "message_post", body=WORDS, **values)

    def test_changed_words_of_another(self):
        message = (
            self.certificate.with_user(self.head.user_ids)
            .sudo()
            .message_post(body="I have not seen it.", author_id=self.head.id)
        )
        self.before = self.said(self.certificate)
        for values in ({"body": WORDS}, {"author_id": self.registrar.partner_id.id}):
            self.assert_refused(message, "write", values)

    def test_own_words_given_to_another(self):
        message = self.certificate.with_user(self.registrar).message_post(body="Mine.")
        self.before = self.said(self.certificate)
        self.assert_refused(message, "write", {"author_id": self.head.id})
        self.assert_refused(message, "write", {"email_from": "head@example.com"})

    def test_own_words_are_written_and_corrected(self):
        self.call(self.registrar, self.certificate, "message_post", body="Checked.")
        message = self.certificate.message_ids[0]
        self.assertEqual(message.author_id, self.registrar.partner_id)
        self.assertTrue(
            self.call(self.registrar, message, "write", {"body": "Checked twice."})
        )
        self.assertIn("Checked twice.", self.certificate.message_ids[0].body)

    def test_somebody_elses_file_is_not_attached(self):
        private = (
            self.env["ir.attachment"]
            .with_user(self.head.user_ids)
            .create({"name": "private.txt", "raw": b"private"})
        )
        self.assert_refused(
            self.certificate, "message_post", body=WORDS, attachment_ids=private.ids
        )

    def letter(self, **values):
        """The school's letter, written by hand from its template."""
        template = self.env.ref("dokstamp_connector.mail_template_certificate_issued")
        return (
            self.env["mail.compose.message"]
            .with_user(self.registrar)
            .create(
                {
                    "model": self.certificate._name,
                    "res_ids": repr(self.certificate.ids),
                    "template_id": template.id,
                    **values,
                }
            )
        )

    def test_a_letter_of_the_school_is_sent_by_hand(self):
        self.env.company.email = "office@school.example.com"
        self.letter().action_send_mail()
        message = self.certificate.message_ids[0]
        self.assertEqual(message.author_id, self.env.company.partner_id)
        self.assertIn("office@school.example.com", message.email_from)

    def test_a_letter_in_another_name_is_not(self):
        letter = self.letter(
            author_id=self.head.id, email_from="Head <head@example.com>", body=WORDS
        )
        with self.assertRaises(AccessError), self.cr.savepoint():
            letter.action_send_mail()
        self.assertEqual(self.said(self.certificate), self.before)

    def test_tracked_changes_are_noted_as_ever(self):
        self.certificate.action_issue()
        self.flush()
        self.assertEqual(self.certificate.state, "issued")
        with self.assertRaises(AccessError):
            self.certificate.with_user(self.registrar).message_ids = [Command.clear()]
        self.assertTrue(self.certificate.message_ids.sudo().tracking_value_ids)


@tagged("post_install", "-at_install")
class TestChatterNames(RightsCase):
    """What a scheduled action notes is said by whoever pressed the button."""

    def test_issuing_and_revoking_name_who_pressed(self):
        certificate = self.draft()
        certificate.with_user(self.registrar).action_issue()
        self.flush()
        self.assertEqual(certificate.state, "issued")
        mine = certificate.with_user(self.registrar)
        mine.revocation_reason = "Exchanged"
        mine.action_revoke()
        self.flush()
        self.assertEqual(certificate.state, "revoked")
        authors = self.authors(certificate)
        self.assertEqual(authors["Issued"], self.registrar.partner_id)
        self.assertEqual(authors["Revoked"], self.registrar.partner_id)

    def test_what_fails_or_is_cancelled_names_who_pressed_that(self):
        grace = self.student(name="Grace Example", email="grace@example.com")
        cancelled = self.draft(student_id=grace.id, enrollment_id=False)
        refused = self.draft()
        self.flush()
        (refused | cancelled).action_issue()
        self.env.cr.flush()
        self.rows_of(cancelled).with_user(self.manager).action_cancel()
        self.sandbox.fault("POST", "/certificates", times=None, status=422)
        self.flush()
        self.assertEqual(self.authors(refused)["Failed"], self.registrar.partner_id)
        self.assertEqual(self.authors(cancelled)["Failed"], self.manager.partner_id)

    def test_whoever_asks_has_not_done_what_was_done_at_dokstamp(self):
        certificate = self.issued()
        self.sandbox.change("certificates", certificate.dokstamp_uuid, status="revoked")
        certificate.with_user(self.manager).action_sync_now()
        self.flush()
        self.assertEqual(self.rows_of(certificate)[-1].user_id, self.manager)
        nobody = self.env.ref("base.user_root")
        self.assertEqual(self.authors(certificate)["Revoked"], nobody.partner_id)
        entry = self.env["dokstamp.register.entry"].search(
            [("certificate_id", "=", certificate.id), ("event", "=", "revoked")]
        )
        self.assertEqual(entry.user_id, nobody)

    def authors(self, certificate):
        """What the chatter tells → who says it."""
        self.env.flush_all()
        self.env.cr.flush()
        return {
            value.new_value_char: message.author_id
            for message in certificate.sudo().message_ids
            for value in message.tracking_value_ids
        }
