"""What several school apps' records say of one registry record, put together.

Of each field the first record that has a value tells it, in the order of the sources.
Where records say different things of what has an order of its own (`ApiField.winners`),
those that say less come after all others. An empty value says nothing: it overwrites
one only where the record itself had said that one before, since only then somebody has
cleared it.
"""

from odoo import api, models

DEFINITION = ":definition"  # in a link's `last_values`, beside the registry's fields


class DokstampEntity(models.AbstractModel):
    _inherit = "dokstamp.entity"

    def _merged(self, links, read_before=None):
        """What ``links``, all of this record, say together.

        :param dokstamp.source.link links: in their order
        :param dict read_before: link → what it said before it was read just now
        :return: field name → value, as JSON holds it, and field name → the link that it
            is from
        :rtype: tuple[dict, dict]
        """
        values, origins = self._first_known(links)
        for link, said in (read_before or {}).items():
            now = link.last_values or {}
            for name in link._told_again(said) - values.keys():
                is_cleared = self._is_unknown(name, now)
                if is_cleared and not self._is_unknown(name, said):
                    values[name], origins[name] = False, link
        for name in self._left_untold(values):
            values[name] = False
        return values, origins

    def _first_known(self, links):
        """Of each field the first value that one of ``links`` tells.

        :return: as of `_merged`
        """
        values, origins = {}, {}
        told_with = self._told_with()
        for link in links:
            said = link.last_values or {}
            # a field that is taken from the source is the registry's own
            fed = set(link.source_id._fed_field_names())
            for name in said.keys() & fed - values.keys():
                other = told_with.get(name)
                holds = values.get(other, said.get(other))
                # it tells of another value than the one that holds, or of none yet
                known = {said.get(other), holds} - {None, False}
                is_beside = other and not known.issubset(self._first_winner(other))
                if not is_beside and not self._is_unknown(name, said):
                    values[name], origins[name] = said[name], link
        return values, origins

    @api.model
    def _losers_last(self, links):
        """Those that say another value than the one that wins, behind all others.

        :param dokstamp.source.link links: of one record
        """
        for name, spec in self._get_dokstamp_fields().items():
            if not spec.winners or len(links) < 2:
                continue
            told = {link: (link.last_values or {}).get(name) for link in links}
            winner = next((one for one in spec.winners if one in told.values()), None)
            losers = [told[link] not in (None, False, winner) for link in links]
            order = sorted(zip(losers, range(len(links)), strict=True))
            links = links.browse(links.ids[place] for _loses, place in order)
        return links

    def _left_untold(self, values):
        """What belonged to a value that is another one now, and is not told anew."""
        return [
            name
            for name, other in self._told_with().items()
            if name not in values
            and self[name]
            and other in values
            and values[other] != self[other]
        ]

    @api.model
    def _first_winner(self, name):
        """What a field that is told with this one is about, as a day of completion is
        about what is completed.
        """
        return self._get_dokstamp_fields()[name].winners[:1]

    @api.model
    def _told_with(self):
        specs = self._get_dokstamp_fields().items()
        return {name: spec.told_with for name, spec in specs if spec.told_with}
