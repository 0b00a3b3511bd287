from odoo import api, fields, models


class SurveyUserInput(models.Model):
    """Of several attempts the one that was passed counts."""

    _name = "survey.user_input"
    _inherit = ["survey.user_input", "dokstamp.fed.mixin"]

    participant_name = fields.Char(
        string="Name of the participant", compute="_compute_participant"
    )
    participant_email = fields.Char(
        string="Address of the participant", compute="_compute_participant"
    )
    participant_note = fields.Char(compute="_compute_participant_note")
    is_enrollment = fields.Boolean(
        string="Is an enrollment",
        compute="_compute_is_enrollment",
        store=True,
        precompute=True,
        help="A certification that somebody began in earnest.",
    )
    is_passed = fields.Boolean(
        string="Is passed",
        compute="_compute_is_passed",
        help="And over, so that nothing changes it.",
    )
    passed_at = fields.Datetime(string="Passed at", compute="_compute_is_passed")
    passed_percentage = fields.Float(
        string="Score when passed (%)", compute="_compute_is_passed"
    )

    @api.depends("partner_id.name", "partner_id.email", "nickname", "email")
    def _compute_participant(self):
        """Who took part; nobody is known by a nickname or an address alone."""
        for attempt in self:
            partner, email = attempt.partner_id, attempt.email
            is_known = partner or email
            attempt.participant_name = partner.name or (is_known and attempt.nickname)
            attempt.participant_email = partner.email if partner else email

    @api.depends("partner_id", "nickname", "email", "is_enrollment")
    @api.depends_context("lang")
    def _compute_participant_note(self):
        for attempt in self:
            is_known = attempt.partner_id or (attempt.nickname and attempt.email)
            attempt.participant_note = (
                attempt.is_enrollment
                and not is_known
                and self.env._(
                    "Whoever took part told no name, or no address: it is not sent to "
                    "DokStamp, and nobody gets a certificate of it. Ask for a login, "
                    "or for both in questions that are kept as nickname and e-mail."
                )
            )

    @api.depends("survey_id.certification", "test_entry", "state")
    def _compute_is_enrollment(self):
        for attempt in self:
            is_begun = attempt.state != "new" and not attempt.test_entry
            attempt.is_enrollment = is_begun and attempt.survey_id.certification

    @api.depends("state", "scoring_success", "scoring_percentage", "end_datetime")
    def _compute_is_passed(self):
        for attempt in self:
            is_passed = attempt.state == "done" and attempt.scoring_success
            attempt.is_passed = is_passed
            attempt.passed_at = is_passed and attempt.end_datetime
            attempt.passed_percentage = is_passed and attempt.scoring_percentage
