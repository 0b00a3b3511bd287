"""Switching a source on and off: when it can be, and what that means for what it feeds.

A new source is off, so that nothing is read before it is complete; what an addon brings
is on. Whoever switches one on, off, or deletes it, is told first what that means.
"""

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .pair import is_active
from .source import PARTS_FOLLOW
from .watch import without_sql_log


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    matching_count = fields.Integer(
        compute="_compute_matching_count", string="Matching records"
    )

    @api.depends("model_id", "domain", "company_id")
    def _compute_matching_count(self):
        """As the source itself finds them, whoever looks."""
        for source in self:
            saved = source._origin
            source.matching_count = saved._count_matching() if saved else 0

    def _count_matching(self):
        if not self._has_models():
            return 0
        self.env.flush_all()  # what fails here is not ours to catch
        try:
            with without_sql_log(), self.env.cr.savepoint(flush=False):
                return len(self._matching_in_use())
        except Exception as error:  # noqa: BLE001 a search can fail in every way
            self._log_failure("count its records", error)
            return 0

    def _load_records_create(self, vals_list):
        """What an addon brings is on; its fields follow in their own records."""
        if self.env.uid != SUPERUSER_ID:
            return super()._load_records_create(vals_list)
        loading = self.with_context(**{PARTS_FOLLOW: True})
        vals_list = [{"active": True, **vals} for vals in vals_list]
        return super(DokstampSource, loading)._load_records_create(vals_list)

    def _check_may_be_on(self):
        """Refuse that a source is on which can read nothing, or feed nothing.

        :raise ValidationError: with what is wrong or missing
        """
        for source in self._to_be_whole():
            source._refuse_on(source._definition_problem())

    def _check_lacks_nothing(self):
        """Refuse that a source that is on loses what it has to fill.

        :raise ValidationError: with what is missing
        """
        for source in self._to_be_whole():
            if source._has_models():
                source._refuse_on(source._lacking_sentence())

    def _to_be_whole(self):
        if self.env.context.get(PARTS_FOLLOW):
            return self.browse()
        # sudo: whoever may write a part of it
        return self.sudo().filtered("active")

    def _refuse_on(self, problem):
        if problem:
            raise ValidationError(
                self.env._(
                    "%(name)s is not complete, so it cannot be on. %(problem)s",
                    name=self.name,
                    problem=problem,
                )
            )

    def _referring_sources(self):
        """The sources that look up what these feed.

        :rtype: dokstamp.source
        """
        # sudo: of the same company, whoever may see them
        found = [source._referring_lines().source_id for source in self.sudo()]
        return self.browse().union(*found)

    # === ASKING FIRST === #

    def action_switch_on(self):
        """Ask whether to switch it on, with what that reads.

        :raise ValidationError: it is not complete
        """
        self.ensure_one()
        self.check_access("write")
        if problem := self._definition_problem():
            raise ValidationError(problem)
        return self._ask("on")

    def action_switch_off(self):
        """Ask whether to switch it off, with what becomes of what it fed."""
        return self._ask("off")

    def action_delete(self):
        """Ask whether to delete it, with what becomes of what it fed."""
        return self._ask("delete")

    def _ask(self, change):
        return self.env["dokstamp.source.switch"]._open_for(self, change)

    def _switch_on(self):
        self.active = True

    def _switch_off(self):
        self.active = False

    def _meaning_of(self, change):
        """What it means to switch it on or off, or to delete it.

        :rtype: str
        """
        source = self._as_reader().with_context(lang=self.env.lang)
        sentences = (
            source._meaning_of_on()
            if change == "on"
            else source._meaning_of_off(is_for_good=change == "delete")
        )
        return "\n".join(filter(None, sentences))

    def _meaning_of_on(self):
        entity = self._entity_label(self.entity)
        model = f"{self.model_id.name} ({self.model})"
        if self.trigger == "on_demand":
            yield self.env._(
                "It reads a %(model)s as soon as another source refers to it.",
                model=model,
            )
        else:
            matching = self._filter(self._items(self._matching_in_use()), is_active)
            known = self._links_to(matching).values()
            new = len(matching) - sum(bool(link.entity_id) for link in known)
            yield self.env._(
                "%(count)s records of %(model)s match and are read in the background, "
                "and from then on at every save. %(new)s of them have fed nothing so "
                "far: each is found in the registry, or becomes a new %(entity)s there "
                "and at DokStamp.",
                count=len(matching),
                model=model,
                new=new,
                entity=entity,
            )
        yield self._reading_problem()
        yield self._hint()
        yield self._referring_sentence()

    def _meaning_of_off(self, is_for_good):
        counts = self._link_counts()
        yield self.env._(
            "It reads nothing any more. The %(fed)s records that it feeds stay in the "
            "registry and at DokStamp as they are, and people may change them there by "
            "hand; what is changed in Odoo does not reach them.",
            fed=counts["fed"],
        )
        if is_for_good:
            yield self.env._(
                "It forgets for good which record feeds which, and what people decided "
                "about that (%(decided)s). To end it for a while, switch it off.",
                decided=counts["decided"],
            )
        yield self._referring_sentence()

    def _link_counts(self):
        links = self.env["dokstamp.source.link"]
        own = Domain("source_id", "=", self.id)
        return {
            "fed": links.search_count(own & Domain("entity_id", "!=", False)),
            "decided": links.search_count(own & Domain("confirmed_by_id", "!=", False)),
        }

    def _referring_sentence(self):
        if not (referring := self._referring_sources()):
            return None
        return self.env._(
            "These sources look up what it feeds, and are read again: %(names)s.",
            names=", ".join(referring.mapped("name")),
        )
