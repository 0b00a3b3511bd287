"""Where a school app's save is noticed.

Every model's create, write, unlink and recomputation asks `dokstamp.source._watches`, a cached dict, whether
any source reads that model. `base_automation` patches the models instead and reloads the registry of every
worker when a rule changes; here a changed source only drops a cache, so that it works at once and nothing
stops for it.
"""

from collections import defaultdict

from odoo import api, models

GATHERED = "dokstamp_connector.feed"  # key in cr.precommit.data


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if watches := self._dokstamp_watches():
            records._dokstamp_gather(
                pair for pair in watches.get("", ()) if not pair[1]
            )
        return records

    def write(self, vals):
        result = super().write(vals)
        if watches := self._dokstamp_watches():
            self._dokstamp_gather(p for name in vals for p in watches.get(name, ()))
        return result

    def unlink(self):
        if watches := self._dokstamp_watches():
            # what hangs on these records by a foreign key may vanish with them: find it while it is there
            self._dokstamp_gather(watches.get("", ()), is_leaving=True)
        return super().unlink()

    def _compute_field_value(self, field):
        result = super()._compute_field_value(field)
        # recomputed stored fields reach the database without write()
        if field.store and (watches := self._dokstamp_watches()):
            names = [f.name for f in self.pool.field_computed[field]]
            records = self.filtered("id")
            records._dokstamp_gather(p for name in names for p in watches.get(name, ()))
        return result

    def _dokstamp_watches(self):
        """Which sources read this model; nothing while modules are being installed: the sweep reads then."""
        if self._abstract or not self.pool.ready:
            return None
        return self.env["dokstamp.source"]._watches(self._name)

    def _dokstamp_gather(self, pairs, is_leaving=False):
        """Have the sources read what changed, once, when this transaction commits.

        :param pairs: source id and the path that leads from its model to this one
        """
        pairs = set(pairs)
        if not pairs or not self.ids:
            return
        gathered = self.env.cr.precommit.data.get(GATHERED)
        if gathered is None:
            gathered = self.env.cr.precommit.data[GATHERED] = defaultdict(set)
            self.env.cr.precommit.add(self.env["dokstamp.source"]._feed_gathered)
        for source_id, path in pairs:
            if path and is_leaving:
                source = self.env["dokstamp.source"].browse(source_id)
                gathered[source_id, ""].update(source._dependents(path, self.ids))
            else:
                gathered[source_id, path].update(self.ids)


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    def _dependents(self, path, ids):
        """Ids of the source's records that reach one of ``ids`` by ``path``."""
        source = self._as_reader()
        return source.env[source.model].search([(path, "in", ids)]).ids

    @api.model
    def _feed_gathered(self):
        gathered = self.env.cr.precommit.data.pop(GATHERED, {})
        ids_by_source = defaultdict(set)
        for (source_id, path), ids in gathered.items():
            source = self.browse(source_id)
            ids_by_source[source_id].update(
                source._dependents(path, list(ids)) if path else ids
            )
        self._feed_safely(ids_by_source)
