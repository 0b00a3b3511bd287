from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class DokstampBinding(models.Model):
    """Which DokStamp uuid a registry record has, and what was last sent for it.

    Written by the flush alone, never by a user's transaction, so that a user's save and
    a running flush cannot collide. A curriculum line has no uuid of its own: its
    binding says that it is attached.
    """

    _name = "dokstamp.binding"
    _description = "DokStamp Binding"
    _rec_name = "dokstamp_uuid"
    _order = "id"

    account_id = fields.Many2one(
        "dokstamp.account", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="account_id.company_id")
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, readonly=True
    )
    dokstamp_uuid = fields.Char(
        string="DokStamp UUID", readonly=True, index="btree_not_null"
    )
    last_payload = fields.Json(readonly=True)
    held_keys = fields.Json(
        readonly=True,
        help="What DokStamp finds it by: meanwhile no other record can have these.",
    )
    last_synced_at = fields.Datetime(string="Last sent at", readonly=True)

    _one_per_record = models.UniqueIndex(
        "(res_model, res_id, account_id)", "This record already has a binding."
    )
    _held = models.Index("USING gin (held_keys)")
    _one_per_uuid = models.UniqueIndex(
        "(account_id, res_model, dokstamp_uuid) WHERE dokstamp_uuid IS NOT NULL",
        "Another record is already linked to this DokStamp record.",
    )

    def _of(self, record):
        """The binding of a registry record with its own account, or an empty set."""
        return self._find(record.account_id, record._name, record.id)

    def _find(self, account, res_model, res_id):
        return self.search(
            [
                ("account_id", "=", account.id),
                ("res_model", "=", res_model),
                ("res_id", "=", res_id),
            ]
        )

    def _holder_of(self, account, res_model, uuid):
        """The registry record that DokStamp's ``uuid`` is linked to, or None."""
        binding = self.search(
            [
                ("account_id", "=", account.id),
                ("res_model", "=", res_model),
                ("dokstamp_uuid", "=", uuid),
            ]
        )
        return self.env[res_model].browse(binding.res_id).exists() if binding else None

    def _shared(self):
        """Those whose uuid a record of another account, of the same tenant then, is
        linked to as well.
        """
        uuids = [uuid for uuid in self.mapped("dokstamp_uuid") if uuid]
        others = self.search(
            [("dokstamp_uuid", "in", uuids), ("id", "not in", self.ids)]
        )
        shared = set(others.mapped("dokstamp_uuid"))
        return self.filtered(lambda binding: binding.dokstamp_uuid in shared)

    def _is_abandoned(self):
        """Whether nobody keeps the record any more: it was deleted, and its account
        sends nothing.
        """
        record = self.env[self.res_model].browse(self.res_id)
        return not self.account_id.active and not record.exists()

    def _let_go(self):
        """The record is another one's: the next attempt shows what becomes of this
        one.
        """
        queue = self.env["dokstamp.sync.record"]
        for binding in self:
            record = self.env[binding.res_model].browse(binding.res_id).exists()
            queue._gather(record, "push")
        self.unlink()

    def _note_sent(self, account, res_model, res_id, uuid, payload):
        """Remember what DokStamp holds for one record now, as `_note_held` does."""
        self._note_held(account, {(res_model, res_id): (uuid, payload)})

    def _note_held(self, account, held):
        """Remember what DokStamp holds for records now.

        :param dict held: (model, id) → uuid, None for a curriculum line, and the whole
            body, so that the next change sends the difference
        :return: those that had another uuid before
        :rtype: set[tuple[str, int]]
        """
        known, replaced, new = self._of_places(account, held), set(), []
        for place, (uuid, payload) in held.items():
            values = {
                "dokstamp_uuid": uuid,
                "last_payload": payload,
                "held_keys": self.env[place[0]]._held_keys(payload),
                "last_synced_at": fields.Datetime.now(),
            }
            if binding := known.get(place):
                if binding.dokstamp_uuid and binding.dokstamp_uuid != uuid:
                    replaced.add(place)
                binding.write(values)
            else:
                keys = dict(zip(("res_model", "res_id"), place, strict=True))
                new.append({"account_id": account.id, **keys, **values})
        self.create(new)
        return replaced

    @api.model
    def _holding(self, account, keys):
        """Those whose records DokStamp finds by one of these.

        :param collection keys: as of `_held_keys`
        """
        if not keys:
            return self.browse()
        self.flush_model(["held_keys", "account_id"])
        found = self.env.execute_query(
            SQL(
                "SELECT id FROM dokstamp_binding"
                " WHERE held_keys ?| %s AND account_id = %s",
                list(keys),
                account.id,
            )
        )
        return self.browse(one for (one,) in found)

    def _is_letting_go(self, key, claimant, is_new):
        """Whether the record has another key by now, or is deleted, and the queue is
        about to tell DokStamp so.

        :param str key: one of those that DokStamp finds it by
        :param tuple claimant: model and id of whoever takes it over
        :param bool is_new: that one is not at DokStamp: it adopts what is deleted here
        """
        place = (self.res_model, self.res_id)
        if place == claimant:
            return False
        record = self.env["dokstamp.entity"]._existing([place]).get(place)
        if record:
            is_ours = record.account_id == self.account_id
            return is_ours and not record._holds_on_to(key)
        queue = self.env["dokstamp.sync.record"]
        rows = queue._newest_rows(self.res_model, [self.res_id])
        newest = rows.get((self.res_id, self.account_id.id), queue)
        is_leaving = newest.operation == "remove" and newest.state != "cancelled"
        return is_leaving and not is_new

    def _of_places(self, account, places):
        """(model, id) → the binding of the record there, of those that have one.

        :rtype: dict[tuple[str, int], dokstamp.binding]
        """
        found = self.search(
            Domain("account_id", "=", account.id) & domain_of_places(places)
        )
        return {(binding.res_model, binding.res_id): binding for binding in found}

    def _forget(self, account, res_model, res_id):
        """DokStamp holds the record no more, or Odoo keeps it no more."""
        self._find(account, res_model, res_id).unlink()


def domain_of_places(places):
    """A domain: what is about one of these records.

    :param places: pairs of model name and id
    """
    ids_by_model = defaultdict(list)
    for name, res_id in places:
        ids_by_model[name].append(res_id)
    return Domain.OR(
        Domain("res_model", "=", name) & Domain("res_id", "in", ids)
        for name, ids in ids_by_model.items()
    )
