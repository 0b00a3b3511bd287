"""The overview's card of an account: figures, reasons and graphs, each with its list.

What a number counts is what its list shows: both come of the same domain.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ..actions import open_form, open_list
from ..docs import docs_url
from ..local_time import day_begins_at
from ..sentence import said

DAYS = 14  # of the graph of what was sent
MONTHS = 12  # of the graph of certificates
SHOWN_CAUSES = 8
MENDED_IN_LIST = 1000  # records; of more the queue is shown
OPEN = ("pending", "sending")
QUEUE = "dokstamp_sync_record_action_account"


class DokstampAccount(models.Model):
    _inherit = "dokstamp.account"

    dashboard = fields.Json(compute="_compute_dashboard")

    @api.depends_context("uid", "lang", "tz", "allowed_company_ids")
    def _compute_dashboard(self):
        """What `static/src/dashboard` shows. Texts are for the reader; nothing of it
        asks DokStamp.
        """
        for account in self:
            account.dashboard = {
                "numbers": account._numbers(),
                "since": account._since_sentence(),
                "oldest": account._oldest_told(),
                "attention": account._attention_told(),
                "causes": account._causes(),
                "today": account._sent_today(),
                "issued": account._issued_this_month(),
                "run": account._run_under_way(),
                "graphs": [account._sent_graph(), account._issued_graph()],
            }

    # === NUMBERS === #

    def _numbers(self):
        """Counts of the queue, and of what waits for somebody where there is any; each
        with its list.

        :rtype: list[dict]
        """
        own = [("account_id", "=", self.id)]
        is_open = [*own, ("state", "in", OPEN)]
        broken = [("source_id.company_id", "=", self.company_id.id)]
        broken += [("error", "!=", False)]
        daily = [
            self._number(
                self.env._("On its way"), QUEUE, [*is_open, ("waiting_for", "=", False)]
            ),
            self._number(
                self.env._("Waiting"), QUEUE, [*is_open, ("waiting_for", "!=", False)]
            ),
            self._number(
                self.env._("Failed"), QUEUE, [*own, ("state", "=", "failed")], "danger"
            ),
        ]
        asking = [
            self._number(
                self.env._("Too much at once"),
                QUEUE,
                [*own, ("state", "=", "held")],
                "warning",
            ),
            self._number(
                self.env._("To decide"),
                "dokstamp_source_link_action_held",
                [*broken, ("is_held", "=", True)],
                "warning",
            ),
            self._number(
                self.env._("Matches to decide"),
                "dokstamp_run_line_action_review",
                [*own, ("outcome", "=", "review")],
                "warning",
            ),
            self._number(
                self.env._("Could not be read"),
                "dokstamp_source_link_action",
                [*broken, ("is_held", "=", False)],
                "danger",
            ),
        ]
        return daily + [number for number in asking if number["value"]]

    def _number(self, label, xmlid, domain, tone=None):
        """
        :param str xmlid: of the window action that shows them
        :param str tone: how it looks when there are any
        """
        action = open_list(self.env, xmlid, domain, label)
        records = self.env[action["res_model"]]
        may_see = records.has_access("read")
        return {
            "label": label,
            "value": records.search_count(domain) if may_see else 0,
            "tone": tone,
            "action": action,
        }

    # === ONE LOOK === #

    def _since_sentence(self):
        if not self.state_since:
            return False
        since = format_datetime(self.env, self.state_since)
        if self.state == "connected":
            return self.env._("Connected since %s", since)
        return self.state == "paused" and self.env._("Paused since %s", since)

    def _oldest_told(self):
        """How long the oldest change waits, with what waits.

        :rtype: dict | None
        """
        if not self.oldest_pending_at:
            return None
        domain = [("account_id", "=", self.id), ("state", "in", OPEN)]
        age = fields.Datetime.now() - self.oldest_pending_at
        return {
            "label": self.env._("Oldest unsent change: %s", self._age(age)),
            "action": open_list(self.env, QUEUE, domain, self.env._("Unsent changes")),
        }

    def _age(self, age):
        minutes = int(age.total_seconds()) // 60
        if age >= timedelta(days=2):
            return self.env._("%s days", age.days)
        if minutes >= 120:
            return self.env._("%s hours", minutes // 60)
        return (
            self.env._("%s minutes", minutes) if minutes > 1 else self.env._("seconds")
        )

    def _attention_told(self):
        """What stands still or waits for somebody, each with where it is mended.

        :rtype: list[dict]
        """
        return [
            {"sentence": sentence, "action": self._place_action(place)}
            for sentence, place in self._get_attention().items()
        ]

    def _place_action(self, place):
        """:param tuple | None place: as of `_get_attention`"""
        if place:
            action = open_list(self.env, *place, self.env._("Needs attention"))
            if self.env[action["res_model"]].has_access("read"):
                return action
        return open_form(self)

    def _causes(self):
        """Why rows failed, the most frequent first, each with what to do; the rest
        together.

        :rtype: list[dict]
        """
        rows = self.env["dokstamp.sync.record"]
        failed = Domain("account_id", "=", self.id) & Domain("state", "=", "failed")
        groups = rows._read_group(
            failed,
            ["failure_type", "failure_message"],
            ["__count"],
            order="__count DESC",
            limit=SHOWN_CAUSES,
        )
        labels = dict(rows._fields["failure_type"]._description_selection(self.env))
        causes = [
            {
                "count": count,
                "label": said(self.env, message) or labels.get(kind),
                "fix": self._fix(kind),
                "learn": docs_url(kind or "internal"),
                "kind": kind,
                "message": message,
            }
            for kind, message, count in groups
        ]
        if len(groups) == SHOWN_CAUSES:
            told = (_of_cause(kind, message) for kind, message, _count in groups)
            rest = failed & ~Domain.OR(told)
            if count := rows.search_count(rest):
                label = self.env._("Other reasons")
                action = open_list(self.env, QUEUE, list(rest), label)
                causes.append({"count": count, "label": label, "action": action})
        return causes

    def _fix(self, kind):
        fixes = {
            "incomplete": self.env._("Complete them"),
            "rejected": self.env._("Correct them"),
            "ambiguous": self.env._("Remove the surplus ones at DokStamp"),
            "stranger": self.env._("Make both agree, or change the key"),
            "taken": self.env._("Change the key of one of them"),
            "document": self.env._("Make new certificates"),
            "denied": self.env._("Ask DokStamp for the right"),
            "gave_up": self.env._("Retry"),
        }
        return fixes.get(kind) or self.env._("Look into it")

    def action_view_failed(self, kind=None, message=None):
        """What failed for one reason: the records themselves where all are of one kind
        and still there, so that they can be mended in the list; else the queue rows.

        :param str kind: of the problem; without one, whatever failed
        :param str message: the reason, as it is kept
        """
        self.ensure_one()
        self.check_access("read")
        domain = Domain("account_id", "=", self.id) & Domain("state", "=", "failed")
        if kind is not None:
            domain &= _of_cause(kind, message)
        rows = self.env["dokstamp.sync.record"].search(domain, limit=MENDED_IN_LIST + 1)
        label = said(self.env, message) or self.env._("Failed")
        names = set(rows.mapped("res_model"))
        is_short = len(rows) <= MENDED_IN_LIST
        if is_short and len(names) == 1 and (name := names.pop()) in self.env:
            model = self.env[name].with_context(active_test=False)
            records = model.search([("id", "in", rows.mapped("res_id"))])
            if len(records) == len(rows):
                return {
                    "type": "ir.actions.act_window",
                    "name": label,
                    "res_model": name,
                    "views": [(False, "list"), (False, "form")],
                    "domain": [("id", "in", records.ids)],
                    "context": {"active_test": False},
                }
        return open_list(self.env, QUEUE, list(domain), label)

    # === WHAT WAS DONE === #

    def _sent_today(self):
        """What was synchronised today, by kind.

        :rtype: list[dict]
        """
        lines = self.env["dokstamp.audit.log"]
        domain = [
            ("account_id", "=", self.id),
            ("succeeded", "=", True),
            ("called_at", ">=", self._day_begun()),
        ]
        kinds = dict(lines._fields["res_model"]._description_selection(self.env))
        return [
            {
                "label": kinds.get(name, name),
                "value": count,
                "action": open_list(
                    self.env,
                    "dokstamp_audit_log_action",
                    [*domain, ("res_model", "=", name)],
                    self.env._("Sent today"),
                ),
            }
            for name, count in lines._read_group(
                domain, ["res_model"], ["__count"], order="__count DESC"
            )
        ]

    def _day_begun(self, day=None):
        """When a day of the school began, in UTC; today without one."""
        return day_begins_at(day or self._today(), self._zone())

    def _issued_this_month(self):
        domain = [
            ("account_id", "=", self.id),
            ("issued_at", ">=", self._day_begun(self._today().replace(day=1))),
        ]
        label = self.env._("Certificates issued this month")
        certificates = self.env["dokstamp.certificate"]
        return {
            "label": label,
            "value": certificates.search_count(domain),
            "action": open_list(self.env, "dokstamp_certificate_action", domain, label),
        }

    def _run_under_way(self):
        """The rehearsal, first load or reconciliation that is going on.

        :rtype: dict | None
        """
        run = self.env["dokstamp.run"].search(
            [
                ("account_id", "=", self.id),
                ("state", "in", ("reading", "comparing", "sending", "paused")),
            ],
            limit=1,
        )
        if not run:
            return None
        states = dict(run._fields["state"]._description_selection(self.env))
        return {
            "label": run.display_name,
            "state": states[run.state],
            "percent": round(run.progress),
            "rate": run.rate and self.env._("%s a minute", run.rate),
            "left": run.minutes_left
            and self.env._("about %s minutes left", run.minutes_left),
            "action": open_form(run),
        }

    # === GRAPHS === #

    def _sent_graph(self):
        """Calls that wrote at DokStamp, a day each; what it did not take apart."""
        first = self._today() - timedelta(days=DAYS - 1)
        days = [first + timedelta(days=number) for number in range(DAYS)]
        groups = (
            self.env["dokstamp.audit.log"]
            .with_context(tz=self._zone())
            ._read_group(
                [
                    ("account_id", "=", self.id),
                    ("called_at", ">=", self._day_begun(first)),
                ],
                ["called_at:day", "succeeded"],
                ["__count"],
            )
        )
        counts = {(day.date(), done): count for day, done, count in groups}
        return {
            "title": self.env._("Sent to DokStamp"),
            "labels": [format_date(self.env, day, date_format="d MMM") for day in days],
            "series": [
                {
                    "label": self.env._("Sent"),
                    "values": [counts.get((day, True), 0) for day in days],
                },
                {
                    "label": self.env._("Not taken"),
                    "values": [counts.get((day, False), 0) for day in days],
                    "tone": "danger",
                },
            ],
        }

    def _issued_graph(self):
        """Certificates that were issued, a month each."""
        months, first = [], self._today().replace(day=1)
        for _number in range(MONTHS):
            months.insert(0, first)
            first = (first - timedelta(days=1)).replace(day=1)
        groups = (
            self.env["dokstamp.certificate"]
            .with_context(tz=self._zone())
            ._read_group(
                [
                    ("account_id", "=", self.id),
                    ("issued_at", ">=", self._day_begun(months[0])),
                ],
                ["issued_at:month"],
                ["__count"],
            )
        )
        counts = {month.date(): count for month, count in groups}
        return {
            "title": self.env._("Certificates issued"),
            "labels": [
                format_date(self.env, month, date_format="MMM yy") for month in months
            ],
            "series": [
                {
                    "label": self.env._("Issued"),
                    "values": [counts.get(month, 0) for month in months],
                }
            ],
        }


def _of_cause(kind, message):
    """Rows that failed for one reason.

    :rtype: Domain
    """
    of_kind = Domain("failure_type", "=", kind or False)
    return of_kind & Domain("failure_message", "=", message or False)
