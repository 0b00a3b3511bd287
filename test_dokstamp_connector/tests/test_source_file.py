import base64
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SourceCase


@tagged("post_install", "-at_install")
class TestSourceFile(SourceCase):
    """Sources travel as one file: names alone go out, and what comes in is as good as
    typed.
    """

    def begin_with(self, cls):
        super().begin_with(cls)
        self.env["res.lang"]._activate_lang("de_DE")
        self.course_source.with_context(lang="de_DE").name = "Schule: Kurse"
        cls.pair_source = self.make_source(
            "school.course",
            "curriculum.line",
            relation="topic_ids",
            sequence=20,
            course_id={"path": "id"},
            module_id={"path": "topic_ids"},
            order={"method": "position"},
        )
        cls.sources = (
            self.course_source
            | self.person_source
            | self.membership_source
            | cls.pair_source
        )

    def exported(self, sources=None):
        sources = self.sources if sources is None else sources
        action = sources.with_user(self.manager).action_export_definitions()
        file = self.env["dokstamp.source.file"].browse(int(action["url"].split("/")[4]))
        return json.loads(base64.b64decode(file.data))

    def file(self, content, **values):
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        return (
            self.env["dokstamp.source.file"]
            .with_user(values.pop("user", self.manager))
            .create({"data": base64.b64encode(content), **values})
        )

    def every_source(self):
        return self.env["dokstamp.source"].with_context(active_test=False).search([])

    def test_a_file_makes_the_same_sources_elsewhere_once(self):
        content = self.exported()
        self.assertEqual(
            [one["entity"] for one in content["sources"]],
            [source.entity for source in self.sources],
        )
        self.assertEqual(content["sources"][0]["name"]["de_DE"], "Schule: Kurse")
        self.assertNotIn(self.env.company.name, json.dumps(content))
        self.sources.unlink()
        before = self.every_source()
        file = self.file(content)
        file.action_look()
        self.assertIn("Will be made", file.outlook)
        self.assertEqual(self.every_source(), before)
        file.action_import()
        made = self.every_source() - before
        self.assertEqual(len(made), 4)
        self.assertFalse(any(made.mapped("active")))
        self.assertEqual(made.reader_id, self.manager)
        self.assertEqual(self.exported(made.sorted()), content)
        # twice changes nothing, also where somebody changed what came of it
        made[0].with_user(self.manager).domain = "[('code', '!=', False)]"
        again = self.file(content)
        again.action_look()
        self.assertNotIn("Will be made", again.outlook)
        with self.assertRaisesRegex(UserError, "is here already"):
            again.action_import()
        self.assertEqual(self.every_source(), before | made)
        made.with_user(self.manager).active = True
        self.school_course(topic_ids=[])
        self.flush()
        self.assertEqual(self.sandbox.count("courses"), 1)

    def test_what_this_odoo_lacks_is_said_and_stops_no_other(self):
        content = self.exported()
        courses, persons, memberships, _pairs = content["sources"]
        courses["fields"][0]["path"] = "x_shoe_size"
        persons["model"] = "x.gone"
        memberships["domain"] = "[('x_state', '=', 'done')]"
        self.sources.unlink()
        before = self.every_source()
        file = self.file(content)
        file.action_look()
        for sentence in ("no field “x_shoe_size”", "no model x.gone", "x_state"):
            self.assertIn(sentence, file.outlook)
        file.action_import()
        self.assertEqual(
            (self.every_source() - before).mapped("entity"),
            ["dokstamp.curriculum.line"],
        )

    def test_a_file_that_is_none_writes_nothing(self):
        good = self.exported(self.course_source)
        self.sources.unlink()

        def with_(**values):
            return good | {"sources": [good["sources"][0] | values]}

        line = {"field_name": "name", "path": "name"}
        bad = {
            "no JSON": b"<xml/>",
            "no JSON: bytes": b"\xff\xfe\x00",
            "no JSON: depth": b"[" * 100_000,
            "larger": b" " * (2**20 + 1),
            "no file of DokStamp": good | {"format": "other"},
            "version 2": good | {"version": 2},
            "“version”": good | {"version": True},
            "list of named": [good],
            "lacks: sources": {"format": "dokstamp.sources", "version": 1},
            "between 1 and": good | {"sources": []},
            "“entity”": with_(entity=5),
            "dokstamp.x_gone": with_(entity="dokstamp.x_gone"),
            "res.users": with_(entity="res.users"),
            "“active”": with_(active=True),
            "“sequence”": with_(sequence=2**40),
            "has no name": with_(name={"en_US": " "}),
            "“name”": with_(name=["x"]),
            "shoe_size": with_(fields=[{**line, "field_name": "shoe_size"}]),
            "“scale”": with_(fields=[{**line, "scale": float("inf")}]),
            "“path”": with_(fields=[{**line, "path": "a\0b"}]),
            "“text”": with_(fields=[{**line, "text": "\ud800"}]),
            "guess": with_(fields=[{**line, "method": "guess"}]),
            "twice": with_(fields=[line, line]),
            "__import__": with_(domain="[('id', '=', __import__('os').getpid())]"),
            "uid": with_(domain="[('create_uid', '=', uid)]"),
            "no condition": with_(domain="[("),
        }
        before = self.every_source()
        with self.assertRaisesRegex(UserError, "no JSON"):
            self.env["dokstamp.source.file"].create({"data": "a"}).action_look()
        for sentence, content in bad.items():
            for action in ("action_look", "action_import"):
                with self.subTest(sentence), self.assertRaises(UserError) as error:
                    getattr(self.file(content), action)()
                message = str(error.exception)
                self.assertIn(sentence.split(":")[0], message)
                self.assertIn("Nothing is written", message)
        self.assertEqual(self.every_source(), before)

    def test_a_file_reads_what_its_importer_may_read_and_no_more(self):
        content = self.exported(self.course_source)
        content["sources"][0]["fields"][0]["path"] = "budget"  # of administrators
        self.sources.unlink()
        with self.assertRaisesRegex(UserError, "no source may read it for you"):
            self.file(content).action_import()
        for user in (self.registrar, self.teacher):
            with self.assertRaises(AccessError):
                self.file(content, user=user)

    def test_a_company_gets_what_another_one_has(self):
        company = self.env["res.company"].create({"name": "Another School"})
        self.manager.company_ids |= company
        content = self.exported()
        file = self.file(content).with_context(
            allowed_company_ids=[self.env.company.id, company.id]
        )
        file.company_id = company
        file.action_import()
        made = self.every_source().filtered(lambda one: one.company_id == company)
        self.assertEqual(len(made), 4)

    def test_a_condition_on_a_records_number_does_not_travel(self):
        self.membership_source.domain = "[('course_id', 'in', [7])]"
        with self.assertRaisesRegex(UserError, "course_id.name"):
            self.exported()
        self.membership_source.domain = "[('course_id.active', '=', True)]"
        self.assertTrue(self.exported())
