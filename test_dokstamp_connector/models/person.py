from odoo import fields, models


class TestDokstampSchoolPerson(models.Model):
    """A person as a school app would keep one: a contact and a birth date."""

    _name = "test.dokstamp.school.person"
    _description = "School Person"
    _inherits = {"res.partner": "partner_id"}

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    birth_date = fields.Date()
    gender = fields.Selection([("m", "Male"), ("f", "Female")])
