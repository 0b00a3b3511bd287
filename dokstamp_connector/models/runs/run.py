from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from ..actions import open_form
from ..sentence import Sentence

KINDS = [
    ("rehearsal", "Rehearsal"),
    ("load", "First load"),
    ("reconciliation", "Reconciliation"),
]
UNDER_WAY = ("reading", "comparing", "sending")
OPEN = (*UNDER_WAY, "paused")
KEEP_LINES = timedelta(days=60)  # they hold personal data
VACUUM_BATCH = 10_000  # lines
COUNTED = (
    *("create", "adopt", "change", "equal"),
    *("missing_there", "missing_here", "orphan"),
)


class DokstampRun(models.Model):
    """What an account's registry and DokStamp hold, compared once as a whole.

    reading → comparing → sending → done. A rehearsal sends nothing and a
    reconciliation what people repair; a first load sends all that is not there. Each
    step is committed, so that a run goes on after whatever has interrupted it.
    """

    _name = "dokstamp.run"
    _inherit = ["dokstamp.write.protection"]
    _description = "DokStamp Run"
    _order = "id desc"
    _rec_names_search = ["kind"]

    account_id = fields.Many2one(
        "dokstamp.account",
        required=True,
        ondelete="cascade",
        index=True,
        help="Whose records are looked at, and whose DokStamp.",
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, precompute=True
    )
    kind = fields.Selection(KINDS, required=True, default="rehearsal")
    state = fields.Selection(
        [
            ("reading", "Reading DokStamp"),
            ("comparing", "Comparing"),
            ("sending", "Sending"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("failed", "Stopped"),
            ("cancelled", "Cancelled"),
        ],
        default="reading",
        required=True,
        readonly=True,
        index=True,
    )
    resume_state = fields.Char(readonly=True, help="Where it goes on when it resumes.")
    problem = Sentence(string="Why it does not go on", readonly=True)
    attempt_count = fields.Integer(readonly=True, aggregator=None)
    next_step_at = fields.Datetime(string="Not before", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Started by",
        default=lambda self: self.env.user,
        readonly=True,
        ondelete="set null",
    )
    done_at = fields.Datetime(string="Ended at", readonly=True)
    line_ids = fields.One2many("dokstamp.run.line", "run_id", readonly=True)
    # how far the comparison has got
    cursor_model = fields.Char(readonly=True)
    cursor_id = fields.Integer(readonly=True, aggregator=None)
    total_count = fields.Integer(string="Records", readonly=True, aggregator=None)
    compared_count = fields.Integer(string="Compared", readonly=True, aggregator=None)
    # what it found
    create_count = fields.Integer(string="New", readonly=True)
    adopt_count = fields.Integer(string="Already there", readonly=True)
    change_count = fields.Integer(string="Different", readonly=True)
    equal_count = fields.Integer(string="Equal", readonly=True)
    refuse_count = fields.Integer(string="Refused", readonly=True)
    review_count = fields.Integer(string="To decide", readonly=True)
    missing_there_count = fields.Integer(string="Missing at DokStamp", readonly=True)
    missing_here_count = fields.Integer(string="Only at DokStamp", readonly=True)
    orphan_count = fields.Integer(string="Left behind", readonly=True)
    note = fields.Text(compute="_compute_note", string="What happens now")

    _one_open_per_account = models.UniqueIndex(
        "(account_id) WHERE state IN ('reading', 'comparing', 'sending', 'paused')",
        "Another run of this account is under way. Wait until it is done, or cancel "
        "it.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "create_date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            moment = run.create_date and format_datetime(
                self.env, run.create_date, dt_format="short"
            )
            run.display_name = " ".join(filter(None, (kinds.get(run.kind), moment)))

    @api.depends("kind", "state", "problem", "account_id.state")
    @api.depends_context("lang")
    def _compute_note(self):
        for run in self:
            run.note = " ".join(filter(None, run._get_notes()))

    def _get_notes(self):
        """Sentences on what happens now and what to do.

        :rtype: list[str | bool]
        """
        if self.state in ("paused", "failed", *UNDER_WAY) and self.problem:
            return [self.problem]
        if self.state in ("reading", "comparing"):
            return [self.env._("Nothing is sent: DokStamp is only asked what it has.")]
        return []

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        """Of what kind and for which account it is; all else follows."""
        names = super()._get_writable_fields(state)
        return names | {"account_id", "kind"} if state is None else names

    def _refusal(self, names):
        return AccessError(self.env._("What a run is follows from what it finds."))

    @api.model_create_multi
    def create(self, vals_list):
        runs = super().create(vals_list)
        for run in runs:
            run._begin()
        return runs

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        if any(run.state in OPEN for run in self):
            raise UserError(self.env._("Cancel the run first: it is under way."))

    # === ACTION METHODS === #

    def action_pause(self):
        """Stop before the next step; what DokStamp is working on goes through."""
        self.check_access("write")
        for run in self.sudo().filtered(lambda run: run.state in UNDER_WAY):
            run.write(
                {
                    "state": "paused",
                    "resume_state": run.state,
                    "problem": self.env._(
                        "Paused by %(user)s.", user=self.env.user.display_name
                    ),
                }
            )
            run._note_paused()
        return True

    def action_resume(self):
        """Go on where it has stopped."""
        self.check_access("write")
        stopped = self.sudo().filtered(lambda run: run.state in ("paused", "failed"))
        for run in stopped:
            run.write(
                {
                    "state": run.resume_state or "reading",
                    "resume_state": False,
                    "problem": False,
                    "next_step_at": False,
                    "attempt_count": 0,
                }
            )
            run._note_resumed()
        stopped._wake()
        return True

    def action_cancel(self):
        """End it here; what it has found stays as a report."""
        self.check_access("write")
        runs = self.sudo().filtered(lambda run: run.state in (*OPEN, "failed"))
        for run in runs:
            run._end("cancelled")
        return True

    def action_first_load(self):
        """Send what the rehearsal has shown."""
        self.ensure_one()
        return self.account_id.action_first_load()

    def action_view_lines(self):
        """The lines of what the button that was pressed counts."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_run_line_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        filters = {
            name: value
            for name, value in self.env.context.items()
            if name.startswith("search_default_")
        }
        action["context"] = filters
        return action

    def _open(self):
        return open_form(self)

    # === CLEANING === #

    @api.autovacuum
    def _gc_lines(self):
        """Drop the lines of old runs: the numbers stay. What a person has decided on
        candidates stays too.
        """
        limit = fields.Datetime.now() - KEEP_LINES
        lines = self.env["dokstamp.run.line"].search(
            [("run_id.done_at", "<", limit), ("candidate_ids", "=", False)],
            limit=VACUUM_BATCH,
        )
        lines.unlink()
        return len(lines), len(lines) == VACUUM_BATCH

    # === ITS LIFE === #

    def _begin(self):
        """It was made: what has to be so before its first step."""
        self._wake()

    def _wake(self):
        """Have the scheduled action go on with it."""
        self.env["dokstamp.schedule"]._wake("run")

    def _note_paused(self):
        """A person has paused it."""

    def _note_resumed(self):
        """A person lets it go on."""

    def _end(self, state="done"):
        """Nothing is left to do.

        :param str state: `done` or `cancelled`
        """
        self.write(
            {
                "state": state,
                "done_at": fields.Datetime.now(),
                "problem": False,
                "next_step_at": False,
                "resume_state": False,
            }
        )
        self._count_findings()
        self._forget_picture()

    def _count_findings(self):
        """Note the numbers of what was found: a report outlives its lines."""
        groups = self.env["dokstamp.run.line"]._read_group(
            [("run_id", "=", self.id)], ["finding", "outcome"], ["__count"]
        )
        found = Counter()
        for finding, outcome, count in groups:
            found["review" if outcome == "review" else finding] += count
        names = (*COUNTED, "refuse", "review")
        self.write({f"{name}_count": found[name] for name in names})
