"""What sources owe each other: records referred to, and records taking over."""

from odoo import models

from .feed import AUTHORS
from .reading import Unreadable, is_active


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    # === LINKS BETWEEN REGISTRY RECORDS === #

    def _demand(self, records, entity_model):
        """The registry records that stand for ``records``; fed now if not fed yet.

        :return: record id → registry id, of those that could be had; of others why they
            are held back, where that is known
        :rtype: dict[int, int | Unreadable]
        :raise Unreadable: no source feeds such records
        """
        sources = self.search(
            [
                ("model_id.model", "=", records._name),
                ("entity", "=", entity_model),
                ("company_id", "=", self.company_id.id),
                ("active", "=", True),
            ]
        )
        if not sources:
            raise Unreadable(
                self.env._(
                    "No source makes a %(entity)s of a %(model)s.",
                    entity=self._entity_label(entity_model),
                    model=records._description,
                )
            )
        # whoever saved a record that refers to these said nothing of what they say
        sources = sources.with_context(**{AUTHORS: ()})
        known = {}
        for source in sources:
            entities = source._known_entities(source._links_of(records.ids))
            known |= {record_id: entity.id for record_id, entity in entities.items()}
        for source in sources:
            missing = [one for one in records.ids if one not in known]
            if missing:
                known |= source._feed_records(
                    source._matching(missing).filtered(is_active)
                )
        for source in sources:
            missing = [one for one in records.ids if one not in known]
            known |= source._held_back(missing)
        return known

    def _held_back(self, ids):
        """Record id → why it is not in the registry, of those that a link tells it of.

        :rtype: dict[int, Unreadable]
        """
        return {
            record_id: Unreadable(
                self.env._(
                    "%(record)s is held back: %(reason)s",
                    record=link.res_name,
                    reason=link.error,
                )
            )
            for record_id, link in self._links_of(ids).items()
            if link.error and not link.entity_id
        }

    def _entity_label(self, entity_model):
        return dict(self._fields["entity"]._description_selection(self.env))[
            entity_model
        ].lower()

    def _feed_referrers(self, record_ids, only=()):
        """Read again what refers to records whose place in the registry is a new one.

        :param only: a domain on the referring records' links
        """
        if not record_ids:
            return
        for line in self._referring_lines():
            source = line.source_id
            links = source.link_ids.search(
                [
                    ("source_id", "=", source.id),
                    ("res_id", "in", source._dependents(line.path, record_ids)),
                    *only,
                ]
            )
            if links:
                source.with_context(**{AUTHORS: ()})._feed(links.mapped("res_id"))

    def _referring_lines(self):
        """The fields of other sources that look up what this source feeds."""
        lines = self.env["dokstamp.source.field"].search(
            [
                ("source_id.active", "=", True),
                ("source_id.company_id", "=", self.company_id.id),
                ("method", "=", "path"),
            ]
        )
        return lines.filtered(
            lambda line: line._link_target() == (self.model, self.entity)
        )

    # === WHO WRITES === #

    def _let_go(self, links):
        """Records are gone or match no more: somebody else writes, or nobody."""
        ids = links.mapped("res_id")
        existing = self.env[self.model].browse(ids).exists()._ids
        gone = links.filtered(lambda link: link.res_id not in existing)
        (links - gone).write({"is_live": False, "error": False})
        entity_ids = set(links.mapped("entity_id"))
        gone.unlink()
        self._settle(entity_ids)

    def _settle(self, entity_ids):
        """Have the next live record write what one that is gone fed, or archive it."""
        entities = self.env[self.entity].browse(entity_ids - {0}).exists()
        writers = self.env["dokstamp.source.link"]._feeding(entities)
        for entity in entities:
            writer = writers.get(entity.id)
            if writer and writer.is_live:
                # whoever saved the one that is gone said nothing of what this one says
                writer.source_id.with_context(**{AUTHORS: ()})._feed([writer.res_id])
            elif entity.active:
                entity.active = False
