from odoo.tests import tagged

from .common import DokstampCase

EXISTING = (
    "update",
    "duplicate",
    "reject",
)  # what attaching twice does: not documented


@tagged("post_install", "-at_install")
class TestCurriculum(DokstampCase):
    """A module stands in a course once, as the registrar has it, whatever attaching it
    twice does.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        cls.botany, cls.leaves = self.course(), self.module()

    def line(self, **values):
        values = {"course_id": self.botany.id, "module_id": self.leaves.id, **values}
        return (
            self.env["dokstamp.curriculum.line"]
            .with_user(self.registrar)
            .create(values)
        )

    def attached(self):
        return self.sandbox.rows("attachments")

    def for_each_option(self, check):
        for existing in EXISTING:
            for missing in ("ignore", "reject"):
                with self.subTest(existing=existing, missing=missing):
                    with self.env.cr.savepoint() as savepoint:
                        self.sandbox.reset(
                            attach_existing=existing, detach_missing=missing
                        )
                        self.env["dokstamp.binding"].search([]).unlink()
                        for record in (self.institution, self.botany, self.leaves):
                            record._queue_push()
                        self.flush()
                        check()
                        savepoint.rollback()
                    self.env.invalidate_all()

    def test_changes_of_place_hours_group_and_duty_arrive(self):
        def check():
            line = self.line(order=1, workload=20)
            self.flush()
            [one] = self.attached()
            self.assertEqual((one["order"], one["workload"]), (1, 20))
            group = self.env["dokstamp.module.group"].create(
                {"name": "Term", "course_id": self.botany.id}
            )
            line.write(
                {"order": 3, "workload": 30, "is_required": True, "group_id": group.id}
            )
            self.flush()
            [one] = self.attached()
            self.assertEqual((one["order"], one["workload"]), (3, 30))
            self.assertTrue(one["is_required"])
            self.assertEqual(one["course_module_group_uuid"], group.dokstamp_uuid)
            self.assertEqual(line.sync_state, "synced")

        self.for_each_option(check)

    def test_archived_line_is_detached_and_comes_back(self):
        def check():
            line = self.line()
            self.flush()
            line.active = False
            self.flush()
            self.assertFalse(self.attached())
            line.active = True
            self.flush()
            self.assertEqual(len(self.attached()), 1)
            self.assertEqual(
                self.audit_of(line).mapped("event"),
                ["attached", "detached", "attached"],
            )

        self.for_each_option(check)

    def test_module_attached_by_hand_is_not_attached_twice(self):
        def check():
            self.account._client().courses.attach_modules(
                self.botany.dokstamp_uuid, [{"uuid": self.leaves.dokstamp_uuid}]
            )
            self.line(order=2)
            self.flush()
            [one] = self.attached()
            self.assertEqual(one["order"], 2)

        self.for_each_option(check)

    def test_line_detached_by_hand_is_left_alone_until_it_changes(self):
        def check():
            line = self.line(order=1)
            self.flush()
            self.account._client().courses.detach_modules(
                self.botany.dokstamp_uuid, [self.leaves.dokstamp_uuid]
            )
            line.order = 2
            self.flush()
            self.assertEqual(len(self.attached()), 1)
            line.active = False
            self.flush()
            self.assertFalse(self.attached())
            self.assertEqual(self.rows_of(line)[-1].state, "done")

        self.for_each_option(check)

    def test_line_that_gets_another_module_leaves_the_old_one(self):
        line = self.line()
        self.flush()
        roots = self.module(name="Roots", code="ROOT")
        line.module_id = roots
        self.flush()
        [one] = self.attached()
        self.assertEqual(one["module_uuid"], roots.dokstamp_uuid)

    def test_attach_audit_names_only_what_changed(self):
        line = self.line(order=1, workload=20)
        self.flush()
        line.order = 2
        self.flush()
        changes = self.audit_of(line)[-1].changes
        self.assertEqual(changes, "order: 1 → 2")

    def test_whole_curriculum_reads_the_list_of_modules_once_per_flush(self):
        modules = [self.module(name=f"M{n}", code=f"M{n}") for n in range(8)]
        self.flush()
        self.sandbox.forget_requests()
        for order, module in enumerate(modules):
            self.line(module_id=module.id, order=order)
        self.flush()
        self.assertEqual(len(self.attached()), 8)
        self.assertEqual(len(self.requests("GET")), 1)

    def test_group_that_moves_to_another_course_is_there_once(self):
        group = self.env["dokstamp.module.group"].create(
            {"name": "Term", "course_id": self.botany.id}
        )
        self.flush()
        zoology = self.course(name="Zoology", code="ZOO-1")
        group.course_id = zoology
        self.flush()
        remote = self.sandbox.row("module_groups", name="Term")
        self.assertEqual(remote["course_uuid"], zoology.dokstamp_uuid)
        self.assertEqual(group.dokstamp_uuid, remote["uuid"])
