from odoo import fields, models


class TestDokstampSchoolTopic(models.Model):
    """What is taught, in any number of courses."""

    _name = "test.dokstamp.school.topic"
    _description = "School Topic"
    _order = "sequence, id"

    name = fields.Char(required=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("compulsory", "Compulsory"), ("elective", "Elective")], default="compulsory"
    )
    hours = fields.Float()
    active = fields.Boolean(default=True)
    course_ids = fields.Many2many(
        "test.dokstamp.school.course", "school_topic_rel", "topic_id", "course_id"
    )
    lead_course_id = fields.Many2one("test.dokstamp.school.course")


class TestDokstampSchoolCourse(models.Model):
    _inherit = "test.dokstamp.school.course"

    topic_ids = fields.Many2many(
        "test.dokstamp.school.topic", "school_topic_rel", "course_id", "topic_id"
    )
    led_topic_ids = fields.One2many("test.dokstamp.school.topic", "lead_course_id")
