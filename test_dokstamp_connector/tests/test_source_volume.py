from odoo.tests import tagged

from .common import SourceCase

CLASS_SIZE = 500
MANY = 100  # of them, written one by one


@tagged("post_install", "-at_install")
class TestSourceVolume(SourceCase):
    """An import of a whole class costs the user little more than without us."""

    def persons(self):
        return self.env["test.dokstamp.school.person"].create(
            [
                {
                    "name": f"Student {n}",
                    "email": f"student{n}@example.com",
                    "birth_date": "2001-02-03",
                }
                for n in range(CLASS_SIZE)
            ]
        )

    def enroll(self, persons, course):
        return self.env["test.dokstamp.school.membership"].create(
            [{"person_id": one.id, "course_id": course.id} for one in persons]
        )

    def test_a_class_of_500_is_one_insert_into_the_queue(self):
        course, persons = self.school_course(), self.persons()
        self.commit()
        memberships = self.enroll(persons, course)
        self.env.flush_all()
        inserts = self.count_queries("INSERT INTO dokstamp_sync_record")
        queries = self.count_queries()
        self.commit()
        self.assertEqual(inserts(), 1)
        self.assertLess(queries(), CLASS_SIZE / 2)
        self.assertEqual(
            self.env["dokstamp.source.link"].search_count(
                [("res_model", "=", memberships._name), ("entity_id", "!=", False)]
            ),
            CLASS_SIZE,
        )

    def test_a_change_of_a_whole_class_is_one_insert_into_the_queue(self):
        memberships = self.enroll(self.persons(), self.school_course())
        self.commit()
        memberships.write({"mark": 12})
        self.env.flush_all()
        inserts = self.count_queries("INSERT INTO dokstamp_sync_record")
        queries = self.count_queries()
        self.commit()
        self.assertEqual(inserts(), 1)
        self.assertLess(queries(), CLASS_SIZE / 2)

    def test_whoever_a_whole_class_is_changes_without_a_question_a_person(self):
        persons = self.persons()[:MANY]
        self.enroll(persons, self.school_course())
        self.commit()
        self.settle()
        for number, person in enumerate(persons):
            mail = f"other{number}@example.com"
            person.write({"name": f"Other {number}", "email": mail})
        self.env.flush_all()
        questions = self.count_queries('FROM "dokstamp')
        self.commit()
        self.assertLess(questions(), MANY / 2)
        students = self.env["dokstamp.student"].search([("name", "like", "Other")])
        self.assertEqual(len(students), MANY)

    def test_a_save_reads_nothing_of_the_rest_of_the_school(self):
        self.enroll(self.persons(), self.school_course())
        self.commit()
        self.env.invalidate_all()
        known = self.env["test.dokstamp.school.person"].search([], limit=1)
        known.name = "Somebody Else"
        self.person(name="Somebody New", email="new@example.com")
        self.env.cr.flush()
        for model, name in (
            ("dokstamp.student", "name"),
            ("dokstamp.source.link", "source_id"),
        ):
            read = self.env[model]._fields[name]._get_cache(self.env)
            self.assertTrue(read)
            self.assertLess(len(read), 10, model)

    def test_a_source_that_reads_as_a_manager_costs_no_query_a_record(self):
        for source in (self.course_source, self.person_source, self.membership_source):
            domain = {"domain": "[('id', '>', 0)]"}
            source.with_user(self.manager).write(domain)
            self.assertEqual(source.reader_id, self.manager)
        self.test_a_class_of_500_is_one_insert_into_the_queue()

    def test_a_model_that_no_source_reads_costs_no_query(self):
        countries = self.env["res.country"].search([], limit=1)
        self.env["dokstamp.source"]._watches("res.country")
        self.commit()
        queries = self.count_queries("dokstamp")
        countries.write({"phone_code": 999})
        self.commit()
        self.assertEqual(queries(), 0)
