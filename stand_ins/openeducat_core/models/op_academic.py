"""What others refer to: departments, categories, years and terms."""

from odoo import fields, models


class OpDepartment(models.Model):
    _name = "op.department"
    _description = "OpenEduCat Department"

    name = fields.Char(required=True)
    code = fields.Char(required=True)
    parent_id = fields.Many2one("op.department")


class OpCategory(models.Model):
    _name = "op.category"
    _description = "OpenEduCat Category"

    name = fields.Char(required=True)
    code = fields.Char(required=True)


class OpAcademicYear(models.Model):
    _name = "op.academic.year"
    _description = "OpenEduCat Academic Year"

    name = fields.Char(required=True)
    start_date = fields.Date(required=True)
    end_date = fields.Date(required=True)
    academic_term_ids = fields.One2many("op.academic.term", "academic_year_id")
    company_id = fields.Many2one("res.company")


class OpAcademicTerm(models.Model):
    _name = "op.academic.term"
    _description = "OpenEduCat Academic Term"

    name = fields.Char(required=True)
    term_start_date = fields.Date(required=True)
    term_end_date = fields.Date(required=True)
    academic_year_id = fields.Many2one("op.academic.year", required=True)
    company_id = fields.Many2one("res.company")
