"""What a source notes on its links: which record fed which, alive or not, readable or
not.
"""

from odoo import models


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    def _links_of(self, ids):
        """Record id → its link.

        :rtype: dict[int, dokstamp.source.link]
        """
        links = self.env["dokstamp.source.link"].search(
            [("source_id", "=", self.id), ("res_id", "in", ids)]
        )
        return {link.res_id: link for link in links}

    def _link(self, values, entities, links):
        """Note which registry record each record feeds from now on.

        :param dict[int, dict] values: record id → registry values
        :param dict[int, dokstamp.entity] entities: record id → registry record
        :param dict[int, dokstamp.source.link] links: record id → its link, if any
        """
        new = []
        for record_id, vals in values.items():
            entity_id = entities[record_id].id
            if record_id in links:
                links[record_id].entity_id = entity_id
            else:
                new.append(self._link_values(record_id, entity_id, vals["active"]))
        self.env["dokstamp.source.link"].create(new)

    def _link_values(self, record_id, entity_id, is_live=True, error=False):
        return {
            "source_id": self.id,
            "res_model": self.model,
            "res_id": record_id,
            "entity_model": self.entity,
            "entity_id": entity_id,
            "is_live": is_live,
            "error": error,
        }

    def _note_life(self, values, links):
        """Note on the links whether their records are archived.

        :param dict[int, dict] values: record id → registry values
        :param dict[int, dokstamp.source.link] links: record id → its link, if any
        :return: the links whose records were not, and are now
        :rtype: dokstamp.source.link
        """
        changed = self.env["dokstamp.source.link"].union(
            *(
                links[record_id]
                for record_id, vals in values.items()
                if record_id in links and links[record_id].is_live != vals["active"]
            )
        )
        retired = changed.filtered("is_live")
        retired.is_live = False
        (changed - retired).is_live = True
        return retired

    def _note_errors(self, errors, links):
        """Keep the sentences on the links, and clear those that are over.

        :param dict[int, str] errors: record id → why it cannot be read
        :param dict[int, dokstamp.source.link] links: of all records that were read
        """
        new = []
        for record_id, sentence in errors.items():
            if record_id not in links:
                new.append(self._link_values(record_id, False, error=sentence))
            elif links[record_id].error != sentence:
                links[record_id].error = sentence
        self.env["dokstamp.source.link"].create(new)
        for record_id, link in links.items():
            if link.error and record_id not in errors:
                link.error = False
