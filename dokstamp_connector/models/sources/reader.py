"""As whom a source reads, never more than whoever changed it last may read; in which
language.

That user is its reader. A system administrator who looked at what it reads can confirm
it; then it reads all of it, until somebody changes it. What came with an addon was
confirmed by whoever installed that.

Odoo's cache does not ask who reads, and here somebody else filled it. So all records
that a path leads to are checked before they are read, each model once for a batch.
"""

from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..language import language_name, usable_language
from .pair import records_of
from .reach import condition_paths, ingredients, is_closed, is_technical, steps_along

MANAGER = "dokstamp_connector.group_manager"
NAME = ".display_name"
READERS_SO_FAR = """
    UPDATE dokstamp_source AS source
       SET reader_id = COALESCE(
           (SELECT user_id
              FROM (SELECT create_uid, create_date FROM dokstamp_source
                     WHERE id = source.id
                    UNION SELECT write_uid, write_date FROM dokstamp_source
                     WHERE id = source.id
                    UNION SELECT create_uid, create_date FROM dokstamp_source_field
                     WHERE source_id = source.id
                    UNION SELECT write_uid, write_date FROM dokstamp_source_field
                     WHERE source_id = source.id
                   ) AS change (user_id, at)
             WHERE user_id <> 1
             ORDER BY at DESC
             LIMIT 1),
           CASE WHEN source.create_uid = 1 THEN 1 END)
     WHERE reader_id IS NULL
"""


class DokstampSource(models.Model):
    _inherit = "dokstamp.source"

    reader_id = fields.Many2one(
        "res.users",
        string="Reads as",
        readonly=True,
        copy=False,
        help="Who changed this source last: it reads what this user may read.",
    )
    confirmed_by_id = fields.Many2one(
        "res.users",
        string="Confirmed by",
        readonly=True,
        copy=False,
        help="The system administrator who had it read all that it asks for.",
    )
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Own language",
        help="In which language texts are read that have several, and so sent. Empty: "
        "the language of the company's DokStamp account.",
    )
    language_name = fields.Char(
        string="Reads texts in", compute="_compute_language_name"
    )
    reads_all = fields.Boolean(compute="_compute_reading")
    reading_note = fields.Char(string="Reads", compute="_compute_reading")
    reading_problem = fields.Text(
        string="Why it reads nothing", compute="_compute_reading"
    )

    @api.depends(
        "reader_id",
        "confirmed_by_id",
        "model_id",
        "domain",
        "company_id",
        "relation",
        "field_ids.path",
        "field_ids.text",
        "field_ids.method",
    )
    @api.depends_context("lang")
    def _compute_reading(self):
        # sudo: whoever sees the source may see what kept the sweep from it
        readings = self.env["dokstamp.source.reading"].sudo()
        problems = readings._problems_of(self._origin)
        for source in self:
            # not what a form is being filled with: that would answer for anybody
            saved = source._origin._as_reader().with_context(lang=self.env.lang)
            source.reads_all = bool(saved) and saved._reads_all()
            source.reading_note = saved._reading_sentence() if saved else False
            source.reading_problem = saved and (
                saved._reading_problem() or problems.get(saved.id)
            )

    def _reading_sentence(self):
        if self.confirmed_by_id:
            return self.env._(
                "all that it asks for: %(admin)s confirmed that",
                admin=self.confirmed_by_id.name,
            )
        if self._reads_all():
            return self.env._("all that it asks for: it came with an addon")
        return self.env._(
            "what %(reader)s may read, who changed it last",
            reader=self.reader_id.name or "–",
        )

    def _init_column(self, column_name):
        """Of sources made before it was kept who reads: who is known to have changed
        them, and not the superuser, who wrote how far the sweep got.
        """
        result = super()._init_column(column_name)
        if column_name == "reader_id":
            self.env.cr.execute(READERS_SO_FAR)
        return result

    # === WHO READS === #

    def _take_over(self):
        """Read as whoever has changed the definition, from now on.

        :raise AccessError: they may not read what the definition asks for
        """
        # code that an administrator installed: it takes no source over from a user
        if self.env.uid == SUPERUSER_ID:
            return
        taken = self.sudo().filtered(
            lambda source: source.reader_id != self.env.user or source.confirmed_by_id
        )
        taken.write({"reader_id": self.env.uid, "confirmed_by_id": False})
        self._check_may_read()

    def _check_may_confirm(self):
        if not self.env.user._is_system():
            raise AccessError(
                self.env._(
                    "Only a system administrator can confirm what a source reads."
                )
            )

    def _confirm_reading(self):
        """Have it read all that it asks for, whoever wrote that.

        :raise AccessError: the user is no system administrator
        """
        self._check_may_confirm()
        # sudo: a system administrator may be no manager here
        self.sudo().confirmed_by_id = self.env.user
        self.sudo()._read_all()

    def _check_may_read(self):
        """Refuse a definition that asks for what its author may not read.

        No constraint, as Odoo runs those with all rights.
        """
        for source in self:
            if denied := source._as_reader()._denied_at_all():
                raise AccessError(self._denied_sentence(denied))

    def _denied_sentence(self, what):
        """Why the user can make no source that reads ``what``."""
        if self.env.user._is_system():
            return self.env._(
                "You may not read %(what)s yet. Open Settings > Technical > Models, "
                "choose the model, and add a line under Access Rights that gives a "
                "group of yours the right to read it.",
                what=what,
            )
        return self.env._(
            "You may not read %(what)s, so no source may read it for you. Ask a system "
            "administrator to set this up.",
            what=what,
        )

    def _reads_all(self):
        return bool(self.confirmed_by_id or self.reader_id.id == SUPERUSER_ID)

    def _reader_model(self):
        """The source's model as its reader sees it."""
        if self._reads_all():
            return self.env[self.model]
        return self.with_user(self.reader_id.ensure_one()).env[self.model]

    def _reading_summary(self):
        """What the definition asks for, field by field, for whoever confirms it.

        :rtype: str
        """
        lines = [f"{self.model_id.name}: {self.domain}"]
        if self.relation:
            model = self.env[self.model]
            field = model._fields[self.relation]
            lines.append(f"{self.env._('For each')}: {self._field_label(model, field)}")
        for line in self.field_ids:
            target = self.env[self.entity]._fields[line.field_name]
            labels = [line._path_label(path) for path in line._paths()]
            if labels:
                label = target._description_string(self.env)
                lines.append(f"{label} ← {', '.join(labels)}")
        return "\n".join(lines)

    # === WHAT MAY NOT BE READ AT ALL === #

    def _reading_problem(self):
        """Why the source may read nothing now; None when it may.

        :return: a sentence for people
        """
        self.ensure_one()
        if problem := self._definition_problem():
            return problem
        if closed := self._closed():
            return self._closed_sentence(closed)
        if self._reads_all():
            return None
        reader, company = self.reader_id, self.company_id
        if not reader.active:
            what = self.env._("anything")
        elif not reader.has_group(MANAGER):
            what = self.env._("for DokStamp")
        elif company not in reader.company_ids:
            what = self.env._("what belongs to %s", company.name)
        elif not (what := self._denied_at_all()):
            return None
        return self.env._(
            "%(reader)s, who changed this source last, may not read %(what)s any more. "
            "What was read before stays as it is: ask an administrator to confirm the "
            "source.",
            reader=reader.name or self.env._("Somebody who is deleted"),
            what=what,
        )

    def _closed(self):
        """What of the definition no source reads, whoever confirms it; None is best."""
        if is_technical(self.env[self.model]):
            return self.model_id.name
        paths = self._condition_paths() | self._relation_paths()
        for path in paths.union(self._own_company_paths()):
            for model, field in steps_along(self.env[self.model], path):
                if is_closed(model, field):
                    return self._field_label(model, field)
        return next(filter(None, (line._closed() for line in self.field_ids)), None)

    def _closed_sentence(self, what):
        return self.env._(
            "No source reads %(what)s: messages, files, secrets, settings and logs "
            "stay where they are.",
            what=what,
        )

    def _denied_at_all(self):
        """The model or field of the definition that its reader may not read, or None.

        :rtype: str | None
        """
        if self._reads_all():
            return None
        paths = self._condition_paths() | self._line_paths() | {"id"}
        paths |= self._relation_paths().union(self._own_company_paths())
        return self._denied_along(paths)

    def _denied_along(self, paths):
        """As of `_denied_at_all`, of what these dotted paths lead through."""
        reader = self._reader_model()
        for path in sorted(paths):
            for model, field in steps_along(reader, path):
                if not model.has_access("read"):
                    return self.env["ir.model"]._get(model._name).name
                if not model._has_field_access(field, "read"):
                    return self._field_label(model, field)
                if field.relational:
                    target = model.env[field.comodel_name]
                    if not target.has_access("read"):
                        return self.env["ir.model"]._get(target._name).name
        return None

    def _field_label(self, model, field):
        return self.env._(
            "“%(field)s” of %(model)s",
            field=field._description_string(self.env),
            model=self.env["ir.model"]._get(model._name).name,
        )

    def _condition_paths(self):
        try:
            return condition_paths(self._domain())
        except (SyntaxError, TypeError, ValueError):
            return set()  # that it is no condition is said where it is searched

    def _line_paths(self):
        return {path for line in self.field_ids for path in line._paths()}

    # === WHICH RECORDS MAY NOT BE READ === #

    def _everything(self):
        """The condition, and no record of another company.

        :rtype: Domain
        """
        return Domain(self._domain()) & self._company_domain()

    def _find(self, domain, limit=None):
        """Records that meet the condition and may be read, archived ones too.

        :param domain: narrows them further
        """
        if self._reading_problem():
            return self.env[self.model]
        domain = Domain(domain) & self._company_domain()
        if not self._reads_all():
            # sudo: the company is the source's own condition, not its reader's
            query = self.env[self.model]._search(domain)
            domain = Domain("id", "in", query)
        return self._reader_model().search(
            domain & Domain(self._domain()), order="id", limit=limit
        )

    def _unreadable(self, items):
        """What of matching ``items`` the reader may not read, or no more.

        :return: item id → a sentence
        :rtype: dict
        """
        if not items:
            return {}
        records = self._records_of(items)
        beyond = {path: self._list_of(path) for path in self._line_paths()}
        own = {path for path, rest in beyond.items() if not rest}
        # where Odoo hides what a condition excludes, everything matches
        refused = self._refused(records, self._condition_paths(), every=True)
        refused |= self._refused(records, own)
        refusals = [refused]
        if self.relation:
            others = self._records_of(items, side=1)
            refusals.append(self._refused(others, set(filter(None, beyond.values()))))
        return {
            item.id: next(filter(None, sentences))
            for item in items
            if any(sentences := _each(refusals, item))
        }

    def _ended(self, links, matching, items):
        """Links of what is gone or matches no more.

        What may not be read any more is none of that: it keeps its place in the
        registry, and its link says so.

        :param dict links: item id → its link
        :param items: what is read of the records ``matching``
        """
        missing = links.keys() - {item.id for item in items}
        unmatched = {links[one].res_id for one in missing} - set(matching._ids)
        hidden = self._out_of_sight(self.env[self.model].browse(unmatched).exists())
        kept = {one: links[one] for one in missing if links[one].res_id in hidden}
        self._note_errors({one: hidden[kept[one].res_id] for one in kept}, kept)
        ended = [links[one].id for one in missing - kept.keys()]
        return self.env["dokstamp.source.link"].browse(ended)

    def _out_of_sight(self, records):
        """Record id → why it cannot be told whether it still matches."""
        if problem := self._reading_problem():
            return dict.fromkeys(records.ids, problem)
        if self._reads_all():
            return {}
        ours = records.search(Domain("id", "in", records.ids) & self._company_domain())
        refused = self._refused(ours, self._condition_paths(), every=True)
        # a search that Odoo leaves to code may have asked for rights as well
        rest = [one for one in ours.ids if one not in refused]
        still = ours.search(Domain("id", "in", rest) & Domain(self._domain()))
        return refused | dict.fromkeys(still.ids, self._refused_sentence(self.model))

    def _refused(self, records, paths, every=False):
        """Which of ``records`` the reader may not read, or not along ``paths``.

        :param bool every: where a path forks, look at all, not at the first alone
        :return: record id → a sentence
        :rtype: dict[int, str]
        """
        if self._reads_all() or not records:
            return {}
        # sudo: what a record leads to, so that it can be asked who may read it
        records = records.sudo()
        self._forget_lists(records, paths)
        origins = defaultdict(lambda: defaultdict(set))
        for record in records:
            origins[record._name][record.id].add(record.id)
            for path in paths:
                for found in _trail(record, path, every):
                    for one in found:
                        origins[one._name][one.id].add(record.id)
        refused = {}
        for name, record_ids in origins.items():
            for denied in self._denied(self.env[name].browse(record_ids)):
                for one in record_ids[denied.id]:
                    refused.setdefault(one, self._refused_sentence(name))
        self._forget_ingredients(records, paths)
        return refused

    def _denied(self, records):
        """Those that the reader may not read."""
        visible = self._reader_model().env[records._name].browse(records.ids)
        return records.browse((visible - visible._filtered_access("read")).ids)

    def _refused_sentence(self, model_name):
        if model_name == self.model:
            return self.env._(
                "%(reader)s, as whom the source reads, may not read this record: ask "
                "an administrator to confirm the source.",
                reader=self.reader_id.name,
            )
        return self.env._(
            "%(reader)s, as whom the source reads, may not read the %(model)s that "
            "this record leads to: ask an administrator to confirm the source.",
            reader=self.reader_id.name,
            model=self.env["ir.model"]._get(model_name).name,
        )

    def _forget_lists(self, records, paths):
        """Read lists anew: the cache may hold what somebody else may see of them."""
        for path in paths:
            reached = records
            for _model, field in steps_along(records, path):
                if field.type in ("one2many", "many2many"):
                    reached.invalidate_recordset([field.name])
                if field.relational:
                    reached = reached[field.name]

    def _forget_ingredients(self, records, paths):
        """Have what depends on its reader computed anew, of what they may read."""
        # a record at the end of a path is read by its name
        found = {step for path in paths for step in ingredients(records, path + NAME)}
        reached = defaultdict(set)
        for _prefix, _name, part in found:
            for step in _trail(records, part, every=True):
                reached[step._name].update(step.ids)
        for name, ids in reached.items():
            self._denied(self.env[name].browse(ids)).invalidate_recordset()
        for prefix, name, _part in found:
            computed = records.mapped(prefix) if prefix else records
            computed.invalidate_recordset([name])

    # === IN WHICH LANGUAGE: one, whoever saves and whoever looks; what is written in
    # others stays in Odoo === #

    @api.depends("lang", "company_id")
    def _compute_language_name(self):
        for source in self:
            source.language_name = language_name(self.env, source._language())

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"lang"}

    def _language(self):
        """The code of the language that it reads in.

        :rtype: str
        """
        if len(self.env["res.lang"].get_installed()) == 1:
            return usable_language(self.env)
        company = self.sudo().company_id
        account = company and company._dokstamp_account()
        return usable_language(
            self.env,
            self.sudo().lang,
            account.lang if account else False,
            company.partner_id.lang,
        )

    def _told_otherwise(self, ids):
        """What reads otherwise in a language that is not sent.

        :param ids: of records of the source's model
        :return: item id → names of registry fields
        :rtype: dict[int | tuple, list[str]]
        """
        source = self._as_reader()
        lines = source.field_ids.filtered(lambda line: line._is_translated())
        if len(self.env["res.lang"].get_installed()) < 2 or not lines:
            return {}
        told = {}
        for item in source._items(source.env[source.model].browse(ids).exists()):
            names = [line.field_name for line in lines if line._reads_otherwise(item)]
            if names:
                told[item.id] = names
        return told

    def _language_sentence(self, names):
        """Which language counts for the fields ``names``, for whoever looks.

        :rtype: str
        """
        fields_ = self.env[self.entity]._fields
        labels = [fields_[name]._description_string(self.env) for name in names]
        return self.env._(
            "What DokStamp gets is written in %(language)s. What is written in other "
            "languages stays in Odoo: %(fields)s.",
            language=language_name(self.env, self._language()),
            fields=", ".join(labels),
        )


def _each(refusals, item):
    """What is said of each record that ``item`` is read from."""
    return [
        refused.get(record.id)
        for refused, record in zip(refusals, records_of(item), strict=True)
    ]


def _trail(records, path, every):
    """The records that a path leads to, step by step.

    :param bool every: all of them, or the first where it forks
    """
    for _model, field in steps_along(records, path):
        if not field.relational:
            return
        records = records[field.name] if every else records[:1][field.name][:1]
        yield records
