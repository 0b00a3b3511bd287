import logging

from odoo.tests import tagged

from .common_certificates import CertificateCase

OPERATORS = {
    "=": "!=",
    "ilike": "not ilike",
    "like": "not like",
    "=like": "not =like",
    "=ilike": "not =ilike",
    "in": "not in",
}


@tagged("post_install", "-at_install")
class TestNames(CertificateCase):
    """Every record is found by its name, whatever operator somebody's filter has, and
    through whatever link.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cohort = self.env["dokstamp.cohort"].create(
            {"code": "2026", "course_id": self.botany.id}
        )
        self.env["dokstamp.curriculum.line"].create(
            {"course_id": self.botany.id, "module_id": self.module().id}
        )
        self.env["dokstamp.module.group"].create(
            {"name": "Term", "course_id": self.botany.id}
        )
        self.env["dokstamp.organization"].create({"name": "Faculty"})
        self.completion.cohort_id = cohort
        self.env["dokstamp.hold"].create({"student_id": self.ada.id, "reason": "Fees"})
        self.env["dokstamp.hold"].search([]).active = False
        cls.certificate = self.issued()
        eve = self.student(name="Eve Example", email="eve@example.com")
        self.draft(student_id=eve.id, enrollment_id=False)
        self.env["dokstamp.portfolio"].create(
            {"student_id": self.ada.id, "slug": "ada-example"}
        )
        self.flush()

    def models(self):
        names = [name for name in self.env.registry if name.startswith("dokstamp.")]
        for name in sorted(names):
            if not self.env[name]._abstract and not self.env[name]._transient:
                yield self.env[name].with_context(active_test=False)

    def values(self, operator, value):
        return [value] if operator == "in" else value

    def check(self, model, name, value):
        """The positive and the negative find all, and nothing twice."""
        every = model.search([])
        for positive, negative in OPERATORS.items():
            wanted = self.values(positive, value)
            with self.subTest(field=f"{model._name}.{name}", operator=positive):
                found = model.search([(name, positive, wanted)])
                others = model.search([(name, negative, wanted)])
                self.assertFalse(found & others)
                self.assertEqual(found | others, every)

    def test_each_operator_on_each_display_name(self):
        with self.assertNoLogs("odoo", logging.WARNING):
            for model in self.models():
                for value in ("a", "2026/", ""):
                    self.check(model, "display_name", value)
                for operator in OPERATORS:
                    model.name_search("a", operator=operator)

    def test_each_operator_on_each_name_that_is_worked_out(self):
        for model in self.models():
            for field in model._fields.values():
                is_text = field.type in ("char", "text")
                if is_text and not field.store and field.search:
                    self.check(model, field.name, "a")

    def test_through_each_link(self):
        for model in self.models():
            for field in model._fields.values():
                if (
                    field.type == "many2one"
                    and field.store
                    and field.comodel_name.startswith("dokstamp.")
                ):
                    with self.subTest(field=str(field)):
                        named = [("display_name", "ilike", "a")]
                        direct = model.search([(field.name, "ilike", "a")])
                        self.assertEqual(
                            model.search([(field.name, "any", named)]), direct
                        )
                        self.assertEqual(
                            model.search([(f"{field.name}.display_name", "like", "a")])
                            - direct,
                            model,
                        )

    def test_a_registrar_and_a_manager_find_by_the_name_of_any_link(self):
        for user in (self.registrar, self.manager):
            for model in self.models():
                own = model.with_user(user)
                if not own.has_access("read"):
                    continue
                for name, field in own._fields.items():
                    if field.type != "many2one" or not field._description_searchable:
                        continue
                    if not own._has_field_access(field, "read"):
                        continue
                    with self.subTest(user=user.login, field=str(field)):
                        own.search([(name, "ilike", "a")])

    def test_each_record_is_found_by_the_name_that_it_shows(self):
        for model in self.models():
            if model._name in ("dokstamp.source.link", "dokstamp.source.value"):
                continue  # a column of a form; nobody chooses one
            for record in model.search([], limit=50):
                with self.subTest(model=model._name, name=record.display_name):
                    for operator in ("ilike", "="):
                        found = model.name_search(
                            record.display_name, operator=operator, limit=None
                        )
                        self.assertIn(record.id, [one for one, _name in found])
