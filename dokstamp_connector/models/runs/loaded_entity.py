"""What runs add to registry records: what they have found of them counts when they are
sent.
"""

from odoo import models

from ..sync.messages import PLACE, Push
from ..sync.messages.comparison import comparable
from .matching import MATCHED


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    def _uuid_at_dokstamp(self):
        uuid = super()._uuid_at_dokstamp()
        return uuid or self.env.context.get(MATCHED, {}).get((self._name, self.id))

    def _operation_message(self, row, binding, tried):
        message = super()._operation_message(row, binding, tried)
        if isinstance(message, Push) and not binding:
            candidates = self.env["dokstamp.run.candidate"]
            message.decided = candidates._decided(self).get(self.id, {})
            message.is_absent = row.run_line_id._is_known_absent()
        return message

    def _adopted_payload(self, there):
        """What DokStamp holds of a record that is linked to it, as a binding keeps it.

        :param dict there: API key → value, of what DokStamp has shown
        :rtype: dict
        """
        payload, path = self._payload(), self._path()
        held = comparable(there, payload)
        return {**held, PLACE: list(path)} if len(path) > 1 else held
