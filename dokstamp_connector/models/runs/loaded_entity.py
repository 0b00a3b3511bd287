"""What runs add to registry records: what they have found of them counts when they are
sent.
"""

from odoo import api, models

from ..names import alike
from ..sync.messages import PLACE
from ..sync.messages.comparison import comparable, is_same, matches
from .matching import MATCHED


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    def _uuid_at_dokstamp(self):
        uuid = super()._uuid_at_dokstamp()
        return uuid or self.env.context.get(MATCHED, {}).get((self._name, self.id))

    def _adopted_payload(self, there):
        """What DokStamp holds of a record that is linked to it, as a binding keeps it.

        :param dict there: API key → value, of what DokStamp has shown
        :rtype: dict
        """
        payload, path = self._payload(), self._path()
        held = comparable(there, payload)
        return {**held, PLACE: list(path)} if len(path) > 1 else held

    @api.model
    def _key_label(self):
        """What of a record DokStamp finds it by, in a sentence.

        :rtype: str
        """
        return self._label((self._dokstamp_keys or [self._natural_key])[0][0])

    # === DOUBT === #

    def _doubtful_keys(self, there):
        """API keys by which DokStamp's record may be another one.

        :param dict there: API key → value, of what DokStamp has shown
        :rtype: list[str]
        """
        payload = self._payload()
        given = {key for key in payload if payload[key] and there.get(key)}
        apart = [
            key
            for key in self._get_dokstamp_proofs()
            if key in given and not is_same(payload[key], there[key])
        ]
        return apart + [
            key
            for key in self._get_dokstamp_hints()
            if key in given and not alike(payload[key], there[key])
        ]

    def _open_doubts(self):
        """Record → why a person has to say first whether DokStamp's record is this one,
        where somebody has to, and what was in doubt was not corrected.

        :rtype: dict[dokstamp.entity, str]
        """
        doubts = {}
        for line in self.env["dokstamp.run.line"]._in_doubt(self):
            record = self.browse(line.res_id)
            keys = record._search_keys()
            there = [
                one.values for one in line.candidate_ids if matches(one.values, keys)
            ]
            if len(there) > 1 or any(map(record._doubtful_keys, there)):
                doubts[record] = line.reason
        return doubts
