"""Which company's a school app's record is: no source takes another company's.

A source names the fields that tell it. Where Odoo has one company only, what says
nothing is that one's. Where it has several, such a record goes nowhere until somebody
says so: on the record, or on the source. Three things say so as well: that the source
has fed it before there was another company, that it refers to what is this company's,
and, of a model that cannot tell, that one company alone has a source for it.
"""

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .reach import is_closed, steps_along
from .watch import CACHE


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    company_path = fields.Char(
        string="Company of a record",
        help="The fields that tell whose a record is, separated by commas: the first "
        "one with a value counts. For example website_id.company_id, "
        "user_id.company_id. Empty: the record's own company, or that of what it "
        "refers to.",
    )
    takes_unassigned = fields.Boolean(
        string="Takes records of no company",
        copy=False,
        help="Only one company's source may take the records that belong to none.",
    )
    has_several_companies = fields.Boolean(compute="_compute_unassigned_count")
    unassigned_count = fields.Integer(
        string="Belong to no company", compute="_compute_unassigned_count"
    )

    @api.depends("company_id", "company_path", "takes_unassigned", "domain", "model_id")
    def _compute_unassigned_count(self):
        self.has_several_companies = self._has_several_companies()
        for source in self:
            # not what a form is being filled with: that would answer for anybody
            saved = source._origin
            source.unassigned_count = saved._count_unassigned() if saved else 0

    # === CONSTRAINT METHODS === #

    @api.constrains("company_path", "model_id")
    def _check_company_path(self):
        for source in self:
            for path in source._own_company_paths():
                source._check_leads_to_company(path)

    def _check_leads_to_company(self, path):
        """:raise ValidationError: it leads elsewhere, or nobody can search by it"""
        model = self.env[self.model].sudo()
        steps = list(steps_along(model, path))
        if (
            len(steps) != path.count(".") + 1
            or steps[-1][1].comodel_name != "res.company"
            or any(field.type != "many2one" for _model, field in steps)
            or any(not field._description_searchable for _model, field in steps)
        ):
            raise ValidationError(
                self.env._(
                    "“%(path)s” leads from %(model)s to no company. It looks like "
                    "company_id or website_id.company_id.",
                    path=path,
                    model=self.model_id.name,
                )
            )
        for step, field in steps:
            if is_closed(step, field):
                raise ValidationError(
                    self._closed_sentence(self._field_label(step, field))
                )

    @api.constrains("takes_unassigned", "model_id", "entity", "company_id", "active")
    def _check_one_takes_unassigned(self):
        """What belongs to no company goes to one at most."""
        for source in self.filtered(lambda one: one.takes_unassigned and one.active):
            if any(source._others().mapped("takes_unassigned")):
                raise ValidationError(
                    self.env._(
                        "A source of another company takes the records that belong to "
                        "no company already. Have that one leave them first."
                    )
                )

    # === CRUD METHODS === #

    @api.model
    def _get_writable_fields(self, state=None):
        own = {"company_path", "takes_unassigned"}
        return super()._get_writable_fields(state) | own

    def _note_belonging(self, vals):
        """What is this company's by its source is so by what refers to it as well."""
        if {"company_path", "takes_unassigned"}.intersection(vals):
            # sudo: sources of whoever set them up
            sources = self.sudo().search([("company_id", "in", self.company_id.ids)])
            sources._read_all()

    # === WHOSE A RECORD IS === #

    @api.model
    @tools.ormcache()  # emptied by Odoo when a company comes or goes
    def _has_several_companies(self):
        return self.env["res.company"].sudo().search_count([], limit=2) > 1

    def _own_company_paths(self):
        return [path.strip() for path in (self.company_path or "").split(",") if path]

    def _company_paths(self):
        """The dotted paths that tell whose a record is, in the order in which they
        count.

        :rtype: tuple[str, ...]
        """
        if self.id:
            return self._kept_company_paths()
        # of a form that is being filled nothing is remembered
        return tuple(dict.fromkeys(self.sudo()._find_company_paths()))

    @tools.ormcache("self.id", cache=CACHE)
    def _kept_company_paths(self):
        # sudo: whoever saves a course has no rights on the sources
        return tuple(dict.fromkeys(self.sudo()._find_company_paths()))

    def _find_company_paths(self, above=()):
        """
        :param above: sources that led here: they may refer to each other
        :return: an iterator of what `_company_paths` tells
        """
        if self.company_path:
            yield from self._own_company_paths()
            return
        company = self.env[self.model]._fields.get("company_id")
        if company and company.comodel_name == "res.company":
            yield "company_id"
            return
        for line, source in self._referred():
            if source not in above:
                for path in source._find_company_paths((*above, self)):
                    yield path if line.path == "id" else f"{line.path}.{path}"

    def _referred(self):
        """The fields that look up what other sources of the company take by themselves,
        each with such a source. What is fed on demand alone tells nothing: anybody may
        refer to it.

        :rtype: list[tuple[dokstamp.source.field, dokstamp.source]]
        """
        pairs = []
        for line in self.field_ids.filtered(lambda line: line.method == "path"):
            # whose a pair is, its own record says, and not the one on the list
            if not self._list_of(line.path or "") and (target := line._link_target()):
                model, entity = target
                pairs += [
                    (line, source)
                    for source in self.search(
                        [
                            ("model_id.model", "=", model),
                            ("relation", "=", False),
                            ("entity", "=", entity),
                            ("company_id", "=", self.company_id.id),
                            ("trigger", "=", "on_save"),
                            ("active", "=", True),
                        ]
                    )
                    if source != self
                ]
        return pairs

    def _company_domain(self):
        """Whatever is this company's.

        :rtype: Domain
        """
        named, unassigned = Domain.FALSE, Domain.TRUE
        for path in self._company_paths():
            named |= unassigned & Domain(path, "=", self.company_id.id)
            unassigned &= ~Domain(path, "!=", False)
        return named | (unassigned & self._adopting_domain())

    def _unassigned_domain(self):
        return Domain.AND(~Domain(path, "!=", False) for path in self._company_paths())

    def _adopting_domain(self):
        """Of what belongs to no company, what is this one's all the same.

        :rtype: Domain
        """
        if (
            self.takes_unassigned
            or self.trigger == "on_demand"  # whoever refers to it says whose it is
            or not self._has_several_companies()
            or not (self._company_paths() or self._others())
        ):
            return Domain.TRUE
        fed = Domain("id", "in", self._fed_ids())
        return Domain.OR(
            [
                fed,
                *(
                    Domain(line.path, "in", s._fed_ids())
                    for line, s in self._referred()
                ),
            ]
        )

    def _others(self):
        """Sources of the same for other companies.

        :rtype: dokstamp.source
        """
        # sudo: of companies that the user may not see
        return self.sudo().search(
            [
                ("model_id", "=", self.model_id.id),
                ("relation", "=", self.relation),
                ("entity", "=", self.entity),
                ("company_id", "!=", self.company_id.id),
                ("active", "=", True),
            ]
        )

    def _fed_ids(self):
        """A subquery for the ids of the records that these have fed."""
        links = self.env["dokstamp.source.link"].sudo()
        found = links._search(
            [("source_id", "in", self.ids), ("entity_id", "not in", (0, False))]
        )
        return found.subselect(SQL.identifier("res_id"))

    # === WHAT GOES NOWHERE === #

    def _count_unassigned(self):
        domain = self._left_out_domain()
        return self._searched(domain, "search_count", 0)

    def _unassigned(self, ids):
        """Those among ``ids`` that meet the condition and belong to no company."""
        domain = self._left_out_domain() & Domain("id", "in", ids)
        return self._searched(domain, "search", self.env[self.model])

    def _left_out_domain(self):
        """What belongs to no company and goes nowhere for that.

        :rtype: Domain
        """
        if not self._has_several_companies() or self._reading_problem():
            return Domain.FALSE
        source, others = self._as_reader(), self._others()
        if any(others.mapped("takes_unassigned")):
            return Domain.FALSE
        domain = source._unassigned_domain() & ~source._adopting_domain()
        domain &= ~Domain("id", "in", others._fed_ids())
        if "active" in self.env[self.model]._fields:
            domain &= Domain("active", "=", True)
        return domain

    def _searched(self, domain, method, otherwise):
        """What a search for ``domain`` and the condition finds; a form opens, whatever
        a condition does.
        """
        model = self._as_reader().env[self.model]
        try:
            with self.env.cr.savepoint():
                return getattr(model, method)(domain & Domain(self._domain()))
        except Exception as error:  # noqa: BLE001
            self._log_failure("look for what belongs to no company", error)
            return otherwise

    @api.model
    def _unassigned_notes(self, records):
        """Record id → why no source takes it, of those that belong to no company.

        :rtype: dict[int, str]
        """
        if not records.ids or not self._has_several_companies():
            return {}
        # sudo: whose a record is does not depend on who asks
        sources = self.sudo().search(
            [("model_id.model", "=", records._name), ("active", "=", True)]
        )
        notes = {}
        for source in sources.with_context(lang=self.env.lang):
            for one in source._unassigned(records.ids).ids:
                notes.setdefault(one, source._unassigned_sentence())
        return notes

    def _unassigned_sentence(self):
        model = self.env[self.model]
        labels = [
            next(steps_along(model, path))[1]._description_string(self.env)
            for path in self._company_paths()
        ]
        if not labels:
            return self.env._(
                "It belongs to no company, so that it goes to no DokStamp account: "
                "nothing on it tells whose it is. Say so on the source “%(name)s”.",
                name=self.name,
            )
        return self.env._(
            "It belongs to no company, so that it goes to no DokStamp account. Fill in "
            "%(fields)s, or have the source “%(name)s” take records of no company.",
            fields=self.env._(" or ").join(dict.fromkeys(labels)),
            name=self.name,
        )
