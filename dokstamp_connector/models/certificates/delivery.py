"""What certificates add to the queue: which message is next, what its answer changes,
and asking again what became of them.
"""

from odoo import api, fields, models
from odoo.fields import Domain

from ...dokstamp_api import web_page
from ..sync.messages import (
    Certified,
    Issue,
    Refresh,
    Revoke,
    Upload,
)
from ..sync.messages.comparison import as_utc
from .certificate import LIVE_STATES

# DokStamp may still be working on a certificate when it answers (dokstamp-api.md 16.2):
# look again after this long, twice as long, …; after the last look the daily refresh
# goes on.
REFRESH_DELAY = 15  # seconds
REFRESH_LOOKS = 8
REFRESH_AT_ONCE = 2000  # live certificates of an account that are asked for each day


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    is_taken_back = fields.Boolean(
        compute="_compute_is_taken_back",
        help="Somebody has revoked it; DokStamp has not heard of that yet, or refused.",
    )

    is_entry_due = fields.Boolean(
        readonly=True,
        copy=False,
        help="It is issued; its line of the register is written after those of the "
        "run's earlier numbers.",
    )

    _entries_due = models.Index("(account_id) WHERE is_entry_due")

    # === COMPUTE METHODS === #

    @api.depends("state")
    def _compute_is_taken_back(self):
        issued = self.filtered(lambda c: c.state == "issued")
        taken_back = set(issued._open_revocations().mapped("res_id")) if issued else ()
        for certificate in self:
            certificate.is_taken_back = (
                certificate in issued and certificate._origin.id in taken_back
            )

    def _compute_sync_state(self):
        """Some have no queue row yet: a document or a predecessor comes first."""
        result = super()._compute_sync_state()
        unsent = self.filtered(lambda c: c.sync_state == "none")
        in_line = unsent.filtered("is_in_line")
        in_line.sync_state = "waiting"
        in_line.sync_reason = "predecessor"
        in_line.sync_message = self.env._(
            "The certificate that it replaces is revoked first; then this one goes out."
        )
        without_document = (unsent - in_line).filtered(lambda c: c.state == "queued")
        if without_document:
            without_document.sync_state = "pending"
            without_document.sync_reason = "document_made"
            without_document.sync_message = (
                without_document._document_stop()
                or self.env._("Its document is being made.")
            )
        return result

    # === ACTION METHODS === #

    def action_sync_now(self):
        """Ask DokStamp now what became of the certificates."""
        self.filtered("dokstamp_uuid")._queue_refresh(urgent=True)
        return True

    # === WHICH MESSAGE === #

    def _problems(self):
        problems = super()._problems()
        if self.state == "queued" and self._is_document_lost():
            binding = self.env["dokstamp.binding"]._of(self)
            if not (binding.last_payload or {}).get("file_uuid"):
                problems.append(self._document_lost_sentence())
        return problems

    def _prerequisites(self):
        return [
            record
            for record in (
                self.institution_id,
                self.student_id,
                self.course_id,
                self.cohort_id,
                self.enrollment_id,
            )
            if record
        ]

    def _operation_message(self, row, binding, tried):
        """The next message of a queue row, or None when nothing is left to do."""
        file_uuid = (binding.last_payload or {}).get("file_uuid")
        known = {
            "uuid": binding.dokstamp_uuid or None,
            "file_uuid": file_uuid,
        }
        return getattr(self, f"_{row.operation}_message")(row, known)

    def _issue_message(self, row, known):
        if self.state not in LIVE_STATES:  # taken back, or given up
            return None
        if known["uuid"]:
            return Refresh(**known)
        if self.run_id.is_paused:
            return None  # resuming the run queues it anew
        obstacle = "\n".join(self._late_obstacles_of_each()[0]) or None
        if not known["file_uuid"] and not obstacle:
            return Upload(
                filename=self.pdf_filename,
                content=self._kept_document(),
            )
        return Issue(
            **known,
            payload=self._issue_payload(known["file_uuid"]),
            finishes=self.account_id.auth_method == "client_credentials",
            issued_at=f"{fields.Datetime.now().isoformat()}Z",
            # what must not be created any more is looked for in any case
            was_attempted=bool(obstacle) or row._is_repeated(),
            file_name=self.pdf_filename,
            siblings=self._sibling_uuids(),
            since=row._queued_at(),
            obstacle=obstacle,
        )

    def _late_obstacles_of_each(self):
        """Why each must not go out although a person said so: a hold may have been set,
        or a completion taken back, while it was on its way.

        :rtype: list[list[str]]
        """
        holds = self.env["dokstamp.hold"]._in_force(self.student_id, self.enrollment_id)
        enrollments = self._enrollments_to_find()
        return [
            certificate._hold_obstacles(holds)
            + (
                []
                if certificate._exception()
                else certificate._completion_obstacles(enrollments)
            )
            for certificate in self
        ]

    def _sibling_uuids(self):
        """The student's other certificates for the course, which a search finds too.

        :rtype: list[str]
        """
        siblings = self.search(
            [
                ("student_id", "=", self.student_id.id),
                ("course_id", "=", self.course_id.id),
                ("id", "!=", self.id),
            ]
        )
        return [uuid for uuid in siblings.mapped("dokstamp_uuid") if uuid]

    def _issue_payload(self, file_uuid):
        """Body of POST /certificates: dokstamp-api.md 16.2."""
        payload = {
            "institution_uuid": self.institution_id.dokstamp_uuid,
            "course_uuid": self.course_id.dokstamp_uuid,
            "student_uuid": self.student_id.dokstamp_uuid,
            "file_uuid": file_uuid,
            "cohort_uuid": self.cohort_id.dokstamp_uuid,
            "enrollment_uuid": self.enrollment_id.dokstamp_uuid,
            "template_uuid": self.course_id.template_uuid,
        }
        return {key: value for key, value in payload.items() if value}

    def _revoke_message(self, row, known):
        if self.state != "issued" or not known["uuid"]:
            return None
        return Revoke(
            **known,
            reason=self.revocation_reason or None,
            keys={
                "student_uuid": self.student_id.dokstamp_uuid,
                "course_uuid": self.course_id.dokstamp_uuid,
            },
        )

    def _refresh_message(self, row, known):
        return Refresh(**known) if known["uuid"] else None

    # === WHAT CAME BACK === #

    def _note_answer(self, row, message):
        """Messages that are answered with a certificate bring DokStamp's word on it."""
        if isinstance(message, Certified):
            self._note_remote(row, message.remote)
            if not message.is_settled:
                self._look_again(row)

    def _note_remote(self, row, remote):
        """Take over DokStamp's word on the certificate."""
        status = remote.get("status")
        if self.state in ("revoked", "expired") and status in ("draft", "issued"):
            return  # an old answer: there is no way back (dokstamp-api.md 16.4)
        values = {
            "verification_url": web_page(remote.get("public_verification_url"))
            or self._public_page(),
            "issued_at": as_utc(remote.get("issued_at")) or self.issued_at,
            "failure_message": False,
            "answer": {**(self.answer or {}), **remote},
        }
        if status in ("issued", "revoked", "expired"):
            values["state"] = status
            values["issued_at"] = values["issued_at"] or fields.Datetime.now()
        if status == "revoked":
            values["revoked_at"] = (
                as_utc(remote.get("revoked_at")) or fields.Datetime.now()
            )
            values["revocation_reason"] = (
                remote.get("revocation_reason") or self.revocation_reason
            )
        before, person = self.state, self._whose_step(row, status)
        self._speak_for(person)
        self.write(values)
        if self.state in ("revoked", "expired"):
            self._end_failed_revocation()
        self._enter_in_register(before, person or self.env.user)
        if self.state == "issued" != before:
            self._notify_student()
        if self.state in ("revoked", "expired"):
            # the successor may be live only when this one is not: the database checks
            # row by row
            self.flush_recordset(["state"])
            drafts = self.replaced_by_ids.filtered(lambda c: c.state == "draft")
            drafts._issue_successors()

    def _whose_step(self, row, status):
        """Who pressed the button that DokStamp's word is the end of. Nobody, where it
        was done at DokStamp, or by time: whoever asked how it stands did not do it.

        :rtype: res.users
        """
        if status == "issued":
            return self.issuer_id
        if status == "revoked":
            revocation = row if row.operation == "revoke" else self._open_revocations()
            return revocation[-1:].user_id
        return self.env["res.users"]

    def _speak_for(self, user):
        """What a scheduled action notes now, it does for this person: the chatter names
        who pressed the button. What a person does, they say themselves.
        """
        if self.env.user._is_superuser() and user.active and user.partner_id:
            self._track_set_author(user.partner_id)

    def _end_failed_revocation(self):
        """What DokStamp refused has come about there all the same."""
        open_rows = self._open_revocations().filtered(lambda row: row.state == "failed")
        open_rows._finish(self.env._("DokStamp does not call it issued any more."))

    def _enter_in_register(self, before, user):
        """One line of the register for each step that DokStamp confirmed."""
        if self.state == before or self.state not in ("issued", "revoked", "expired"):
            return
        if before in ("draft", "queued", "failed"):
            self.is_entry_due = True
        if self.state == "issued":
            self._enter_in_turn()
            return
        self._enter_issue()
        register = self.env["dokstamp.register.entry"]
        if self.state == "revoked":
            register._enter(self, "revoked", self.revoked_at, user)
        else:
            register._enter(self, "expired", fields.Datetime.now(), user)

    def _enter_in_turn(self):
        """Answers come as they like; a run stands in the book in the order of its
        numbers. What waits for an earlier one when the flush ends is entered then.
        """
        due = self
        if self.run_id:
            of_run = Domain("run_id", "=", self.run_id.id)
            due = self.search(of_run & Domain("is_entry_due", "=", True))
            first = self.search(
                of_run & Domain("state", "=", "queued"), order="number", limit=1
            )
            if first:
                due = due.filtered_domain([("number", "<", first.number)])
        due._enter_issue()

    def _enter_issue(self):
        """Write the lines that are due, by number."""
        register = self.env["dokstamp.register.entry"]
        for certificate in self.filtered("is_entry_due").sorted("number"):
            register._enter(
                certificate,
                "replaced" if certificate.replaces_id else "issued",
                certificate.issued_at or fields.Datetime.now(),
                certificate.issuer_id or self.env.user,
            )
            certificate.is_entry_due = False

    def _note_failure(self, row):
        """A row that stopped for good shows on the certificate, which can be sent
        again.
        """
        if row.operation == "issue" and self.state == "queued":
            self._speak_for(self.issuer_id)
            self.write(
                {
                    "state": "failed",
                    "failure_message": row.failure_message
                    or self.env._(
                        "It was taken out of the queue. Press Issue to send it after "
                        "all."
                    ),
                }
            )

    def _note_retry(self, row):
        """Retry on the row is Issue on the certificate, with all that speaks against
        it.
        """
        if row.operation == "issue" and self.state == "failed":
            self._refuse_unready()
            # sudo: fields of the connector
            self.sudo().write({"state": "queued", "failure_message": False})

    def _mending_sentence(self, operation):
        if operation == "issue":
            return self.env._(
                "Correct the student, the course or the document, then press Issue "
                "again."
            )
        return self.env._("Look at it at DokStamp, then press the button again.")

    def _lost_sentence(self):
        return self.env._(
            "DokStamp does not find this certificate, or what it belongs to. If "
            "somebody deleted it there, press Revoke or Re-issue here."
        )

    # === ASKING AGAIN === #

    @api.model
    def _cron_refresh(self):
        """Ask what became of live certificates: DokStamp expires them, and its own
        users can revoke them.

        Only queues; the flush asks. Those that were not heard of for longest come
        first.
        """
        for account in self.env["dokstamp.account"].search(
            [("state", "=", "connected")]
        ):
            self._least_recently_heard_of(account)._queue_refresh()

    @api.model
    def _least_recently_heard_of(self, account):
        live = self._search(
            [("state", "in", LIVE_STATES), ("account_id", "=", account.id)]
        )
        bindings = self.env["dokstamp.binding"].search(
            [
                ("account_id", "=", account.id),
                ("res_model", "=", self._name),
                ("res_id", "in", live),
                ("dokstamp_uuid", "!=", False),
            ],
            order="last_synced_at, id",
            limit=REFRESH_AT_ONCE,
        )
        return self.browse(bindings.mapped("res_id"))

    def _queue_refresh(self, urgent=False):
        """Ask later; where something is on its way, its answer tells.

        What waits for its next attempt goes out at once in place of the question.

        :param bool urgent: a person asks
        """
        # sudo: the queue is the managers'
        queue = self.env["dokstamp.sync.record"].sudo()
        moving = ("sending",) if urgent else ("sending", "pending")
        busy = queue._gathered_ids(self) | {
            certificate_id
            for certificate_id, rows in queue._open_rows(self).items()
            if any(row.state in moving for row in rows)
        }
        idle = self.filtered(lambda certificate: certificate.id not in busy)
        queue._gather(idle, "refresh", urgent=urgent)

    # === TAKEN BACK: by the school, whether DokStamp has heard of it or not === #

    def _open_revocations(self):
        """The queue rows of revocations that DokStamp has not confirmed.

        :rtype: dokstamp.sync.record
        """
        # sudo: as in `_queue_refresh`
        return (
            self.env["dokstamp.sync.record"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("operation", "=", "revoke"),
                    ("state", "in", ("pending", "sending", "failed")),
                ]
            )
        )

    def _look_again(self, row):
        """DokStamp is still at work, or will never be done: say so in the end."""
        if row.attempt_count < REFRESH_LOOKS:
            delay = REFRESH_DELAY * 2**row.attempt_count
            row._postpone(False, delay, uses_attempt=True)
        elif row.operation == "revoke":
            row._fail(
                "rejected",
                self.env._(
                    "DokStamp took the revocation, and still calls the certificate "
                    "“%(status)s”. Look at it at DokStamp, then press Revoke again.",
                    status=(self.answer or {}).get("status"),
                ),
            )
        elif self.state == "queued":
            self.failure_message = self.env._(
                "DokStamp has the certificate, and calls it “%(status)s” instead of "
                "issued. Finish it at DokStamp; Odoo asks again every day, and at once "
                "with Send now.",
                status=(self.answer or {}).get("status"),
            )
