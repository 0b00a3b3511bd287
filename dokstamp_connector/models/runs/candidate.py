from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class DokstampRunCandidate(models.Model):
    """What DokStamp has that may be a record of ours, until a person says so or not.

    The word is kept: no later run and no save asks again.
    """

    _name = "dokstamp.run.candidate"
    _description = "DokStamp Candidate"
    _order = "id"
    _rec_name = "dokstamp_uuid"

    line_id = fields.Many2one(
        "dokstamp.run.line",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    account_id = fields.Many2one(
        related="line_id.account_id", store=True, precompute=True
    )
    company_id = fields.Many2one(
        related="line_id.company_id", store=True, precompute=True
    )
    res_model = fields.Selection(
        related="line_id.res_model", store=True, precompute=True
    )
    res_id = fields.Many2oneReference(
        related="line_id.res_id", store=True, precompute=True
    )
    dokstamp_uuid = fields.Char(string="DokStamp UUID", required=True, readonly=True)
    values = fields.Json(readonly=True, help="API key → value, as DokStamp told it.")
    here = fields.Text(string="In Odoo", compute="_compute_sides")
    there = fields.Text(string="At DokStamp", compute="_compute_sides")
    decision = fields.Selection(
        [("same", "The same"), ("another", "Another one")], readonly=True
    )
    user_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, ondelete="set null"
    )

    _decided_of_record = models.Index("(res_model, res_id) WHERE decision IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("values", "res_model", "res_id")
    @api.depends_context("lang")
    def _compute_sides(self):
        """Both sides, line by line in the same order."""
        records = self.line_id._records()
        for one in self:
            record = records.get((one.res_model, one.res_id), self.env[one.res_model])
            payload = record._payload() if record else {}
            told = one.values or {}
            keys = [key for key in payload if payload[key] or told.get(key)]
            one.here = one._as_text(keys, payload)
            one.there = one._as_text(keys or list(told), told)

    def _as_text(self, keys, values):
        model = self.env[self.res_model]
        labels = model._api_labels()
        return "\n".join(
            f"{labels.get(key, key)}: {model._shown_value(key, values.get(key), {})}"
            for key in keys
        )

    # === READING === #

    @api.model
    def _decided(self, records):
        """Record id → uuid → whether a person has said that this is the record.

        :rtype: dict[int, dict[str, bool]]
        """
        decided = defaultdict(dict)
        found = self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("account_id", "in", records.account_id.ids),
                ("decision", "!=", False),
            ]
        )
        for one in found:
            decided[one.res_id][one.dokstamp_uuid] = one.decision == "same"
        return decided

    # === ACTION METHODS === #

    def action_link(self):
        """A person says that it is the same."""
        self.ensure_one()
        self.line_id._check_may_decide()
        self.sudo()._decide()  # sudo: a run's lines are the connector's
        return True

    def _decide(self):
        """Note the word, and let the line follow."""
        others = self.line_id.candidate_ids - self
        self._note("same")
        others._note("another")
        self.line_id._link_to(self)

    def _note(self, decision):
        self.write({"decision": decision, "user_id": self.env.uid})


class DokstampRunLine(models.Model):
    _inherit = "dokstamp.run.line"

    candidate_ids = fields.One2many(
        "dokstamp.run.candidate", "line_id", string="Candidates", readonly=True
    )
    candidate_count = fields.Integer(compute="_compute_candidate_count")
    here = fields.Text(string="In Odoo", compute="_compute_sides")
    there = fields.Text(string="At DokStamp", compute="_compute_sides")

    @api.depends("candidate_ids")
    def _compute_candidate_count(self):
        for line in self:
            line.candidate_count = len(line.candidate_ids)

    @api.depends("candidate_ids.here", "candidate_ids.there")
    def _compute_sides(self):
        for line in self:
            line.here = line.candidate_ids[:1].here
            line.there = "\n\n".join(filter(None, line.candidate_ids.mapped("there")))

    @api.model
    def _in_doubt(self, records):
        """The lines of ``records`` that a person has to decide on."""
        return self.search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("account_id", "in", records.account_id.ids),
                ("outcome", "=", "review"),
            ]
        )

    # === ACTION METHODS === #

    def action_link(self):
        """A person says of each that what DokStamp has is the same."""
        self._check_may_decide()
        if any(line.candidate_count > 1 for line in self):
            raise UserError(
                self.env._(
                    "DokStamp has several that could be this one: open the line and "
                    "press the button beside the one that it is."
                )
            )
        for line in self.sudo():  # sudo: a run's lines are the connector's
            line.candidate_ids._decide()
        return True

    def action_another(self):
        """A person says of each that what DokStamp has is another one."""
        self._check_may_decide()
        for line in self.sudo():  # sudo: as above
            line.candidate_ids._note("another")
            line._create_another()
        return True

    def action_decide_again(self):
        """A person takes back that it is another one: the next run asks anew."""
        self._check_is_registrar()
        # sudo: a run's lines are the connector's
        self.sudo().candidate_ids.write({"decision": False, "user_id": False})
        return True

    def _check_is_registrar(self):
        self.check_access("read")
        if not self.env.user.has_group("dokstamp_connector.group_registrar"):
            raise AccessError(self.env._("Only registrars decide who is who."))

    def _check_may_decide(self):
        """:raise UserError: nothing is to be decided here, or not by this user"""
        self._check_is_registrar()
        if any(line.outcome != "review" for line in self):
            raise UserError(
                self.env._("This was decided already: reload the page to see it.")
            )

    # === WHAT FOLLOWS === #

    def _leave(self):
        """A later run asks the same."""
        self.outcome = "left"
        for run in self.run_id:
            run._count_findings()

    def _link_to(self, candidate):
        self._follow(
            {
                "finding": "adopt",
                "dokstamp_uuid": candidate.dokstamp_uuid,
                "differences": self._differences_from(candidate.values),
            }
        )

    def _create_another(self):
        self._follow({"finding": "create", "is_absent": True})

    def _differences_from(self, values):
        record = self._records().get((self.res_model, self.res_id))
        return record and record._differences_from(record._payload(), values)

    def _follow(self, values):
        """A person has decided: the line is like any other from now on."""
        self.write({**values, "reason": False, "outcome": self._get_next_outcome()})
        self.run_id._count_findings()
        record = self._records().get((self.res_model, self.res_id))
        newest = self.env["dokstamp.sync.record"]._newest_rows(
            self.res_model, [self.res_id]
        )
        row = newest.get((self.res_id, self.account_id.id))
        if record and row and row.state == "failed":  # for the doubt
            record._queue_push()

    def _get_next_outcome(self):
        """Where a line goes once nothing is in doubt.

        :rtype: str
        """
        return "none"


class DokstampRun(models.Model):
    _inherit = "dokstamp.run"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        decided = [("line_id.run_id", "in", self.ids), ("decision", "!=", False)]
        if self.env["dokstamp.run.candidate"].search_count(decided, limit=1):
            raise UserError(
                self.env._(
                    "Somebody has decided in this run who is who, and that would be "
                    "forgotten: it stays."
                )
            )
