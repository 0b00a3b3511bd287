"""A school app's courses, persons and memberships, and the sources that feed them."""

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.dokstamp_connector.tests.common import DokstampCase


class SourceCase(DokstampCase):
    """Sources for courses, memberships and, on demand, persons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Sources that the database may hold already would read everything once more.
        cls.env["dokstamp.source"].search([]).active = False
        cls.teacher = new_test_user(
            cls.env, login="teacher@example.com", groups="base.group_user"
        )
        cls.portal = new_test_user(
            cls.env, login="learner@example.com", groups="base.group_portal"
        )

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.course_source = self.make_source(
            "school.course",
            "course",
            name={"path": "name"},
            code={"path": "code"},
            description={"path": "description", "conversion": "html_to_text"},
            workload_hours={"path": "hours", "conversion": "round_up"},
            area={"path": "category"},
            status={"method": "fixed", "fixed_value": "active"},
        )
        cls.person_source = self.make_source(
            "school.person",
            "student",
            trigger="on_demand",
            name={"path": "name"},
            email={"path": "email"},
            date_of_birth={"path": "birth_date"},
            partner_id={"path": "partner_id"},
        )
        cls.membership_source = self.make_source(
            "school.membership",
            "enrollment",
            domain="[('state', '!=', 'invited')]",
            student_id={"path": "person_id"},
            course_id={"path": "course_id"},
            enrolled_at={"path": "joined_at", "conversion": "date"},
            completed_at={"path": "finished_at", "conversion": "date"},
            completion_status={
                "path": "state",
                "table": {"running": "enrolled", "finished": "completed"},
            },
            grade={"path": "total_mark", "conversion": "grade", "scale": 20},
        )
        self.settle()

    def settle(self):
        self.flush()
        self.sandbox.forget_requests()

    def make_source(self, model, entity, **values):
        """A source; keywords that are no fields of it are its fields' definitions."""
        names = self.env["dokstamp.source"]._fields
        own = {
            key: values.pop(key)
            for key in list(values)
            if key in names and key != "name"
        }
        lines = [
            Command.create(self._line_values(name, definition))
            for name, definition in values.items()
        ]
        return self.env["dokstamp.source"].create(
            {
                "name": f"School: {entity}",
                "model_id": self.env["ir.model"]._get_id(f"test.dokstamp.{model}"),
                "entity": f"dokstamp.{entity}",
                "field_ids": lines,
                "active": True,
                **own,
            }
        )

    def _line_values(self, name, definition):
        values = dict(definition)
        table = values.pop("table", {})
        values["value_ids"] = [
            Command.create({"from_value": key, "to_value": value})
            for key, value in table.items()
        ]
        return {"field_name": name, **values}

    def line(self, source, name):
        return source.field_ids.filtered(lambda line: line.field_name == name)

    # === A SCHOOL APP'S RECORDS === #

    def school_course(self, **values):
        values = {"name": "Botany", "code": "BOT-1", **values}
        return self.env["test.dokstamp.school.course"].create(values)

    def person(self, **values):
        values = {
            "name": "Ada Example",
            "email": "ada@example.com",
            "birth_date": "2001-02-03",
            **values,
        }
        return self.env["test.dokstamp.school.person"].create(values)

    def membership(self, person=None, course=None, **values):
        person = person or self.person()
        course = course or self.school_course()
        return self.env["test.dokstamp.school.membership"].create(
            {"person_id": person.id, "course_id": course.id, **values}
        )

    # === WHAT CAME OF THEM === #

    def link(self, record, source=None):
        domain = [("res_model", "=", record._name), ("res_id", "=", record.id)]
        if source:
            domain.append(("source_id", "=", source.id))
        return self.env["dokstamp.source.link"].search(domain)

    def fed(self, record, source=None):
        """The registry record that ``record`` feeds; empty when there is none."""
        link = self.link(record, source)
        if not link.entity_id:
            return self.env["dokstamp.entity"]
        return self.env[link.entity_model].browse(link.entity_id)

    def say_same_person(self, record):
        """A registrar's word on a record that has a known student's address."""
        self.link(record).with_user(self.registrar).action_same_person()

    def break_line(self, field_name, column, value):
        line = self.line(self.course_source, field_name)
        self.break_column("dokstamp_source_field", line.id, column, value)

    def break_source(self, domain):
        self.break_column("dokstamp_source", self.course_source.id, "domain", domain)

    def break_column(self, table, record_id, column, value):
        """What an uninstalled addon or a deleted custom field leaves behind."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {table} SET {column} = %s WHERE id = %s",  # noqa: S608
            [value, record_id],
        )
        self.env.invalidate_all()
        self.env["dokstamp.source"]._forget_watches()

    def commit(self):
        """End the user's transaction as a commit would, without running anything."""
        self.env.cr.flush()
        self.env.invalidate_all()

    def count_queries(self, text=""):
        """A counter of the queries that contain ``text`` from now on."""
        seen = []
        execute = self.env.cr.execute

        def counting(query, *args, **kwargs):
            code = getattr(query, "code", query)
            if text in code:
                seen.append(code)
            return execute(query, *args, **kwargs)

        self.patch(self.env.cr, "execute", counting)
        return lambda: len(seen)


class StudentCase(SourceCase):
    """Two courses; Ada has joined the first one, and is a student."""

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany = self.school_course()
        cls.zoology = self.school_course(name="Zoology", code="ZOO")
        cls.first = self.person(name="Ada Example")
        cls.in_botany = self.membership(cls.first, cls.botany)
        self.settle()
