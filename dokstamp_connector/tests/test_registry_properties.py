import json
from datetime import date

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.sync.messages.comparison import differences
from .common import DokstampCase
from .common_hostile import few

# the first one that fails is said as it is: each example costs calls
quick = settings(few, max_examples=6, phases=(Phase.explicit, Phase.generate))
TYPED = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"))
OF_TYPE = {
    "char": TYPED,
    "text": TYPED,
    "integer": st.integers(0, 9999),
    "float": st.integers(0, 1000).map(lambda n: n / 100),
    "boolean": st.booleans(),
    "date": st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(str) | st.just(False),
}


@tagged("post_install", "-at_install")
class TestMappingProperties(DokstampCase):
    """What people type arrives as it is, once, and is read back as the same."""

    def begin_with(self, cls):
        super().begin_with(cls)
        botany = self.course()
        cls.kinds = [
            botany,
            self.module(),
            self.student(),
            self.enrollment(
                student_id=self.student(
                    name="Grace Example", email="grace@example.com"
                ).id,
                course_id=botany.id,
            ),
            self.institution,
        ]
        self.flush()

    @quick
    @given(st.data(), st.integers(0, 4))
    def test_values_of_every_type_there_and_back(self, data, place):
        record = self.kinds[place]
        with self.cr.savepoint() as savepoint:
            if self.typed(record, data):
                self.check_message(record)
                self.check_arrival(record)
            savepoint.rollback()
        self.env.invalidate_all()
        self.sandbox.restore()

    def typed(self, record, data):
        """Type something into every field; whether that was taken."""
        values = {}
        for name in record._get_dokstamp_fields():
            field = record._fields[name]
            if field.type == "selection":
                choices = st.sampled_from(field.get_values(self.env))
            elif not (choices := OF_TYPE.get(field.type)):
                continue
            if field.required and field.type in ("char", "text", "date"):
                choices = choices.filter(lambda value: value and value.strip())
            if name != "email":
                values[name] = data.draw(choices, name)
        try:
            with self.cr.savepoint():
                record.with_user(self.registrar).write(values)
        except UserError:
            return False
        return True

    def check_message(self, record):
        payload = record._payload()
        told = json.loads(json.dumps(payload))
        self.assertEqual(told, payload)
        self.assertEqual(differences(payload, told), {})
        for name in record._get_dokstamp_fields():
            value = told[record._api_key(name)]
            if record._fields[name].type == "many2one" or value is None:
                continue
            back = record._from_body(self.account, name, value)
            self.assertEqual(back, record[name], name)

    def check_arrival(self, record):
        self.flush()
        self.assertIn(record.sync_state, ("synced", "failed"))
        if record.sync_state == "failed":
            self.assertTrue(record.sync_message)
            self.assertNotIn("fault of the connector", record.sync_message)
            return
        self.sandbox.forget_requests()
        record._queue_push()
        self.flush()
        self.assertFalse([one for one in self.requests() if one[0] != "GET"])


@tagged("post_install", "-at_install")
class TestOrderProperties(DokstampCase):
    """Whatever is saved, in whatever order it comes up, and whatever fails on the way:
    nothing is sent before what it needs, and everything arrives once.
    """

    PATHS = (
        "/courses",
        "/modules",
        "/students",
        "/courses/.*",
        "/cohorts",
        "/enrollments",
    )
    TROUBLES = ({"status": 503}, {"drop": "before"}, {"drop": "after"}, {"empty": True})
    UNMET = (404, 422)  # what DokStamp answers to a link that leads nowhere

    @quick
    @given(st.data())
    def test_random_graphs(self, data):
        with self.cr.savepoint() as savepoint:
            records = self.grown(data)
            for path in data.draw(st.lists(st.sampled_from(self.PATHS), max_size=3)):
                effect = data.draw(st.sampled_from(self.TROUBLES))
                self.sandbox.fault("POST", path, **effect)
            self.shuffle(data)
            self.send_all()
            for record in records:
                self.assertEqual(record.sync_state, "synced", record.sync_message)
            refused = [
                r for r in self.sandbox.requests("POST") if r["status"] in self.UNMET
            ]
            self.assertFalse(refused)
            self.check_held(records)
            savepoint.rollback()
        self.env.invalidate_all()
        self.sandbox.restore()

    def grown(self, data):
        """A registry with links at random, each record at least once."""

        def several(make, *others):
            return [
                make(number, *(data.draw(st.sampled_from(one)) for one in others))
                for number in range(data.draw(st.integers(1, 3)))
            ]

        courses = several(lambda n: self.course(name=f"C{n}", code=f"C-{n}"))
        modules = several(lambda n: self.module(name=f"M{n}", code=f"M-{n}"))
        students = several(
            lambda n: self.student(name=f"Ada Example {n}", email=f"a{n}@example.com")
        )
        groups = several(
            lambda n, course: self.made(
                "module.group", name=f"G{n}", course_id=course.id
            ),
            courses,
        )
        cohorts = several(
            lambda n, course: self.made("cohort", code=f"K-{n}", course_id=course.id),
            courses,
        )
        lines = [
            self.made(
                "curriculum.line",
                course_id=group.course_id.id,
                module_id=data.draw(st.sampled_from(modules)).id,
                group_id=group.id,
            )
            for group in {group.course_id: group for group in groups}.values()
        ]
        enrollments = [
            self.enrollment(
                student_id=student.id,
                course_id=cohort.course_id.id,
                cohort_id=cohort.id,
            )
            for student in students
            for cohort in {one.course_id: one for one in cohorts}.values()
            if data.draw(st.booleans())
        ]
        self.env.cr.flush()  # the queue has them
        return [*courses, *modules, *students, *groups, *cohorts, *lines, *enrollments]

    def made(self, kind, **values):
        return self.env[f"dokstamp.{kind}"].create(values)

    def shuffle(self, data):
        """Let the queue come up with its rows in an order of its own."""
        rows = self.env["dokstamp.sync.record"].search([("state", "=", "pending")])
        places = data.draw(st.permutations(range(len(rows))))
        self.env.flush_all()
        for row, place in zip(rows, places, strict=True):
            self.env.cr.execute(
                "UPDATE dokstamp_sync_record SET rank = 0, priority = %s WHERE id = %s",
                [place, row.id],
            )
        self.env.invalidate_all()

    def send_all(self):
        pending = [("state", "in", ("pending", "sending"))]
        for _pass in range(8):
            self.flush()
            if not self.env["dokstamp.sync.record"].search_count(pending):
                return
            self.make_due()

    def check_held(self, records):
        """Each is there, and none twice."""
        held = {"module.group": "module_groups", "curriculum.line": "attachments"}
        for name in {record._name for record in records}:
            kind = name.removeprefix("dokstamp.")
            count = sum(record._name == name for record in records)
            entity = held.get(kind) or f"{kind}s"
            self.assertEqual(self.sandbox.count(entity), count, entity)
