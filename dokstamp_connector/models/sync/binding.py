from odoo import fields, models


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
    last_synced_at = fields.Datetime(string="Last sent at", readonly=True)

    _one_per_record = models.UniqueIndex(
        "(res_model, res_id, account_id)", "This record already has a binding."
    )
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

    def _is_shared(self):
        """Whether a record of another account, of the same tenant then, is linked to
        the same uuid.
        """
        return bool(
            self.dokstamp_uuid
            and self.search_count(
                [("dokstamp_uuid", "=", self.dokstamp_uuid), ("id", "!=", self.id)],
                limit=1,
            )
        )

    def _note_sent(self, account, res_model, res_id, uuid, payload):
        """Remember what DokStamp holds for a record now.

        :param str | None uuid: None for a curriculum line
        :param dict payload: the whole body, so that the next change sends the
            difference
        :return: whether the record had another uuid before
        :rtype: bool
        """
        values = {
            "dokstamp_uuid": uuid,
            "last_payload": payload,
            "last_synced_at": fields.Datetime.now(),
        }
        binding = self._find(account, res_model, res_id)
        is_replaced = bool(binding.dokstamp_uuid) and binding.dokstamp_uuid != uuid
        if binding:
            binding.write(values)
        else:
            keys = {"account_id": account.id, "res_model": res_model, "res_id": res_id}
            self.create(keys | values)
        return is_replaced

    def _forget(self, account, res_model, res_id):
        """DokStamp holds the record no more, or Odoo keeps it no more."""
        self._find(account, res_model, res_id).unlink()
