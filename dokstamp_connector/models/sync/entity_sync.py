"""What the queue adds to registry records: uuid, state, capture of saves, messages."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..actions import RELOAD, open_address, open_form, show_message
from .messages import PLACE, Attach, Detach, Find, Push, Remove

SYNC_STATES = [
    ("none", "Not sent"),
    ("pending", "On its way"),
    ("waiting", "Waiting"),
    ("synced", "At DokStamp"),
    ("failed", "Failed"),
]


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    dokstamp_uuid = fields.Char(
        string="DokStamp UUID",
        compute="_compute_binding",
        search="_search_dokstamp_uuid",
        help="The number that DokStamp knows the record by.",
    )
    last_synced_at = fields.Datetime(
        string="Last sent at",
        compute="_compute_binding",
        search="_search_last_synced",
        help="When DokStamp last took what stands here.",
    )
    sync_state = fields.Selection(
        SYNC_STATES,
        string="DokStamp",
        compute="_compute_sync_state",
        search="_search_sync_state",
        help="How far the record is on its way to DokStamp; the sentence beside it "
        "says what it waits for.",
    )
    sync_message = fields.Text(
        string="DokStamp message",
        compute="_compute_sync_state",
        help="What it waits for, or why it was refused, and what to do.",
    )
    # what docs/errors.md says more of
    sync_reason = fields.Char(string="Kind of reason", compute="_compute_sync_state")
    dokstamp_page_url = fields.Char(
        string="Page at DokStamp", compute="_compute_binding"
    )

    def _compute_binding(self):
        bindings = self._bindings()
        for record in self:
            binding = bindings.get(record.id)
            record.dokstamp_uuid = binding and binding.dokstamp_uuid
            record.last_synced_at = binding and binding.last_synced_at
            record.dokstamp_page_url = (
                record.account_id.sudo()._page_url(
                    record._dokstamp_resource, binding.dokstamp_uuid
                )
                if binding
                else False
            )

    @api.depends_context("lang", "tz", "uid")
    def _compute_sync_state(self):
        """The engine's picture: open queue rows first, then the binding."""
        # sudo: whoever sees the record may see how far it got
        queue = self.env["dokstamp.sync.record"].sudo()
        # the most telling row of each comes last
        rows = {id_: rows[-1] for id_, rows in queue._open_rows(self).items()}
        gathered_ids, bindings = queue._gathered_ids(self), self._bindings()
        reasons = queue.union(*rows.values())._reasons()
        for record in self:
            record_id = record._origin.id  # in a form, of what is being edited
            row, why = rows.get(record_id), (False, False)
            if record_id in gathered_ids and record.account_id:
                state, why = "pending", record._gathered_reason()
            elif row:
                state, why = row._sync_state(), reasons[row]
            else:
                state = "synced" if record.id in bindings else "none"
            record.sync_state = state
            record.sync_reason, record.sync_message = why
        arrived = self.filtered(lambda record: record.sync_state == "synced")
        for record, notes in arrived._differences_told().items():
            record.sync_reason, record.sync_message = "differs", " ".join(notes)
        unsent = self.filtered(lambda record: record.sync_state == "none")
        for record, why in unsent._unsent_reasons().items():
            record.sync_reason, record.sync_message = why

    def _gathered_reason(self):
        """Of what this transaction has changed.

        :rtype: tuple[str, str]
        """
        account = self.account_id.sudo()  # why it stops is no secret
        return account._stop() or ("queued", False)

    def _unsent_reasons(self):
        """Why these, which have no row and never were at DokStamp, are not there.

        :return: record → kind of reason and sentence
        :rtype: dict[dokstamp.entity, tuple[str, str]]
        """
        if not self._dokstamp_is_pushed:
            return {}
        saved = self.filtered(lambda record: record._origin)
        # sudo: as in `_compute_sync_state`
        queue = self.env["dokstamp.sync.record"].sudo()
        withheld = queue._withheld_rows(saved._origin)
        return {
            record: record._unsent_reason(withheld.get(record._origin))
            for record in saved
        }

    def _unsent_reason(self, cancelled):
        """:param cancelled: the row that a person took out of the queue, if one did"""
        if not self.account_id:
            return self._unassigned_reason()
        if cancelled:
            return "cancelled", self.env._(
                "It was taken out of the queue by %(user)s on %(time)s. It goes out "
                "with the next change, or when you press Send now.",
                user=cancelled.write_uid.name,
                time=format_datetime(self.env, cancelled.write_date),
            )
        if not self.active:
            return "archived", self.env._(
                "It is archived, and was never sent: it stays in Odoo."
            )
        return "unsent", self.env._(
            "It was saved past the connector. The daily look finds it; Send now sends "
            "it at once."
        )

    def _unassigned_reason(self):
        if self.stays_in_odoo:
            return "stays", self.env._(
                "It has no DokStamp account, so it stays in Odoo. Choose one on the "
                "page “DokStamp”."
            )
        return "no_account", self.env._(
            "Its company has no DokStamp account yet. It is sent as soon as there is "
            "one."
        )

    def _differences_told(self):
        """What DokStamp holds of these otherwise than the school does, and why: a badge
        that says "At DokStamp" alone would hide it.

        :return: record → sentences, of those that there is something to tell of
        :rtype: dict[dokstamp.entity, list[str]]
        """
        told = {
            record: [
                self.env._(
                    "DokStamp takes no text as long as this one, and gets its "
                    "beginning: %(fields)s.",
                    fields=", ".join(names),
                )
            ]
            for record in self
            if (names := record._shortened())
        }
        # sudo: as in `_compute_sync_state`
        queue = self.env["dokstamp.sync.record"].sudo()
        withheld = queue._withheld_rows(self._origin) if self else {}
        for record in self.filtered(lambda one: one._origin in withheld):
            row = withheld[record._origin]
            told.setdefault(record, []).append(
                self.env._(
                    "The last change was taken out of the queue by %(user)s on "
                    "%(time)s: DokStamp holds what was sent before. It goes out with "
                    "the next change, or when you press Send now.",
                    user=row.write_uid.name,
                    time=format_datetime(self.env, row.write_date),
                )
            )
        return told

    def _search_dokstamp_uuid(self, operator, value):
        return self._search_binding("dokstamp_uuid", operator, value)

    def _search_last_synced(self, operator, value):
        return self._search_binding("last_synced_at", operator, value)

    def _search_binding(self, name, operator, value):
        """Records by a field of their binding; none is as good as an empty one."""
        if operator.startswith("not "):
            return NotImplemented  # the ORM negates the positive one
        bindings = self.env["dokstamp.binding"].sudo()
        of_model = Domain("res_model", "=", self._name)
        found = bindings._search(of_model & Domain(name, operator, value))
        matching = Domain("id", "in", found.subselect("res_id"))
        if operator == "in" and False in value:
            bound = bindings._search(of_model)
            return matching | Domain("id", "not in", bound.subselect("res_id"))
        return matching

    def _search_sync_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._sync_state_domains()
        return Domain.OR(domains[state] for state in value if state in domains)

    def _sync_state_domains(self):
        """Sync state → Domain; what `_compute_sync_state` says, in SQL."""

        def have(model, *leaves):
            query = model._search([("res_model", "=", self._name), *leaves])
            return Domain("id", "in", query.subselect("res_id"))

        rows = self.env["dokstamp.sync.record"].sudo()
        moving = have(
            rows, ("state", "in", ("pending", "sending")), ("waiting_for", "=", False)
        )
        waiting = have(rows, ("state", "=", "pending"), ("waiting_for", "!=", False))
        waiting |= have(rows, ("state", "=", "held"))
        refused = have(rows, ("state", "=", "failed"))
        bound = have(self.env["dokstamp.binding"].sudo())
        failed = ~moving & ~waiting & refused
        return {
            "pending": moving,
            "waiting": waiting & ~moving,
            "failed": failed,
            "synced": bound & ~moving & ~waiting & ~failed,
            "none": ~bound & ~moving & ~waiting & ~failed,
        }

    def _bindings(self):
        """Record id → its binding with the record's own account; a record on a form
        has that of the one that it stands for.

        :rtype: dict[int | NewId, dokstamp.binding]
        """
        # sudo: the uuid is no secret to whoever sees the record; the last payload stays
        # with the engine
        found = (
            self.env["dokstamp.binding"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        own = {(binding.res_id, binding.account_id.id): binding for binding in found}
        places = {r.id: (r._origin.id, r.account_id._origin.id) for r in self}
        return {key: own[place] for key, place in places.items() if place in own}

    def _uuid_at_dokstamp(self):
        return self.dokstamp_uuid or None

    # === ACTION METHODS === #

    def action_sync_now(self):
        """Send the records now, ahead of what is queued; also retries what failed."""
        unassigned = self.filtered(lambda record: not record.account_id)
        if unassigned:
            raise UserError(
                self.env._(
                    "%(name)s has no DokStamp account. Choose one on the record, or "
                    "set one up for the company under DokStamp > Configuration > "
                    "Accounts.",
                    name=unassigned[0].display_name,
                )
            )
        self._queue_push(urgent=True)
        # sudo: as in `_compute_sync_state`
        queue = self.env["dokstamp.sync.record"].sudo()
        if held := queue._held_of(self):
            return show_message(held[0].failure_message, "warning", next=RELOAD)
        # sudo: why it stops is no secret to whoever may send
        for account in self.sudo().account_id:
            if stop := account._sending_stop():
                return show_message(stop, "warning", next=RELOAD)
        return show_message(self.env._("On its way to DokStamp."), next=RELOAD)

    def action_open_awaited(self):
        """Open the record that this one waits for, or the one that that waits for."""
        self.ensure_one()
        self.check_access("read")
        # sudo: as in `_compute_sync_state`
        queue = self.env["dokstamp.sync.record"].sudo()
        rows = queue._open_rows(self).get(self.id)
        row = rows[-1] if rows else queue
        row = row._behind().get(row, row)
        place = row._awaited_place()
        return open_form(self.env[place[0]].browse(place[1])) if place else RELOAD

    def action_view_audit_trail(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dokstamp_connector.dokstamp_audit_log_action"
        )
        action["domain"] = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        action["display_name"] = self.env._("Audit trail: %s", self.display_name)
        return action

    def action_open_dokstamp_page(self):
        self.ensure_one()
        self.check_access("read")
        return open_address(self.env, self.dokstamp_page_url)

    # === CAPTURE: a save queues what changed, in its own transaction === #

    def _note_created(self):
        result = super()._note_created()
        self._queue_push()
        return result

    def _note_written(self, vals):
        result = super()._note_written(vals)
        if "account_id" in vals:
            # sudo: who keeps the registry has no rights on the queue
            self.env["dokstamp.sync.record"].sudo()._cancel_strays(self)
        if not self._payload_triggers().isdisjoint(vals):
            self._queue_push()
        return result

    def _note_deletion(self):
        result = super()._note_deletion()
        self._queue_removal()
        return result

    def _queue_push(self, urgent=False):
        queue = self.env["dokstamp.sync.record"]
        changed = queue._to_send(self, is_changed=True)
        queue._gather(changed, "push", urgent=urgent)

    def _queue_removal(self):
        self.env["dokstamp.sync.record"]._gather(self, "remove")

    # === MESSAGES === #

    def _operation_message(self, row, binding, tried):
        """The next message of a queue row, or None when nothing is left to do.

        :param dokstamp.sync.record row: anything but a removal
        :param dokstamp.binding binding: of this record, may be empty
        :param list[dict] tried: as `_push_message` takes it
        :rtype: Message | None
        """
        return self._push_message(binding, tried)

    def _note_answer(self, row, message):
        """A message of this record succeeded. Nothing to keep: the binding tells."""

    def _note_failure(self, row):
        """A row of this record stopped for good. Nothing to keep: the row tells."""

    def _note_retry(self, row):
        """A person sends a row of this record again, which may have stopped for good.

        :raise UserError: the record must not be sent any more
        """

    def _mending_sentence(self, operation):
        """What a person does about a refusal.

        :param str operation: of the queue row that was refused
        """
        if operation == "remove":
            return self.env._("Mend it at DokStamp, then press Retry.")
        return self.env._("Correct the record; it goes out again when you save it.")

    def _lost_sentence(self):
        """What a person does when DokStamp no longer finds what was meant."""
        return self.env._(
            "DokStamp has lost what this record belongs to. Press Send now on that "
            "one, then Retry here."
        )

    def _push_kind(self):
        """What makes the message that sends this record.

        :return: takes what `Push` takes
        """
        return Push

    def _push_message(self, binding, tried=()):
        """What to send for this record, or None when DokStamp has it all.

        :param dokstamp.binding binding: of this record, may be empty
        :param list[dict] tried: earlier attempts whose outcome is unknown
        :rtype: Message | None
        """
        payload, path = self._payload(), self._path()
        last_payload = dict(binding.last_payload or {})
        last_path = tuple(last_payload.pop(PLACE, path))
        uuid, moved_from = binding.dokstamp_uuid or None, None
        if uuid and last_path != path:
            uuid, moved_from = None, (last_path, uuid)
        if uuid and payload == last_payload and not tried:
            return None
        return self._push_kind()(
            path=path,
            uuid=uuid,
            payload=payload,
            last_payload=last_payload,
            moved_from=moved_from,
            keys=self._search_keys(),
            tried=list(tried),
            filters=self._get_dokstamp_filters(),
            proofs=self._get_dokstamp_proofs(),
            is_listed=self._dokstamp_is_listed,
        )

    def _change_at_dokstamp(self, binding):
        """What sending this record would change there.

        :param dokstamp.binding binding: of this record
        :return: `removed`, also where it is archived; `changed`; False: nothing
        :rtype: str | bool
        """
        if not self._push_message(binding):
            return False
        last_payload = binding.last_payload or {}
        archived = {} if self.active else self._archive_values(last_payload)
        is_ended = all(last_payload.get(k) == v for k, v in archived.items())
        return "changed" if is_ended else "removed"

    def _archiving_told(self, binding):
        """What DokStamp would hear if the record were archived now; False: nothing.

        :param dokstamp.binding | None binding: of this record
        :rtype: str | bool
        """
        if not binding:
            return False
        archived = self._archive_values(self._payload())
        known = binding.last_payload or {}
        changes = [
            self._value_change(name, archived[key])
            for name in self._get_dokstamp_fields()
            if (key := self._api_key(name)) in archived
            and archived[key] != known.get(key)
        ]
        return ", ".join(changes) or False

    def _value_change(self, name, value):
        choices = self._fields[name]._description_selection(self.env)
        labels = dict(choices) if choices else {}
        return self.env._(
            "%(field)s: %(old)s → %(new)s",
            field=self._fields[name]._description_string(self.env),
            old=labels.get(self[name], self[name]),
            new=labels.get(value, value),
        )

    # === KEYS: what DokStamp finds a record by, one record alone has === #

    @api.model
    def _held_keys(self, payload):
        """What DokStamp finds a record of this body by, one text for each way.

        :param dict | None payload: as it was sent, with `PLACE`
        :rtype: list[str]
        """
        payload = payload or {}
        path = payload.get(PLACE) or [self._dokstamp_resource]
        return [
            self._key_text(
                {self._api_key(n): payload.get(self._api_key(n)) for n in names}, path
            )
            for names, required in self._key_alternatives()
            if all(payload.get(self._api_key(name)) for name in required)
        ]

    @api.model
    def _key_text(self, keys, path):
        """:param dict keys: API key → value
        :param path: of the collection that the record lies in
        :rtype: str
        """
        specs = self._get_dokstamp_fields()
        if any(specs[name].unique for name in self._search_key_names()):
            path = [self._dokstamp_resource]
        values = [
            value.strip().casefold() if isinstance(value, str) else value
            for value in keys.values()
        ]
        return json.dumps([*path, *keys, *values], ensure_ascii=False)

    def _claimed_key(self, message):
        """By what DokStamp is to find this record once the message is sent, and does
        not yet; None when that stays as it is.

        :rtype: str | None
        """
        if not isinstance(message, Push) or not message.keys:
            return None
        known = message.last_payload if message.uuid else {}
        if all(known.get(key) == value for key, value in message.keys.items()):
            return None
        return self._key_text(message.keys, message.path)

    def _holds_on_to(self, key):
        """Whether the record still has a key that DokStamp finds it by."""
        payload, path = self._payload(), self._path()
        return key in self._held_keys({**payload, PLACE: list(path)})

    def _first_blocker(self):
        """The registry record that must be at DokStamp before this one, or None."""
        for record in self._prerequisites():
            if not record._uuid_at_dokstamp():
                return record
        return None

    def _stranger(self):
        """A record that this one refers to and that another account sends, or None.

        Its uuid, if it has one, means nothing to this record's tenant.
        """
        for record in self._prerequisites():
            if record.account_id != self.account_id:
                return record
        return None

    def _removal_keys(self):
        """What the queue must know of a record that is gone when its removal is
        planned.

        :rtype: dict
        """
        return {"name": self.display_name, "path": self._path()}

    def _removal_message(self, binding, removal_keys, tried, since):
        """How to take a deleted record away from DokStamp, or None when it never got
        there.

        :param list[dict] tried: attempts to create it whose outcome is unknown
        :param datetime since: when it was queued first
        """
        last_payload = dict(binding.last_payload or {})
        # of a record that the database dropped only the binding knows where it was
        path = last_payload.pop(PLACE, None) or removal_keys.get("path")
        path = tuple(path or self._path())
        if not all(path):
            return None  # what it lay below never got there
        if binding.dokstamp_uuid:
            return Remove(
                path=path,
                uuid=binding.dokstamp_uuid,
                archive_values=self._archive_values(last_payload),
                certificate_link=self._dokstamp_certificate_link,
                certificate_filter=self._dokstamp_certificate_filter,
                last_payload=last_payload,
            )
        if tried:
            return Find(
                path=path,
                tried=tried,
                filters=self._get_dokstamp_filters(),
                is_listed=self._dokstamp_is_listed,
                since=since,
            )
        return None


class DokstampCurriculumLine(models.Model):
    _inherit = "dokstamp.curriculum.line"

    def _change_at_dokstamp(self, binding):
        change = super()._change_at_dokstamp(binding)
        return "removed" if change and not self.active else change

    def _push_message(self, binding, tried=()):
        item = self._payload()
        known = [binding.last_payload] if binding.last_payload else []
        if not self.active and not self.course_id.active:
            return None  # an archived course keeps its curriculum
        if not self.active:
            return self._detach([*known, *tried], tried)
        elsewhere = [
            one for one in [*known, *tried] if self._place(one) != self._place(item)
        ]
        if known == [item] and not tried:
            return None
        return Attach(
            item=item,
            last_item=known[0] if known else {},
            elsewhere=elsewhere,
            tried=list(tried),
        )

    def _place(self, item):
        return item["course_uuid"], item["uuid"]

    def _removal_message(self, binding, removal_keys, tried, since):
        known = [binding.last_payload] if binding.last_payload else []
        return self._detach([*known, *tried], tried)

    def _detach(self, items, tried):
        return Detach(items=items, tried=list(tried)) if items else None
