"""From draft to the queue, back, and on to a successor: a mechanism of its own.

What is in the way of each, who prepared it and who may approve it, its number; then
back to draft while nothing has left the house, and revoking afterwards.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, clean_context, format_date

from ..actions import open_form
from ..sync.sync_record import BUS_MESSAGE
from .certificate import LIVE_STATES, OPEN_STATES

_logger = logging.getLogger(__name__)
GATHERED_PREPARERS = "dokstamp_connector.preparers"  # key in cr.precommit.data
AT_ONCE = 10  # documents of successors that are made while a person waits
FARTHEST_EAST = timedelta(hours=14)  # the day begins first at UTC+14
UNDECIDED = ("draft", "failed", "queued")  # a queued one may fail, and be pressed again


class DokstampCertificate(models.Model):
    _inherit = "dokstamp.certificate"

    # === ACTION METHODS === #

    def action_issue(self):
        """Send drafts, and again what failed. Pressing twice is safe: the others are
        left alone.

        :raise UserError: one of them must not be issued; then none is
        """
        to_issue = self.filtered(lambda c: c.state in OPEN_STATES)
        to_issue._refuse_unready()
        to_issue._queue_issue(now=True)
        return True

    def action_draft(self):
        """Take back what is on its way, as long as DokStamp has nothing of it.

        A queue row that is there finds a draft and sends nothing. What DokStamp has the
        document of may be a certificate there any moment, so that it goes through.

        :raise UserError: DokStamp has the document of all of them
        """
        self.check_access("write")
        queued = self.filtered(lambda c: c.state == "queued")
        in_line = self.filtered("is_in_line")
        recallable = queued - queued._sent_ones() | in_line
        if not recallable:
            raise UserError(
                self.env._(
                    "DokStamp has the document already, so that this cannot be stopped "
                    "any more. Revoke the certificate once it is issued."
                )
            )
        in_line._stop_revocations()
        # sudo: fields of the connector
        recallable.sudo().write({"state": "draft", "issue_at": False})
        in_line.sudo().issuer_id = False
        return True

    def _stop_revocations(self):
        """Leave valid what these would replace.

        :raise UserError: DokStamp is being told already
        """
        # sudo: the queue is the managers'
        rows = self.env["dokstamp.sync.record"].sudo()
        rows = rows.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.replaces_id.ids),
                ("operation", "=", "revoke"),
                ("state", "in", ("pending", "sending")),
            ]
        )
        if any(row.state == "sending" for row in rows):
            raise UserError(
                self.env._(
                    "DokStamp is being told of the revocation, so that it cannot be "
                    "stopped any more."
                )
            )
        rows._cancel()

    def action_stop_automatic_issue(self):
        self.check_access("write")
        self.sudo().issue_at = False  # sudo: a field of the connector
        return True

    def action_revoke(self):
        """Take back issued certificates; asks for the public reason unless it is there
        already.

        :raise UserError: none of them is issued
        """
        issued = self.filtered(lambda c: c.state == "issued")
        if not issued:
            raise UserError(self.env._("Only issued certificates can be revoked."))
        if not all(issued.mapped("revocation_reason")):
            return issued._open_revocation()
        issued._queue_revocation()
        return True

    def action_reissue(self):
        """Replace certificates: revoke what is live, and issue a successor with a new
        document. Asks first, unless the public reason is there already.

        :raise UserError: none of them can have a successor, or one must not be issued
        """
        replaceable = self._replaceable()
        live = replaceable.filtered(lambda c: c.state == "issued")
        if not live or not all(live.mapped("revocation_reason")):
            return replaceable.action_open_reissue()
        return replaceable._reissue()

    def action_open_reissue(self):
        """Ask who gets another certificate and why, in the list that issues too.

        :raise UserError: none of them can have a successor
        """
        replaceable = self._replaceable()
        return self.env["dokstamp.certificate.issue"]._open_for(replaceable)

    def _open_revocation(self):
        wizard = self.env["dokstamp.certificate.revocation"].create(
            {"certificate_ids": [Command.set(self.ids)]}
        )
        return open_form(wizard, name=self.env._("Revoke"), target="new")

    # === WHAT IS IN THE WAY: worked out for many at once === #

    def _refuse_unready(self):
        """:raise UserError: one of them must not be issued, with the reason"""
        self._refuse(self._obstacles_of_each())

    def _refuse(self, obstacles):
        for certificate, reasons in zip(self, obstacles, strict=True):
            if reasons:
                raise UserError("\n".join([certificate.student_id.name, *reasons]))

    def _obstacles(self):
        """Sentences that say why this certificate must not be issued.

        :rtype: list[str]
        """
        self.ensure_one()
        return self._obstacles_of_each()[0]

    def _obstacles_of_each(self):
        """What `_obstacles` says of each of ``self``; the database is asked once.

        :rtype: list[list[str]]
        """
        warnings = self._account_warnings()
        return [
            self._obstacles_of_day(
                firm
                + warnings.get(certificate.account_id.id, [])
                + certificate._number_obstacles(),
                doubts,
                day=certificate.conferral_date,
                completed_at=certificate.enrollment_id.completed_at,
                is_excepted=bool(certificate._exception()),
            )
            for certificate, (firm, doubts) in zip(
                self, self._objections_of_each(), strict=True
            )
        ]

    def _account_warnings(self):
        """Account id → why nothing may be printed before it is mended.

        :rtype: dict[int, list[str]]
        """
        # sudo: accounts are the managers'
        return {a.id: a._reasons_not_to_issue() for a in self.account_id.sudo()}

    def _number_obstacles(self):
        """A new number could be one that is in use at DokStamp."""
        # sudo: accounts are the managers'
        problem = not self.number and self.account_id.sudo().numbers_problem
        return [problem] if problem else []

    @api.model
    def _obstacles_of_day(self, firm, doubts, *, day, completed_at, is_excepted):
        """What speaks against one that is conferred on ``day``.

        :param list firm: see `_objections_of_each`
        :param list doubts: see there
        :rtype: list[str]
        """
        doubts = doubts + self._day_doubts(day, completed_at)
        if doubts and not is_excepted:
            return doubts + firm
        return firm + self._day_obstacles(day)

    def _objections_of_each(self):
        """What speaks against each of ``self``, by every way in and whatever the day:
        what holds in any case, and what may be meant so. Of the latter a person can
        make an exception, who says why.

        :rtype: list[tuple[list[str], list[str]]]
        """
        twins, repeated = self._live_ones(), self._repeated()
        holds = self.env["dokstamp.hold"]._in_force(self.student_id, self.enrollment_id)
        enrollments = self._enrollments_to_find()
        return [
            (
                certificate._student_obstacles(holds)
                + certificate._link_obstacles()
                + certificate._approval_obstacles()
                + certificate._twin_obstacles(twins)
                + certificate._repetition_obstacles(repeated)
                + certificate._signature_obstacles(),
                certificate._completion_obstacles(enrollments)
                + certificate._archive_obstacles(),
            )
            for certificate in self
        ]

    def _student_obstacles(self, holds):
        return (
            self.student_id._missing()
            + self.student_id._problems()
            + self._hold_obstacles(holds)
            + self._account_obstacles()
            + self._institution_obstacles()
        )

    def _hold_obstacles(self, holds):
        return [hold._sentence() for hold in holds if hold._stops(self)]

    def _twin_obstacles(self, twins):
        """:param dict twins: as `_live_ones` returns it"""
        if self.is_in_line:
            return [
                self.env._(
                    "It replaces %s, which is not revoked yet: it goes out by itself "
                    "once that is done.",
                    self.replaces_id.display_name,
                )
            ]
        return [
            self.env._("There is a certificate already: %s.", twin.display_name)
            for twin in self._twins_among(twins)
        ]

    def _twins_among(self, twins):
        """Certificates of the same student for the same, beside which this is too many.

        :param dict twins: as `_live_ones` returns it
        """
        return [
            twin
            for twin in twins.get(self._place(), ())
            if twin not in (self, self._origin, self.replaces_id)
            and not self._is_of_later_completion_than(twin)
        ]

    def _what_stops(self):
        """The hold, or the other certificate, that stops this one, if one does.

        :rtype: dokstamp.hold | dokstamp.certificate | None
        """
        holds = self.env["dokstamp.hold"]._in_force(self.student_id, self.enrollment_id)
        stopping = [hold for hold in holds if hold._stops(self)]
        return next(iter(stopping + self._twins_among(self._live_ones())), None)

    def _is_of_later_completion_than(self, twin):
        """Whether the course was taken again since ``twin`` was queued, and may be."""
        enrollment = self.enrollment_id
        return bool(
            self.course_id.is_repeatable
            and enrollment == twin.enrollment_id
            and enrollment.completion_count > twin.completion_count
        )

    def _repetition(self, twins):
        """:param dict twins: as `_live_ones` returns it"""
        earlier = [
            twin
            for twin in twins.get(self._place(), ())
            if twin.state in LIVE_STATES and self._is_of_later_completion_than(twin)
        ]
        return len(earlier)

    def _repetition_obstacles(self, repeated):
        """:param dokstamp.certificate repeated: as `_repeated` returns it"""
        if self not in repeated:
            return []
        return [
            self.env._(
                "Another certificate of this list is for the same student and course: "
                "only one of them can be issued."
            )
        ]

    def _completion_obstacles(self, enrollments):
        """:param dict enrollments: as `_enrollments_to_find` returns it"""
        meant = self.enrollment_id or enrollments.get(self._subject())
        if not meant:
            return [self.env._("The student is not enrolled in this course.")]
        sentences = [enrollment._completion_obstacles() for enrollment in meant]
        return [] if [] in sentences else sentences[0]

    def _archive_obstacles(self):
        """What the school has put away is not certified any more by itself."""
        obstacles = []
        if self.enrollment_id and not self.enrollment_id.active:
            obstacles.append(self.env._("The enrollment is archived."))
        if self.student_id and not self.student_id.active:
            obstacles.append(self.env._("The student is archived."))
        course = self.course_id
        if course and not (course.active and course.status != "archived"):
            obstacles.append(self.env._("The course is archived."))
        return obstacles

    @api.model
    def _day_obstacles(self, day):
        """:param day: on which it would be conferred; may be empty"""
        if not day:
            return [
                self.env._(
                    "The day of completion is not known: type the day on which it is "
                    "conferred."
                )
            ]
        if day > _last_day_on_earth():
            return [
                self.env._(
                    "It would be conferred on %(day)s, and that day is yet to come.",
                    day=format_date(self.env, day),
                )
            ]
        return []

    @api.model
    def _day_doubts(self, day, completed_at):
        """What may be meant so, and needs a word: see `_objections_of_each`."""
        if not day or not completed_at or day >= completed_at:
            return []
        return [
            self.env._(
                "It would be conferred on %(day)s, before the completion on "
                "%(completed)s.",
                day=format_date(self.env, day),
                completed=format_date(self.env, completed_at),
            )
        ]

    def _link_obstacles(self):
        """What it refers to was changed since, and does not fit together any more."""
        if self.enrollment_id and not self._is_own_enrollment():
            return [
                self.env._("The enrollment is another student's, or of another course.")
            ]
        cohort = self.cohort_id
        if cohort and cohort.course_id._origin != self.course_id._origin:
            return [
                self.env._(
                    "The cohort %(cohort)s is of another course.",
                    cohort=cohort.display_name,
                )
            ]
        enrolled_in = self.enrollment_id.cohort_id
        if cohort and enrolled_in and cohort._origin != enrolled_in._origin:
            return [
                self.env._(
                    "The student is enrolled in the cohort %(enrolled)s, not in "
                    "%(cohort)s.",
                    enrolled=enrolled_in.display_name,
                    cohort=cohort.display_name,
                )
            ]
        return self._stranger_obstacles()

    def _stranger_obstacles(self):
        # sudo: accounts are the managers', and a record may have gone to another school
        certificate = self.sudo()
        if not certificate.account_id:
            return []
        place = certificate.company_id, certificate.account_id
        for record in certificate._prerequisites():
            if (record.company_id, record.account_id) != place:
                return [
                    self.env._(
                        "%(record)s belongs to another company or DokStamp account "
                        "than the student.",
                        record=record.display_name,
                    )
                ]
        return []

    def _absence_obstacles(self):
        """Why a certificate would have to wait: the student is not at DokStamp yet.

        :rtype: list[str]
        """
        student = self.student_id
        if student.dokstamp_uuid:
            return []
        if student.sync_message:
            return [
                self.env._(
                    "The student is not at DokStamp yet. %s", student.sync_message
                )
            ]
        if student.sync_state == "pending":
            return [
                self.env._(
                    "The student is still on the way to DokStamp: open this list "
                    "again in a moment."
                )
            ]
        return [
            self.env._(
                "The student is not at DokStamp yet: press Send now on the student, "
                "then open this list again."
            )
        ]

    def _account_obstacles(self):
        # sudo: accounts are the managers'
        account = self.account_id.sudo()
        if not account:
            return [
                self.env._(
                    "The student belongs to no DokStamp account: choose one on the "
                    "student."
                )
            ]
        if not account.active:
            return [
                self.env._(
                    "The DokStamp account %s, which this certificate belongs to, is "
                    "archived.",
                    account.display_name,
                )
            ]
        return []

    def _institution_obstacles(self):
        course = self.course_id
        if not course or course.institution_id:
            return []
        return [
            self.env._(
                "The course %s belongs to no institution: choose one on the course.",
                course.name,
            )
        ]

    def _live_ones(self):
        """Place → what is live there, or failed after its document was sent: DokStamp
        may hold that one.

        :rtype: dict[tuple[int, int, int], dokstamp.certificate]
        """
        found = self.with_context(active_test=False).search(
            [
                ("student_id", "in", self.student_id.ids),
                ("course_id", "in", self.course_id.ids),
                ("state", "in", (*LIVE_STATES, "failed")),
            ]
        )
        live = found.filtered(lambda c: c.state in LIVE_STATES) | found._sent_ones()
        return live.grouped(lambda certificate: certificate._place())

    def _repeated(self):
        """Those of ``self`` whose place an earlier one of ``self`` has already."""
        places = self.grouped(lambda certificate: certificate._place())
        return self.browse().concat(*(together[1:] for together in places.values()))

    def _place(self):
        return self.student_id.id, self.course_id.id, self.cohort_id.id

    # === A SECOND PERSON: whoever made it what it is does not issue it === #

    def _note_preparer(self):
        """Remember the user, who is of the office: neither students nor the connector
        prepare anything, nor do they make anybody forgotten.
        """
        if not self.ids or not self._is_preparer():
            return
        # not by `write`: the flush may be writing the certificates' own rows
        self.env.execute_query(
            SQL(
                """
                INSERT INTO dokstamp_certificate_preparer_rel (certificate_id, user_id)
                SELECT unnest(%s), %s ON CONFLICT DO NOTHING RETURNING user_id
                """,
                self.ids,
                self.env.uid,
            )
        )
        self.invalidate_model(["prepared_by_ids"], flush=False)

    @api.model
    def _is_preparer(self):
        user = self.env.user
        return not user._is_superuser() and user._is_internal()

    @api.model
    def _note_preparer_of(self, kind, records):
        """Whoever changes what a certificate would say has prepared it too.

        Gathered, and noted before the commit or when somebody issues: a class that is
        written record by record is one statement.

        :param str kind: of `certified_entity.CERTIFIED`
        """
        if not self._is_preparer():
            return
        gathered = self.env.cr.precommit.data.setdefault(GATHERED_PREPARERS, {})
        if not gathered:
            self.env.cr.precommit.add(self._note_gathered_preparers)
        gathered.setdefault((self.env.uid, kind), set()).update(records.ids)

    @api.model
    def _note_gathered_preparers(self):
        gathered = self.env.cr.precommit.data.pop(GATHERED_PREPARERS, {})
        for (uid, kind), ids in gathered.items():
            # sudo: also of users who may not see certificates; an archived draft can be
            # issued too
            certificates = self.with_user(uid).sudo().with_context(active_test=False)
            certificates.search(
                [(f"{kind}_id", "in", list(ids)), ("state", "in", UNDECIDED)]
            )._note_preparer()

    def _approval_obstacles(self):
        # sudo: the account's settings are the manager's
        if not self._origin or not self.account_id.sudo().needs_approval:
            return []
        self._note_gathered_preparers()
        # sudo: colleagues of other companies and former ones too
        preparers = self.sudo().with_context(active_test=False).prepared_by_ids
        if self.env.user not in preparers:
            return []
        others = preparers - self.env.user
        if not others:
            return [
                self.env._(
                    "You prepared this certificate, and a second person approves them "
                    "here: let a colleague issue it."
                )
            ]
        return [
            self.env._(
                "You prepared this certificate, and so did %(names)s. A second person "
                "approves them here: let a colleague issue it who did not work on it.",
                names=", ".join(others.mapped("name")),
            )
        ]

    # === INTO THE QUEUE === #

    def _queue_issue(self, *, now=False):
        """Number them and leave the rest to the scheduled actions.

        A successor stays a draft while what it replaces is live: nothing is revoked
        before there is a document to put in its place.

        :param bool now: a person waits: what can be made at once is
        :raise UserError: ``now``, and a successor's document cannot be made
        """
        sent = self._sent_ones()
        # sudo: fields of the connector; who issues stands in one of them, a message
        # each would tell no more
        queued = self.sudo().with_context(mail_notrack=True).sorted("id")
        sequences = {company: queued._sequence(company) for company in self.company_id}
        twins = self._live_ones()
        for certificate in queued:
            sequence = sequences[certificate.company_id]
            is_live = certificate.replaces_id.state == "issued"
            certificate.write(
                {
                    "number": certificate.number or certificate._next_number(sequence),
                    "state": "draft" if is_live else "queued",
                    "active": True,
                    "issue_at": False,
                    "failure_message": False,
                    "repetition": certificate._repetition(twins),
                    "completion_count": certificate.enrollment_id.completion_count,
                    "issuer_id": certificate._new_issuer().id,
                    **certificate._certified(was_sent=certificate in sent),
                }
            )
        (queued - sent)._sign_uploaded()
        queued.filtered("pdf_sha256")._queue_for_issuer()
        if now:
            queued.filtered("is_in_line")._make_documents_now()
        if not all(queued.mapped("pdf_sha256")):
            self.env["dokstamp.schedule"]._wake("documents")

    def _certified(self, *, was_sent):
        """Fields to write: what the document says; a document of other values is made
        anew.

        :param bool was_sent: DokStamp has the document, and it says what it said
        """
        if was_sent:
            return {}
        values = self._current_values()
        if self._is_prepared():
            return {"certified_values": values}
        if self.pdf_is_made or self._differs_from_certified():
            return {"certified_values": values, "pdf": False}
        return {"certified_values": values}

    def _is_prepared(self):
        """Whether it is a successor whose document was made before what it replaces
        was revoked, and says what is so.
        """
        return bool(
            self.state == "draft"
            and self.replaces_id
            and self.number
            and self.pdf_sha256
            and not self._differs_from_certified()
        )

    def _new_issuer(self):
        """Whoever presses the button; the connector itself leaves the name that stands
        there.
        """
        if self.env.user._is_superuser():
            return self.issuer_id or self.env.user
        return self.env.user

    def _next_number(self, sequence):
        """The sequence's next number for the day of conferral.

        :rtype: str
        """
        day = self.conferral_date
        # %(year)s in a school's own prefix is the year of conferral too
        sequence = sequence.with_context(ir_sequence_date=fields.Date.to_string(day))
        parts = sequence.use_date_range and sequence.date_range_ids.filtered(
            lambda part: part.date_from <= day <= part.date_to
        )
        if not parts:
            return sequence._next(sequence_date=day)
        # the sequence itself would search for its part anew for each of hundreds
        part = parts[0]
        return part.with_context(ir_sequence_date_range=part.date_from)._next()

    def _sequence(self, company):
        """The company's own sequence for certificates, else the common one.

        :raise UserError: somebody has archived or deleted them
        """
        sequence = self.env["ir.sequence"].search(
            [
                ("code", "=", self._name),
                ("company_id", "in", [company.id, False]),
            ],
            order="company_id",
            limit=1,
        )
        if not sequence:
            raise UserError(
                self.env._(
                    "Certificates have no number sequence (code %s) any more. Ask an "
                    "administrator to unarchive it.",
                    self._name,
                )
            )
        return sequence

    def _tell_issuer(self):
        """Let the form that shows this certificate reload."""
        self.issuer_id._bus_send(BUS_MESSAGE, {"records": [[self._name, self.id]]})

    # === WITHOUT A PERSON === #

    @api.model
    def _cron_issue_due(self):
        """Issue automatic drafts whose delay is over; more than the ceiling at once
        wait for a person.
        """
        due = self.search(
            [("state", "=", "draft"), ("issue_at", "<=", fields.Datetime.now())]
        )
        for account, certificates in due.grouped("account_id").items():
            if reason := account._reason_to_ask_first(len(certificates)):
                certificates._leave_to_person(reason)
            else:
                certificates._issue_guarded(lambda c: c._withdrawal())

    def _issue_guarded(self, more_obstacles):
        """What is in the way of one account's certificates is in the way of no other's:
        they are left to a person.

        :param more_obstacles: as `_issue_unattended` takes it
        """
        try:
            with self.env.cr.savepoint():
                self._issue_unattended(more_obstacles)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            if len(self) > 1:  # find out whose it is
                for certificate in self:
                    certificate._issue_guarded(more_obstacles)
                return
            if not isinstance(error, UserError):
                _logger.exception("Certificate %s is not issued by itself", self.id)
            self._leave_to_person(self._fault_sentence(error))

    def _fault_sentence(self, error):
        if isinstance(error, UserError):
            return str(error)
        return self.env._(
            "The connector could not issue it by itself; the server log has the "
            "details. Issue it by hand."
        )

    def _withdrawal(self):
        """Why the completion that this certificate came of does not count any more.

        :rtype: list[str]
        """
        if self.course_id.automatic_issue != "issue":
            return [self.env._("The course's certificates are issued by hand now.")]
        known_since = self.enrollment_id.completed_since
        if known_since and known_since < self.course_id.automatic_since:
            return [
                self.env._(
                    "The course's automatic issue was switched off, and on again "
                    "after the completion."
                )
            ]
        return []

    def _issue_unattended(self, more_obstacles=lambda certificate: []):
        """Send those that nothing speaks against; the others are left to a person, with
        the reason.

        :param more_obstacles: certificate → further sentences that speak against it
        """
        ready = self.browse()
        for certificate, obstacles in zip(self, self._obstacles_of_each(), strict=True):
            reasons = obstacles + more_obstacles(certificate)
            if reasons:
                certificate._leave_to_person("\n".join(dict.fromkeys(reasons)))
            else:
                ready |= certificate
        ready._queue_issue()

    def _leave_to_person(self, reason):
        # sudo: fields of the connector
        self.sudo().write({"issue_at": False, "failure_message": reason})

    # === REVOKING, AND SUCCESSORS === #

    def _queue_revocation(self):
        self.env["dokstamp.sync.record"]._gather(self, "revoke", urgent=True)

    def _replaceable(self):
        """:raise UserError: none of them can have a successor"""
        replaceable = self.filtered(
            lambda c: (
                c.state in ("issued", "revoked", "expired") and not c.replaced_by_id
            )
        )
        if not replaceable:
            raise UserError(
                self.env._(
                    "Only issued, revoked or expired certificates without a successor "
                    "can be re-issued."
                )
            )
        return replaceable

    def _reissue(self):
        """:return: the successors, drafts until their predecessors are revoked
        :raise UserError: one must not be issued, with the reason; then nothing is
            revoked either
        """
        self._unsaved_successors()._refuse_unready()
        successors = self._make_successors()
        # sudo: the accounts' settings are the manager's
        for_others = successors.filtered(lambda c: c.account_id.sudo().needs_approval)
        for successor in for_others:
            successor._leave_to_person("\n".join(successor._successor_obstacles()))
        (successors - for_others).action_issue()
        return successors

    def _make_successors(self, values_of_each=None):
        """Drafts that replace these.

        :param list[dict] values_of_each: what is chosen for each of ``self``
        :raise UserError: somebody was faster with one of them
        """
        for certificate in self.filtered("replaced_by_id"):
            raise UserError(
                self.env._("%s has a successor already.", certificate.display_name)
            )
        # sudo: fields of the connector; the user stays who made them, and nothing that
        # the context suggests comes in
        maker = self.sudo().with_context(clean_context(self.env.context))
        chosen = values_of_each or [{}] * len(self)
        successors = maker.create(
            [
                {**certificate._successor_values(), **values}
                for certificate, values in zip(self, chosen, strict=True)
            ]
        )
        return successors.with_env(self.env)

    def _unsaved_successors(self):
        """One for each, as `_obstacles_of_each` and a preview want it.

        :rtype: dokstamp.certificate
        """
        return self.browse().concat(
            *(self.new(certificate._successor_values()) for certificate in self)
        )

    def _successor_values(self):
        values = {
            "student_id": self.student_id.id,
            "course_id": self.course_id.id,
            "enrollment_id": self.enrollment_id.id,
            "cohort_id": self.cohort_id.id,
            "company_id": self.company_id.id,
            "account_id": self.account_id.id,
            "replaces_id": self.id,
            "exception_reason": self.exception_reason,
        }
        # another day of completion by now is why it is replaced; a chosen day stays
        if self.is_day_chosen or not self.enrollment_id.completed_at:
            values["conferral_date"] = self.conferral_date
        return values

    def _make_documents_now(self):
        """Make the documents that cost little time, for a person who waits.

        :raise UserError: one of them cannot be made
        """
        unmade = self.filtered(lambda certificate: not certificate.pdf_sha256)
        kinds = {certificate._document_settings()[0] for certificate in unmade}
        if len(unmade) > AT_ONCE or kinds != {"own"}:
            return
        unmade._make_documents()
        for certificate in unmade.filtered(lambda c: c.state == "failed"):
            certificate._refuse([[certificate.failure_message]])

    def _revoke_predecessors(self):
        """Take back what these replace, now that each has its document."""
        self.replaces_id.filtered(lambda c: c.state == "issued")._queue_revocation()

    def _issue_successors(self):
        """Send drafts whose predecessor is gone."""
        self._issue_unattended(lambda c: c._successor_obstacles())
        for successor in self:
            successor._tell_issuer()

    def _successor_obstacles(self):
        # sudo: the account's settings are the manager's
        if self.issuer_id or not self.account_id.sudo().needs_approval:
            return []
        return [self.env._("A second person approves certificates here: issue it.")]


def _last_day_on_earth():
    """The latest day that it is anywhere: no school's own day is later."""
    return (fields.Datetime.now() + FARTHEST_EAST).date()
