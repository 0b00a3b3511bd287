"""The overview's card of an account: figures, reasons and graphs, each with its list.

What a number counts is what its list shows: both come of the same domain.
"""

from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ..actions import open_form
from ..docs import docs_url
from ..sentence import said

DAYS = 14  # of the graph of what was sent
MONTHS = 12  # of the graph of certificates
SHOWN_CAUSES = 8
OPEN = ("pending", "sending")
HELD_LINKS = [("is_held", "=", True), ("error", "!=", False)]


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
        """Counts of the queue and of what waits for somebody, each with its list.

        :rtype: list[dict]
        """
        own = [("account_id", "=", self.id)]
        of_company = [("source_id.company_id", "=", self.company_id.id)]
        queue, links = "dokstamp_sync_record_action_account", "dokstamp.source.link"
        moving = [*own, ("state", "in", OPEN), ("waiting_for", "=", False)]
        waiting = [*own, ("state", "in", OPEN), ("waiting_for", "!=", False)]
        held = [*own, ("state", "=", "held")]
        failed = [*own, ("state", "=", "failed")]
        decide = [*of_company, *HELD_LINKS]
        unread = [*of_company, ("is_held", "=", False), ("error", "!=", False)]
        review = [*own, ("outcome", "=", "review")]
        rows = "dokstamp.sync.record"
        found = [
            self._number(self.env._("On its way"), rows, moving, queue),
            self._number(self.env._("Waiting"), rows, waiting, queue),
            self._number(self.env._("Failed"), rows, failed, queue, tone="danger"),
            self._number(
                self.env._("Too much at once"), rows, held, queue, tone="warning"
            ),
            self._number(
                self.env._("To decide"),
                links,
                decide,
                "dokstamp_source_link_action_held",
                tone="warning",
            ),
            self._number(
                self.env._("Matches to decide"),
                "dokstamp.run.line",
                review,
                "dokstamp_run_line_action_review",
                tone="warning",
            ),
            self._number(
                self.env._("Could not be read"),
                links,
                unread,
                "dokstamp_source_link_action",
                tone="danger",
            ),
        ]
        return [n for n in found if n["value"] or n["always"]]

    def _number(self, label, model, domain, xmlid, tone=None):
        """
        :param str xmlid: of the window action that shows them
        :param str tone: how it looks when there are any
        """
        records = self.env[model]
        may_see = records.has_access("read")
        return {
            "label": label,
            "value": records.search_count(domain) if may_see else 0,
            "tone": tone,
            "always": model == "dokstamp.sync.record" and tone != "warning",
            "action": self._list_of(model, domain, label, xmlid),
        }

    def _list_of(self, model, domain, label, xmlid=None):
        """The window action of these records.

        :rtype: dict
        """
        if not xmlid:
            return {
                "type": "ir.actions.act_window",
                "name": label,
                "res_model": model,
                "views": [(False, "list"), (False, "form")],
                "domain": domain,
            }
        actions = self.env["ir.actions.act_window"]
        action = actions._for_xml_id(f"dokstamp_connector.{xmlid}")
        # what counts is the domain alone: no filter that is on beside it
        return {**action, "name": label, "domain": domain, "context": {}}

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
        label = self.env._("Oldest unsent change: %s", self._age(age))
        return {
            "label": label,
            "action": self._list_of(
                "dokstamp.sync.record",
                domain,
                self.env._("Unsent changes"),
                "dokstamp_sync_record_action_account",
            ),
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
        own = [("account_id", "=", self.id)]
        stopped = [*own, ("kind", "=", "load"), ("state", "in", ("paused", "failed"))]
        company = [("company_id", "=", self.company_id.id)]
        lists = [
            (self._unread_sentences(), "source", company, "dokstamp_source_action"),
            (
                self._undecided_sentences(),
                "source.link",
                [("source_id.company_id", "=", self.company_id.id), *HELD_LINKS],
                "dokstamp_source_link_action_held",
            ),
            (
                self._stopped_run_sentences("paused", "failed"),
                "run",
                stopped,
                "dokstamp_run_action",
            ),
            (
                self._held_sentences(),
                "mass.change",
                [*own, ("state", "=", "waiting")],
                "dokstamp_mass_change_action",
            ),
        ]
        places = {
            sentence: self._list_of(f"dokstamp.{model}", domain, label, xmlid)
            for sentences, model, domain, xmlid in lists
            for sentence in sentences
            if (label := self.env[f"dokstamp.{model}"]._description)
            and self.env[f"dokstamp.{model}"].has_access("read")
        }
        return [
            {"sentence": sentence, "action": places.get(sentence) or open_form(self)}
            for sentence in self._get_attention()
        ]

    def _causes(self):
        """Why rows failed, the most frequent first, each with what to do.

        :rtype: list[dict]
        """
        groups = self.env["dokstamp.sync.record"]._read_group(
            [("account_id", "=", self.id), ("state", "=", "failed")],
            ["failure_type", "failure_message"],
            ["__count"],
            order="__count DESC",
            limit=SHOWN_CAUSES,
        )
        kinds = self.env["dokstamp.sync.record"]._fields["failure_type"]
        labels = dict(kinds._description_selection(self.env))
        return [
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
        domain = [("account_id", "=", self.id), ("state", "=", "failed")]
        if kind or message:
            domain += [("failure_type", "=", kind), ("failure_message", "=", message)]
        rows = self.env["dokstamp.sync.record"].search(domain)
        label = said(self.env, message) or self.env._("Failed")
        names = set(rows.mapped("res_model"))
        if len(names) == 1 and (name := names.pop()) in self.env:
            model = self.env[name].with_context(active_test=False)
            records = model.search([("id", "in", rows.mapped("res_id"))])
            if len(records) == len(rows):
                of_these = [("id", "in", records.ids)]
                action = self._list_of(name, of_these, label)
                return {**action, "context": {"active_test": False}}
        return self._list_of(
            "dokstamp.sync.record", domain, label, "dokstamp_sync_record_action_account"
        )

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
                "action": self._list_of(
                    "dokstamp.audit.log",
                    [*domain, ("res_model", "=", name)],
                    self.env._("Sent today"),
                ),
            }
            for name, count in lines._read_group(
                domain, ["res_model"], ["__count"], order="__count DESC"
            )
        ]

    def _day_begun(self, day=None):
        """When a day of the school began, in UTC.

        :param date day: today without one
        :rtype: datetime
        """
        zone = pytz.timezone(self.sudo().used_tz or "UTC")
        begun = zone.localize(datetime.combine(day or self._today(), time.min))
        return begun.astimezone(pytz.utc).replace(tzinfo=None)

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
            "action": self._list_of(
                "dokstamp.certificate", domain, label, "dokstamp_certificate_action"
            ),
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
            "action": {
                "type": "ir.actions.act_window",
                "res_model": "dokstamp.run",
                "res_id": run.id,
                "views": [(False, "form")],
            },
        }

    # === GRAPHS === #

    def _sent_graph(self):
        """Calls that wrote at DokStamp, a day each; what it did not take apart."""
        first = self._today() - timedelta(days=DAYS - 1)
        days = [first + timedelta(days=number) for number in range(DAYS)]
        groups = (
            self.env["dokstamp.audit.log"]
            .with_context(tz=self.sudo().used_tz or "UTC")
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
            .with_context(tz=self.sudo().used_tz or "UTC")
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
