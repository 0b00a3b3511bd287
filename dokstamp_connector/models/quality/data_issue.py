"""The work list: what is wrong, or doubtful, in what will be sent.

It is no table but a question to those of the registry, so that a line is gone as soon
as its record is mended.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..actions import RELOAD, open_form
from .data_check import checks_of

OPEN = Domain("decision_id", "=", False)
NO_LINES = SQL("SELECT NULL::int, NULL::int, NULL::text, NULL::int, NULL WHERE FALSE")
WANTED = "dokstamp_wanted_issues"  # context: ids of the lines that alone are asked for


class DokstampDataIssue(models.Model):
    """One thing to mend in one record."""

    _name = "dokstamp.data.issue"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Data Issue"
    _auto = False
    _order = "severity desc, res_model, name, id"
    _rec_name = "name"

    res_model = fields.Selection(
        "_selection_res_model", string="Kind of record", readonly=True
    )
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    name = fields.Char(string="Name in the registry", readonly=True)
    record_name = fields.Char(string="Record", compute="_compute_record")
    check_name = fields.Selection(
        "_selection_check_name", string="Problem", readonly=True
    )
    field_name = fields.Char(string="Technical field name", readonly=True)
    severity = fields.Selection(
        [("doubt", "Look at it"), ("refused", "Stops it")], readonly=True
    )
    value = fields.Char(string="As it is", readonly=True)
    problem = fields.Char(string="What is wrong", compute="_compute_record")
    mended_in = fields.Char(string="Mend it in", compute="_compute_record")
    decision_id = fields.Many2one(
        "dokstamp.data.decision", string="Left because", readonly=True
    )
    author_id = fields.Many2one(related="decision_id.author_id", string="Left by")

    @api.model
    def _selection_res_model(self):
        return self.env["dokstamp.entity"]._named(checks_of(self.env))

    @api.model
    def _selection_check_name(self):
        checks = (check for own in checks_of(self.env).values() for check in own)
        labels = {check.name: check.label for check in checks}
        return sorted(labels.items(), key=lambda pair: pair[1])

    @api.depends("res_model", "res_id", "check_name", "field_name")
    @api.depends_context("uid", "lang")
    def _compute_record(self):
        checks = {
            (model, check.name, check.field): check
            for model, own in checks_of(self.env).items()
            for check in own
        }
        for model, issues in self.grouped("res_model").items():
            # sudo: whoever sees the line may see what it is about
            records = self.env[model].sudo().browse(issues.mapped("res_id")).exists()
            known = {record.id: record for record in records}
            feeding = records._data_feeding()
            for issue in issues:
                record = known.get(issue.res_id, records.browse())
                check = checks.get((model, issue.check_name, issue.field_name))
                issue.record_name = record.display_name or issue.name
                issue.problem = record._data_problem(check) if check else False
                issue.mended_in = record.with_env(self.env)._data_place(
                    issue.field_name, feeding.get(record.id)
                )

    # === THE QUESTION === #

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Each search asks anew: what was read before may be mended since."""
        self.invalidate_model(flush=False)
        asked = Domain(domain)
        model = self
        if _names_ids(asked):
            model = self.with_context(**{WANTED: tuple(asked.value)})
        return super(DokstampDataIssue, model)._search(asked, *args, **kwargs)

    def exists(self):
        wanted = self.with_context(**{WANTED: self._ids})
        return self.browse(super(DokstampDataIssue, wanted).exists().ids)

    @property
    def _table_query(self):
        """All checks of all models; ids stay what they are as long as addons do."""
        checks = [(m, check) for m, own in checks_of(self.env).items() for check in own]
        wanted = self.env.context.get(WANTED)
        places, by_model = None, defaultdict(list)
        if wanted is not None:
            places = tuple({one // len(checks) for one in wanted}) or (0,)
        for number, (model, check) in enumerate(checks):
            if wanted is None or any(one % len(checks) == number for one in wanted):
                by_model[model].append((number, check))
        lines = [
            query
            for model, own in by_model.items()
            for query in self._lines_queries(model, own, places)
        ]
        return SQL(
            """
            SELECT line.res_id::bigint * %(count)s + line.number AS id,
                   checks.res_model, line.res_id, line.company_id, line.name,
                   checks.check_name, checks.field_name, checks.severity, line.value,
                   decision.id AS decision_id
              FROM (%(lines)s) line (res_id, company_id, name, number, value)
              JOIN (VALUES %(checks)s)
                   checks (number, res_model, check_name, field_name, severity)
                ON checks.number = line.number
         LEFT JOIN dokstamp_data_decision decision
                ON decision.res_model = checks.res_model
               AND decision.res_id = line.res_id
               AND decision.check_name = checks.check_name
               AND COALESCE(decision.field_name, '') = checks.field_name
               AND COALESCE(decision.value, '') = COALESCE(line.value, '')
            """,
            count=len(checks),
            lines=SQL(" UNION ALL ").join(lines or [NO_LINES]),
            checks=SQL(", ").join(
                (number, model, check.name, check.field, check.severity)
                for number, (model, check) in enumerate(checks)
            ),
        )

    def _lines_queries(self, model, checks, places):
        """One for all that a row of the model's table tells by itself, and one each for
        what only several tell.

        :param list checks: pairs of number and check
        :param places: ids of the records that are asked for; None: all
        """
        plain = [(n, check) for n, check in checks if check.rows is None]
        if plain:
            yield self._lines_query(model, *self._plain_rows(model, plain, places))
        for number, check in checks:
            if check.rows is not None:
                found = SQL("SELECT *, %s FROM (%s) found", number, check.rows)
                yield self._lines_query(model, found, SQL("found.value"), places)

    def _plain_rows(self, model, checks, places):
        """The table is read once, and once more where there is something.

        :return: what is found, the value of each, and ids that are asked for
        """
        entity = self.env[model].sudo()
        found = SQL(
            """
            SELECT r.id, NULL, unnest(array_remove(ARRAY[%(hits)s]::integer[], NULL))
              FROM %(table)s r
             WHERE %(scope)s AND %(places)s
            """,
            hits=SQL(", ").join(
                SQL("CASE WHEN %s THEN %s END", check.condition, number)
                for number, check in checks
            ),
            table=SQL.identifier(entity._table),
            scope=entity._data_scope(),
            places=_among(places),
        )
        values = SQL(" ").join(
            SQL("WHEN %s THEN (%s)::text", number, check.value)
            for number, check in checks
        )
        return found, SQL("CASE found.number %s END", values), None

    def _lines_query(self, model, found, value, places):
        """:param SQL found: a query of id, value and number"""
        entity = self.env[model].sudo()
        return SQL(
            """
            SELECT r.id, r.company_id, (%(name)s)::text, found.number, %(value)s
              FROM (%(found)s) found (id, value, number)
              JOIN %(table)s r ON r.id = found.id
             WHERE %(places)s
            """,
            name=entity._data_name(),
            value=value,
            found=found,
            table=SQL.identifier(entity._table),
            places=_among(places),
        )

    # === ACTION METHODS === #

    def action_mend(self):
        """Open the record in which it is mended: the school app's where one feeds the
        field, else the registry's.

        :raise UserError: it is mended by now
        """
        self.ensure_one()
        self._check_read()
        record = self.env[self.res_model].browse(self.res_id)
        return record._open_to_mend(self.field_name)

    def action_leave(self):
        """Ask why what looks wrong is right.

        :raise UserError: none of them can be left
        """
        self._check_read()
        doubts = self.filtered(lambda issue: issue.severity == "doubt")
        if not doubts:
            raise UserError(
                self.env._(
                    "DokStamp does not take it as it is, whoever says so: mend it, or "
                    "archive the record."
                )
            )
        wizard = self.env["dokstamp.data.leaving"].create({"issue_ids": doubts.ids})
        return open_form(wizard, name=self.env._("Leave as it is"), target="new")

    def action_look_again(self):
        """Take back that they were left as they are."""
        self._check_read()
        self._check_may_decide()
        self.decision_id.sudo().unlink()  # sudo: the connector's own notes
        return RELOAD

    def _leave(self, reason):
        """Ask no more, as long as the values are what they are.

        :param str reason: in whose words they are right
        """
        self._check_read()
        self._check_may_decide()
        # sudo: the connector's own notes
        self.env["dokstamp.data.decision"].sudo().create(
            [
                {
                    "company_id": issue.company_id.id,
                    "res_model": issue.res_model,
                    "res_id": issue.res_id,
                    "check_name": issue.check_name,
                    "field_name": issue.field_name,
                    "value": issue.value,
                    "reason": reason,
                    "author_id": self.env.uid,
                }
                for issue in self
                if issue.severity == "doubt" and not issue.decision_id
            ]
        )

    def _check_may_decide(self):
        """Who may not mend a record does not say that it is right."""
        for model, issues in self.grouped("res_model").items():
            records = self.env[model].browse(issues.mapped("res_id"))
            records.exists()._check_may_mend()

    def _check_read(self):
        """
        :raise AccessError: they are not theirs to see
        :raise UserError: one of them is mended by now
        """
        self.browse().check_access("read")
        if self.exists() != self:
            raise UserError(
                self.env._("Nothing is wrong there any more: load the list again.")
            )
        self.check_access("read")


def _names_ids(domain):
    """Whether a domain is that of records that are read by their ids."""
    parts = list(domain)
    return len(parts) == 1 and tuple(parts[0][:2]) == ("id", "in")


def _among(places):
    return SQL("TRUE") if places is None else SQL("r.id IN %s", places)
