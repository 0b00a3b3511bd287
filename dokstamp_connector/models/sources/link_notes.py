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
                # a person's word was on what it fed before
                links[record_id].write(
                    {"entity_id": entity_id, "confirmed_by_id": False}
                )
            else:
                new.append(self._link_values(record_id, entity_id, vals["active"]))
        self.env["dokstamp.source.link"].create(new)

    def _link_values(self, record_id, entity_id, is_live=True, **notes):
        return {
            "source_id": self.id,
            "res_model": self.model,
            "res_id": record_id,
            "entity_model": self.entity,
            "entity_id": entity_id,
            "is_live": is_live,
            **notes,
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

    def _note_errors(self, errors, links, claims=None):
        """Keep the sentences on the links, and clear those that are over.

        :param dict[int, str] errors: record id → why it cannot be read
        :param dict[int, dokstamp.source.link] links: of all records that were read
        :param dict[int, dokstamp.entity] claims: record id → the registry record that
            it may be, and that it is not taken for
        """
        new = []
        for record_id in errors.keys() | links.keys():
            claimed = (claims or {}).get(record_id)
            notes = {
                "error": errors.get(record_id, False),
                "claimed_id": claimed.id if claimed else False,
            }
            link = links.get(record_id)
            if not link:
                new.append(self._link_values(record_id, False, **notes))
            elif any(link[name] != value for name, value in notes.items()):
                # what it fed before is gone, and a person's word was on that
                gone = {"entity_id": False, "confirmed_by_id": False} if claimed else {}
                link.write(notes | gone)
        self.env["dokstamp.source.link"].create(new)
