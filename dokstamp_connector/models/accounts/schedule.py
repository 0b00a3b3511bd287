from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import config, format_datetime

from odoo.addons.base.models.ir_cron import _intervalTypes

ADDON = "dokstamp_connector"
FLUSHES = ("flush", "flush_2", "flush_3", "flush_4")
# Odoo looks for what is due once a minute.
LATE = timedelta(minutes=10)
LATE_WITHOUT_SCHEDULER = timedelta(minutes=1)


class DokstampSchedule(models.AbstractModel):
    """Our scheduled actions, of which Odoo's administrators are the masters: they may
    be off, deleted, failing, or not run at all. A save never fails because of that.
    """

    _name = "dokstamp.schedule"
    _description = "DokStamp Schedule"

    # === WAKING === #

    @api.model
    def _wake(self, name, at=None):
        """Have a scheduled action run when this transaction commits, or later.

        :param str name: its external identifier without ``ir_cron_``
        :param datetime at: as `ir.cron._trigger` takes it
        """
        if cron := self._cron(name):
            cron._trigger(at)

    @api.model
    def _wake_flush(self, accounts, at=None):
        """Have what is due of ``accounts`` sent when this transaction commits, or
        later.

        :param datetime at: as `ir.cron._trigger` takes it
        """
        for cron in self._shares(accounts):
            cron._trigger(at)

    @api.model
    def _wake_flush_when_due(self, moments):
        """Have accounts served when each is due, unless they are before.

        :param dict moments: account → datetime
        """
        accounts = self.env["dokstamp.account"].union(*moments)
        for cron, share in self._shares(accounts).items():
            at = min(moments[account] for account in share)
            if at <= fields.Datetime.now():
                cron._trigger()
            elif not self._is_planned(cron, at):
                cron._trigger(at)

    def _is_planned(self, cron, moment):
        """Whether a scheduled action is to run from now until ``moment``."""
        domain = [
            ("cron_id", "=", cron.id),
            ("call_at", ">", fields.Datetime.now()),
            ("call_at", "<=", moment + timedelta(seconds=1)),
        ]
        triggers = self.env["ir.cron.trigger"].sudo()
        return bool(triggers.search_count(domain, limit=1))

    @api.model
    def _note_switched(self, crons):
        """Have those of ``crons`` that are ours and are on now run: they were off. An
        account whose share has moved is looked at where it is now.
        """
        ours = [
            (crons.browse(cron_id), xmlid.removeprefix(f"{ADDON}.ir_cron_"))
            for cron_id, xmlid in crons.get_external_id().items()
            if xmlid.startswith(f"{ADDON}.ir_cron_")
        ]
        woken = {cron for cron, name in ours if cron.active and name not in FLUSHES}
        if any(name in FLUSHES for _cron, name in ours):
            woken.update(self._flushes())
        for cron in woken:
            cron._trigger()

    # === SHARES === #

    def _flushes(self):
        """The scheduled actions that send and are on, of which each serves its share of
        the accounts.

        :rtype: ir.cron
        """
        find = self.env["ir.model.data"]._xmlid_to_res_id
        ids = [find(f"{ADDON}.ir_cron_{name}") for name in FLUSHES]
        # sudo: every user's save may wake them
        crons = (
            self.env["ir.cron"].sudo().search([("id", "in", list(filter(None, ids)))])
        )
        return crons.sorted(lambda cron: ids.index(cron.id))

    def _shares(self, accounts):
        """Who serves which of ``accounts``.

        They are dealt out by their place among those that are connected. Who is not has
        nothing to send, but perhaps a plan.

        :return: scheduled action → accounts; empty when all are off
        :rtype: dict
        """
        flushes = self._flushes() if accounts else ()
        shares, places = {}, {}
        if len(flushes) > 1:
            # sudo: all companies' count
            connected = self.env["dokstamp.account"].sudo()
            connected = connected.search([("state", "=", "connected")], order="id")
            places = {one: place for place, one in enumerate(connected.ids)}
        for account in accounts if flushes else ():
            cron = flushes[places.get(account.id, 0) % len(flushes)]
            shares[cron] = shares.get(cron, accounts.browse()) | account
        return shares

    @api.model
    def _share(self, name):
        """The accounts that a scheduled action serves; all, where it is the only one
        that is on, or is off and was started by hand.

        :rtype: Domain
        """
        flushes = self._flushes()
        if len(flushes) < 2 or (cron := self._cron(name)) not in flushes:
            return Domain.TRUE
        accounts = self.env["dokstamp.account"].search([])
        share = self._shares(accounts).get(cron, accounts.browse())
        return Domain("id", "in", share.ids)

    def _flush_of(self, account):
        """The scheduled action that sends for an account, None when there is none.

        :rtype: ir.cron | None
        """
        return next(iter(self._shares(account)), self._cron("flush"))

    def _cron(self, name):
        """The scheduled action, None when it was deleted.

        :rtype: ir.cron | None
        """
        cron = self.env.ref(f"{ADDON}.ir_cron_{name}", raise_if_not_found=False)
        # sudo: every user's save may wake it, and everybody may see that it is off
        return cron and cron.sudo()

    # === WHAT IS WRONG === #

    @api.model
    def _problems(self, works):
        """Sentences on scheduled actions that do not do their work, and what to do.

        :param dict works: name → what does not happen without it, as a sentence
        :rtype: list[str]
        """
        effects = defaultdict(list)
        for name, effect in works.items():
            if problem := self._problem(name):
                effects[problem].append(effect)
        return [
            " ".join([*self._effects(found, works), problem])
            for problem, found in effects.items()
        ]

    @api.model
    def _heartbeats(self, names):
        """When each scheduled action last showed that it runs, in values of JSON.

        :param names: of scheduled actions, as of `_wake`
        :rtype: list[dict]
        """
        more = FLUSHES[1:] if "flush" in names else ()
        more = [name for name in more if (cron := self._cron(name)) and cron.active]
        return [self._heartbeat(name) for name in [*names, *more]]

    def _heartbeat(self, name):
        cron = self._cron(name)
        seen_at = cron and self._seen_at(cron)
        return {
            "name": name,
            "active": bool(cron and cron.active),
            "last_seen": seen_at.isoformat() + "Z" if seen_at else None,
            "failures": cron.failure_count if cron else 0,
            "problem": self._problem(name) or None,
        }

    def _effects(self, found, works):
        """What does not happen, in short when it is nothing at all.

        :param list[str] found: sentences on works that are not done
        :rtype: list[str]
        """
        if len(works) == 1 or len(found) < len(works):
            return found
        return [
            self.env._(
                "Nothing is sent to DokStamp, and nothing else is done in the "
                "background: no document is made, no source read again."
            )
        ]

    def _problem(self, name):
        """Why a scheduled action does not do its work, and what to do; False when
        nothing is wrong with it.

        What holds up all of them is the same sentence for each.

        :rtype: str | bool
        """
        flushes = self._flushes() if name == "flush" else ()
        problems = map(self._problem_of, flushes or [self._cron(name)])
        return next(filter(None, problems), False)

    def _problem_of(self, cron):
        if not cron:
            return self.env._(
                "A scheduled action of the addon was deleted. Upgrade DokStamp "
                "Connector under Apps: that makes it anew."
            )
        if not cron.active:
            return self.env._(
                "The scheduled action “%(name)s” is switched off. A system "
                "administrator switches it on under Settings > Technical > Scheduled "
                "Actions.",
                name=cron.name,
            )
        if self._is_overdue(cron):
            return self._scheduler_sentence()
        if cron.failure_count:
            return self.env._(
                "The scheduled action “%(name)s” fails since %(since)s. The server log "
                "tells why.",
                name=cron.name,
                since=format_datetime(self.env, cron.first_failure_date),
            )
        return False

    def _scheduler_sentence(self):
        if config["max_cron_threads"]:
            return self.env._(
                "Odoo's scheduler does not run, or other scheduled actions keep it "
                "busy: look into the server log, and whether a server with "
                "max_cron_threads above 0 is running."
            )
        return self.env._(
            "Odoo's scheduler does not run: this server was started with "
            "max_cron_threads = 0. Start one with at least 1."
        )

    def _is_overdue(self, cron):
        """Whether the scheduler has left out ``cron``, which is neither off nor
        running.
        """
        now, seen_at = fields.Datetime.now(), self._seen_at(cron)
        has_scheduler = config["max_cron_threads"]
        if not has_scheduler and not seen_at:
            return True
        late = LATE if has_scheduler else LATE_WITHOUT_SCHEDULER
        if seen_at and seen_at + late > now:
            return False
        interval = _intervalTypes[cron.interval_type](cron.interval_number)
        is_silent = cron.lastcall and cron.lastcall + 2 * interval + late < now
        return bool(is_silent) or self._due_at(cron) + late < now

    def _seen_at(self, cron):
        """When it last showed that it runs, None when it never did.

        :rtype: datetime | None
        """
        progress = self.env["ir.cron.progress"].sudo()
        last = progress.search([("cron_id", "=", cron.id)], order="id desc", limit=1)
        return max(filter(None, (cron.lastcall, last.write_date)), default=None)

    def _due_at(self, cron):
        """:rtype: datetime"""
        triggers = self.env["ir.cron.trigger"].sudo()
        first = triggers.search([("cron_id", "=", cron.id)], order="call_at", limit=1)
        return min(filter(None, (cron.nextcall, first.call_at)))
