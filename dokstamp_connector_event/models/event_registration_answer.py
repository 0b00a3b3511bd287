from odoo import api, models

from ..written_day import written_day
from .event_question import BIRTH_DATE


class EventRegistrationAnswer(models.Model):
    _inherit = "event.registration.answer"

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        answers._note_birth_dates()
        return answers

    def write(self, vals):
        result = super().write(vals)
        if {"value_text_box", "question_id"}.intersection(vals):
            self._note_birth_dates()
        return result

    def _note_birth_dates(self):
        """Keep the dates of birth on the registrations, as far as they can be read, by
        the language in which they were asked for.
        """
        for answer in self.filtered(lambda a: a.question_type == BIRTH_DATE):
            if day := written_day(self.env, answer.value_text_box):
                answer.registration_id.birth_date = day
