"""What a change that a source makes tells of where it came from.

A mechanism of its own: the source and its record stand on the queue row, and in the
audit log.
"""

from odoo import models

from ..sync.origin import FROM_SOURCES, ORIGIN


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    def _origin_told(self):
        """As `sync/origin` takes it from the context: the sweep's is a repair,
        whichever source finds it.

        :rtype: tuple[str, str]
        """
        told = self.env.context.get(ORIGIN)
        kind = told[0] if isinstance(told, tuple) else "source"
        return (kind if kind in FROM_SOURCES else "source"), self.sudo().name

    def _note_origins(self, entities):
        """Note which of the source's records the registry's have just been read from.

        :param dict[int, dokstamp.entity] entities: record id → registry record
        """
        queue = self.env["dokstamp.sync.record"]
        for record_id, entity in entities.items():
            queue._note_origin(entity, self.model, record_id)
