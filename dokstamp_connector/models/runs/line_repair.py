"""What people do about what a reconciliation found. DokStamp is made to hold what the
registry says, through the queue; or what it holds is taken into the registry; or it is
left as it is, and not asked for again.

A repair notes in the binding what DokStamp holds, so that the queue sends what differs
from that. It is the run's to do, step by step: no user's transaction writes bindings.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..actions import RELOAD, show_message
from ..sync.messages import PLACE
from ..sync.origin import origin_of
from .compared_entity import link_key
from .reconciliation import KIND

CAUSES = [
    ("edited", "Changed at DokStamp"),
    ("relinked", "Belongs to another record at DokStamp"),
    ("archived", "Archived at DokStamp"),
    ("unsent", "Never sent"),
]
SENT = ("change", "missing_there", "create")
REMOVED = ("orphan", "doubled")
OPEN = ("none", "failed")


class DokstampRunLine(models.Model):
    _inherit = "dokstamp.run.line"

    finding = fields.Selection(
        selection_add=[("doubled", "Twice at DokStamp")],
        ondelete={"doubled": "cascade"},
    )
    cause = fields.Selection(CAUSES, string="How it came", readonly=True)
    # What DokStamp holds, as a repair or taking it in needs it: personal data.
    held = fields.Json(groups=fields.NO_ACCESS)
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, ondelete="set null"
    )
    is_open = fields.Boolean(compute="_compute_is_open")

    @api.depends("outcome", "kind")
    def _compute_is_open(self):
        """Whether somebody has still to say what becomes of it."""
        for line in self:
            line.is_open = line.kind == KIND and line.outcome in OPEN

    # === ACTION METHODS === #

    def action_repair(self):
        """Make DokStamp hold what the registry says, by way of the queue: what differs
        is sent, what is missing made again, what was left behind or is there twice
        removed.
        """
        lines = self._to_decide(SENT + REMOVED)
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing to repair: what is only at DokStamp is taken into Odoo or "
                    "left as it is, and the others are done or on their way."
                )
            )
        # sudo: lines are the connector's to write
        lines.sudo().write(
            {"outcome": "pending", "queued_at": False, "decided_by_id": self.env.uid}
        )
        lines.run_id.sudo()._go_on_repairing()
        return show_message(
            self.env._("%s on the way to DokStamp.", len(lines)), next=RELOAD
        )

    def action_take_in(self):
        """Keep in the registry what is only at DokStamp, linked to that; what cannot be
        kept says why on its line.
        """
        lines = self._to_decide(("missing_here",))
        if not lines:
            raise UserError(
                self.env._("Nothing to take in: choose what is only at DokStamp.")
            )
        ranks = {line: self.env[line.res_model]._dokstamp_rank for line in lines}
        ordered = lines.sorted(lambda line: (ranks[line], line.id))
        count = sum(line._try_to_take_in() for line in ordered)
        kind = "success" if count == len(lines) else "warning"
        return show_message(
            self.env._(
                "%(count)s of %(total)s taken into Odoo.", count=count, total=len(lines)
            ),
            kind,
            next=RELOAD,
        )

    def action_leave(self):
        """It stays as it is; later runs do not ask for the same again."""
        lines = self._to_decide([value for value, _label in self._findings()])
        # sudo: lines and decisions are the connector's to write
        self.env["dokstamp.left.difference"].sudo()._leave(lines)
        lines._close("left")
        return True

    def _findings(self):
        return self._fields["finding"].selection

    def _to_decide(self, findings):
        """Those of the lines of which it is open what becomes of them.

        :param collection findings: what they tell of
        :raise AccessError: the user is no manager, or of another company
        """
        self.check_access("read")
        self.run_id.check_access("write")
        return self.filtered(lambda line: line.is_open and line.finding in findings)

    def _close(self, outcome):
        # sudo: as in `action_leave`
        self.sudo().write(
            {
                "outcome": outcome,
                "reason": False,
                "settled_at": fields.Datetime.now(),
                "decided_by_id": self.env.uid,
            }
        )

    # === REPAIR === #

    def _hand_over(self):
        return self._repair() if self.run_id.kind == KIND else super()._hand_over()

    def _repair(self):
        """Queue what makes DokStamp hold what the registry says; lines of one kind."""
        account, bindings = self.run_id.account_id, self.env["dokstamp.binding"]
        places = {(line.res_model, line.res_id) for line in self}
        known = bindings._of_places(account, places)
        sent = self.filtered(lambda line: line.finding in SENT)
        bindings._note_held(
            account,
            {
                place: (binding.dokstamp_uuid, line._payload_there(binding))
                for line in sent
                if (binding := known.get(place := (line.res_model, line.res_id)))
            },
        )
        self.queued_at = fields.Datetime.now()
        sent._queue()
        (self - sent)._queue_removals(known)

    def _payload_there(self, binding):
        """What DokStamp holds of the record, in the shape of what was sent last.

        :rtype: dict
        """
        payload = dict(binding.last_payload or {})
        if self.finding == "missing_there":
            return {PLACE: payload[PLACE]} if PLACE in payload else {}
        theirs = {key: there for key, (_own, there) in self.differences.items()}
        parent = self.env[self.res_model]._dokstamp_parent
        if parent and theirs.pop(link_key(parent), None):
            payload[PLACE] = self.held["path"].split("/")
        return {**payload, **theirs}

    def _queue_removals(self, known):
        """:param dict known: (model, id) → binding"""
        bindings = self.env["dokstamp.binding"]
        doubled = self.filtered(lambda line: line.finding == "doubled")
        for line in doubled:
            # the surplus one is no record's: under a number that no record has
            line.res_id = -line.id
        loose = self.filtered(lambda line: (line.res_model, line.res_id) not in known)
        bindings._note_held(
            self.run_id.account_id,
            {
                (line.res_model, line.res_id): (
                    line.dokstamp_uuid,
                    line._removed_payload(),
                )
                for line in loose
            },
        )
        origin, origin_name = origin_of(self.env)
        self.env["dokstamp.sync.record"].create(
            [
                {
                    "account_id": line.account_id.id,
                    "res_model": line.res_model,
                    "res_id": line.res_id,
                    "operation": "remove",
                    # what hangs on a record is removed before it
                    "rank": -self.env[line.res_model]._dokstamp_rank,
                    "next_attempt_at": fields.Datetime.now(),
                    "removal_keys": {"name": line.res_name, "path": line._there()},
                    "run_line_id": line.id,
                    "user_id": line._author().id,
                    "origin": origin,
                    "origin_name": origin_name,
                }
                for line in self
            ]
        )

    def _there(self):
        """The path that it lies at.

        :rtype: list[str]
        """
        resource = self.env[self.res_model]._dokstamp_resource
        return (self.held or {}).get("path", resource or "").split("/")

    def _removed_payload(self):
        values, path = (self.held or {}).get("values", {}), self._there()
        return {**values, PLACE: path} if len(path) > 1 else values

    def _author(self):
        return self.decided_by_id or super()._author()

    # === TAKING IN === #

    def _try_to_take_in(self):
        """:return: whether that went"""
        try:
            with self.env.cr.savepoint():
                self._take_in()
        except AccessError:
            raise
        except UserError as error:
            # sudo: as in `action_leave`
            self.sudo().write({"outcome": "failed", "reason": str(error)})
            return False
        return True

    def _take_in(self):
        """Make the registry's record of what DokStamp holds, linked to that."""
        line = self.sudo()  # sudo: what DokStamp holds is the connector's to read
        account, model = line.account_id, self.env[self.res_model]
        account._refuse_foreign(self.res_model, self.dokstamp_uuid)
        record = model.create(model._registry_values(account, line.held))
        line.write({"res_id": record.id, "res_name": record.display_name})
        self._close("done")
        # what has no uuid of its own goes by that of others
        uuid = model._dokstamp_resource and self.dokstamp_uuid
        line.env["dokstamp.binding"]._note_held(
            account,
            {(record._name, record.id): (uuid or None, record._as_held(line.held))},
        )
        line._write_audit_lines()
