from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..names import name_domain

VACUUM_BATCH = 10_000  # lines
DAY = 10  # characters of an ISO date, which may come with a time
EVENTS = [
    ("created", "Created"),
    ("updated", "Updated"),
    ("archived", "Archived"),
    ("deleted", "Deleted"),
    ("attached", "Attached"),
    ("detached", "Detached"),
    ("issued", "Issued"),
    ("revoked", "Revoked"),
    ("adopted", "Adopted"),
]


class DokstampAuditLog(models.Model):
    """One call that wrote at DokStamp: who caused it, what it changed, and what came
    back.

    The line is kept for ever; what it says of values, as long as its account says, or
    until a person's data are erased. DokStamp has a log of its own, but no documented
    way to read it (dokstamp-api.md 21.6).
    """

    _name = "dokstamp.audit.log"
    _inherit = ["dokstamp.traced.line"]
    _description = "DokStamp Audit Log"
    _order = "called_at desc, id desc"
    _rec_name = "event"

    account_id = fields.Many2one(index=True)
    res_name = fields.Char(
        string="Record",
        readonly=True,
        index="trigram",
        help="The record's name when the call was made.",
    )
    dokstamp_uuid = fields.Char(string="DokStamp UUID", readonly=True, index=True)
    event = fields.Selection(EVENTS, required=True, readonly=True)
    old_values = fields.Json(string="Old values", readonly=True)
    new_values = fields.Json(string="New values", readonly=True)
    summary = fields.Text(string="What happened", compute="_compute_summary")
    changes = fields.Text(compute="_compute_changes")
    emptied_at = fields.Datetime(
        string="Values emptied at",
        readonly=True,
        help="Old and new values were emptied then: the account keeps them no longer, "
        "or the personal data of the record were erased.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Caused by",
        readonly=True,
        ondelete="set null",
        index=True,
        help="Empty once this person has left and the user is deleted.",
    )
    called_at = fields.Datetime(
        string="Called at", required=True, readonly=True, index=True
    )
    duration_ms = fields.Integer(
        string="Duration (ms)", readonly=True, aggregator="avg"
    )
    method = fields.Char(readonly=True)
    path = fields.Char(readonly=True)
    status_code = fields.Integer(
        string="Status",
        readonly=True,
        aggregator=None,
        help="HTTP status of DokStamp's answer; 0: no answer arrived.",
    )
    succeeded = fields.Boolean(
        compute="_compute_succeeded", store=True, precompute=True
    )
    request_id = fields.Char(string="Request ID", readonly=True)
    # No foreign key: queue rows are cleaned up, audit lines never change.
    sync_record_id = fields.Many2oneReference(
        string="Queue row", model_field="sync_record_model", readonly=True
    )
    sync_record_model = fields.Char(compute="_compute_sync_record_model")

    _record = models.Index("(res_model, res_id)")
    _with_values = models.Index("(account_id, called_at) WHERE emptied_at IS NULL")

    @api.depends("event", "res_name")
    def _compute_display_name(self):
        events = dict(self._fields["event"]._description_selection(self.env))
        for line in self:
            words = (events.get(line.event), line.res_name)
            line.display_name = ": ".join(filter(None, words))

    def _search_display_name(self, operator, value):
        return name_domain(self, operator, value, ("event", "res_name"), ": ")

    @api.depends("old_values", "new_values", "emptied_at")
    @api.depends_context("lang", "tz")
    def _compute_changes(self):
        """What the call changed, by the keys that DokStamp knows."""
        for line in self:
            if line.emptied_at:
                line.changes = line._emptied_sentence()
                continue
            old, new = line.old_values or {}, line.new_values or {}
            line.changes = "\n".join(
                f"{key}: {old[key]} → {new.get(key)}"
                if key in old
                else f"{key}: {new[key]}"
                for key in dict.fromkeys([*old, *new])
                if old.get(key) != new.get(key)
            )

    def _emptied_sentence(self):
        return self.env._(
            "Values emptied on %s.",
            self.account_id.company_id._dokstamp_day(self.emptied_at),
        )

    @api.depends("old_values", "new_values", "emptied_at", "status_code")
    @api.depends_context("lang", "tz")
    def _compute_summary(self):
        """What happened, in the words of the screens."""
        names = self._names_of_links()
        for line in self:
            line.summary = line._sentence(line._changes_told(names))

    def _sentence(self, changes):
        """:param str changes: what was changed"""
        record = " ".join(filter(None, (self._kind_label(), self.res_name)))
        sentences = {
            "created": self.env._("%s created at DokStamp", record),
            "updated": self.env._("%s changed", record),
            "archived": self.env._("%s archived at DokStamp", record),
            "deleted": self.env._("%s deleted at DokStamp", record),
            "attached": self.env._("%s put into its course", record),
            "detached": self.env._("%s taken out of its course", record),
            "issued": self.env._("%s issued", record),
            "revoked": self.env._("%s revoked", record),
            "adopted": self.env._("%s found at DokStamp, and linked", record),
        }
        happened = sentences[self.event]
        if self.event == "updated" and changes:
            happened = f"{happened}: {changes}"
        if self.succeeded:
            return happened
        if not self.status_code:
            return self.env._("Not answered: %s", happened)
        return self.env._(
            "Refused with %(status)s: %(what)s", status=self.status_code, what=happened
        )

    def _kind_label(self):
        kinds = dict(self._fields["res_model"]._description_selection(self.env))
        return kinds.get(self.res_model, self.res_model)

    def _changes_told(self, names):
        """Each value that the call changed: its label, before and after.

        :param dict names: uuid → what it is called, of links
        :rtype: str
        """
        if self.emptied_at:
            return self._emptied_sentence()
        old, new = self.old_values or {}, self.new_values or {}
        fields_ = self._fields_of_keys()
        told = []
        for key in dict.fromkeys([*old, *new]):
            if old.get(key) == new.get(key):
                continue
            field = fields_.get(key)
            values = [
                self._value_told(field, values[key], names)
                for values in (old, new)
                if key in values
            ]
            label = field._description_string(self.env) if field else key
            told.append(f"{label}: {' → '.join(values)}")
        return "; ".join(told)

    def _fields_of_keys(self):
        """Key of the body → the registry's field.

        :rtype: dict[str, odoo.fields.Field]
        """
        model = self.env.get(self.res_model)
        if model is None:
            return {}
        return {
            model._api_key(name): model._fields[name]
            for name in model._get_dokstamp_fields()
        }

    def _value_told(self, field, value, names):
        if value is None or value == "":
            return self.env._("empty")
        if isinstance(value, bool):
            return self.env._("yes") if value else self.env._("no")
        if field is not None and field.type == "selection":
            choices = dict(field._description_selection(self.env))
            return choices.get(value, str(value))
        if field is not None and field.type == "date":
            return format_date(self.env, str(value)[:DAY])
        return names.get(value) or str(value)

    def _names_of_links(self):
        """What is called what, of the uuids that these lines tell.

        :rtype: dict[str, str]
        """
        values = [
            value
            for line in self
            for told in (line.old_values or {}, line.new_values or {})
            for key, value in told.items()
            if key.endswith("_uuid") and isinstance(value, str)
        ]
        # sudo: names alone, of what a line that may be read tells of
        bindings = (
            self.env["dokstamp.binding"]
            .sudo()
            .search([("dokstamp_uuid", "in", values)])
        )
        records = (
            self.env["dokstamp.entity"]
            .sudo()
            ._existing((binding.res_model, binding.res_id) for binding in bindings)
        )
        return {
            binding.dokstamp_uuid: records[place].display_name
            for binding in bindings
            if (place := (binding.res_model, binding.res_id)) in records
        }

    @api.depends("status_code")
    def _compute_succeeded(self):
        for line in self:
            line.succeeded = 200 <= line.status_code < 300

    def _compute_sync_record_model(self):
        self.sync_record_model = "dokstamp.sync.record"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Nothing is noted of whom personal data were erased."""
        # sudo: whoever notes a call need not see who was erased
        erased = self.env["dokstamp.erasure"].sudo()._among(map(_place, vals_list))
        for vals in vals_list:
            if _place(vals) in erased:
                vals |= {
                    "res_name": False,
                    "old_values": False,
                    "new_values": False,
                    "emptied_at": fields.Datetime.now(),
                }
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise UserError(self.env._("Audit lines are kept as they were written."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_always(self):
        raise UserError(self.env._("Audit lines are kept; they cannot be deleted."))

    # === EMPTYING === #

    @api.model
    def _about(self, records):
        """The lines about registry records, of whatever account."""
        return self.search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )

    def _empty(self):
        """Take values and name out of the lines, which stay: who called what, when, and
        how it was answered.

        In SQL, as a line can be changed in no other way.
        """
        self.flush_recordset()
        self.env.execute_query(
            SQL(
                """
                UPDATE dokstamp_audit_log
                   SET res_name = NULL, old_values = NULL, new_values = NULL,
                       emptied_at = COALESCE(emptied_at, %s)
                 WHERE id IN %s
             RETURNING id
                """,
                fields.Datetime.now(),
                self._ids or (0,),
            )
        )
        self.invalidate_recordset()

    @api.autovacuum
    def _gc_values(self):
        """Empty the values that their account keeps no longer; lines and names stay."""
        count = 0
        for account in self.env["dokstamp.account"].search(
            [("audit_values_months", ">", 0)]
        ):
            months = relativedelta(months=account.audit_values_months)
            count += self._empty_values(account, fields.Datetime.now() - months)
        return count, count >= VACUUM_BATCH

    def _empty_values(self, account, moment):
        """
        :param datetime moment: of what was called before it
        :return: how many lines there were
        :rtype: int
        """
        self.flush_model()
        emptied = self.env.execute_query(
            SQL(
                """
                UPDATE dokstamp_audit_log
                   SET old_values = NULL, new_values = NULL, emptied_at = %s
                 WHERE id IN (SELECT id
                                FROM dokstamp_audit_log
                               WHERE emptied_at IS NULL
                                 AND account_id = %s
                                 AND called_at < %s
                               LIMIT %s)
             RETURNING id
                """,
                fields.Datetime.now(),
                account.id,
                moment,
                VACUUM_BATCH,
            )
        )
        self.invalidate_model(["old_values", "new_values", "emptied_at"])
        return len(emptied)


def _place(vals):
    return vals.get("res_model"), vals.get("res_id")
