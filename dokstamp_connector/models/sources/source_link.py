from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..actions import RELOAD, open_form, show_message
from ..sentence import Sentence
from .feed import AUTHORS
from .merged import DEFINITION

SHOWN = "dokstamp_shown"  # context: the sentence that a registrar decides on


class DokstampSourceLink(models.Model):
    """Which registry record a school app's record has fed, or why it could not.

    Several records may feed one: one person in several apps is one student. What they
    say is put together, see `merged`.
    """

    _name = "dokstamp.source.link"
    _description = "DokStamp Record Read by a Source"
    _order = "id"
    _rec_names_search = ["source_id"]

    source_id = fields.Many2one(
        "dokstamp.source", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="source_id.company_id", store=True, precompute=True
    )
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, readonly=True
    )
    other_model = fields.Char(readonly=True)
    other_id = fields.Many2oneReference(
        model_field="other_model",
        readonly=True,
        help="Of a source that reads a list, the one on it that this link is for.",
    )
    res_name = fields.Char(string="Record in Odoo", compute="_compute_names")
    entity_model = fields.Char(required=True, readonly=True)
    entity_id = fields.Many2oneReference(model_field="entity_model", readonly=True)
    entity_name = fields.Char(string="Registry record", compute="_compute_names")
    is_live = fields.Boolean(
        string="In use",
        default=True,
        readonly=True,
        help="The record meets the condition of its source and is not archived.",
    )
    error = Sentence(string="Problem", readonly=True)
    claimed_id = fields.Many2oneReference(
        string="Claimed record",
        model_field="entity_model",
        readonly=True,
        help="The registry record that this one has the address of, and that it is not "
        "taken for unless a registrar says so.",
    )
    claimed_name = fields.Char(string="Has the address of", compute="_compute_names")
    confirmed_by_id = fields.Many2one(
        "res.users",
        string="Same person, says",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    parted_from_id = fields.Many2oneReference(
        string="Another person than",
        model_field="entity_model",
        readonly=True,
        help="The registry record that a registrar said this one is not.",
    )
    parted_by_id = fields.Many2one(
        "res.users",
        string="Another person, says",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    last_values = fields.Json(
        readonly=True,
        groups=fields.NO_ACCESS,
        help="What the record said when it was read last, by the registry's fields.",
    )
    held_changes = fields.Json(
        readonly=True, help="New values that wait for a registrar's word."
    )
    erased_at = fields.Datetime(
        string="Erased at",
        readonly=True,
        help="What it had fed was erased then. It is passed over until somebody takes "
        "it in again.",
    )
    is_held = fields.Boolean(compute="_compute_is_held", store=True, precompute=True)

    _one_per_record = models.UniqueIndex(
        "(source_id, res_id, COALESCE(other_id, 0))",
        "This source has taken this record already.",
    )
    _of_entity = models.Index("(entity_model, entity_id)")
    _of_record = models.Index("(res_model, res_id)")
    _claims = models.Index("(entity_model, claimed_id) WHERE claimed_id IS NOT NULL")

    @api.depends("error", "entity_id", "claimed_id", "parted_from_id", "held_changes")
    def _compute_is_held(self):
        """Whether a person has to decide; what somebody decided is not asked again."""
        # without a sentence it left its source, or writes no more
        for link in self:
            waits = link._is_claim() and link.claimed_id != link.parted_from_id
            link.is_held = bool(link.error and (waits or link.held_changes))

    def _is_claim(self):
        """Whether it is tied to nothing, as its address is a known student's."""
        return bool(self.claimed_id and not self.entity_id)

    def _place(self):
        """The id of the item that it is for, see `feed`.

        :rtype: int | tuple[int, int]
        """
        return (self.res_id, self.other_id) if self.other_id else self.res_id

    @api.depends("res_model", "res_id", "other_id", "entity_model", "entity_id")
    @api.depends("claimed_id")
    @api.depends_context("uid")
    def _compute_names(self):
        """What is linked, by the names that its viewer may read.

        A record of the school app may be closed to them: it is called as the registry
        calls what it fed.
        """
        records = self._names_of("res_model", "res_id")
        others = self._names_of("other_model", "other_id")
        entities = self._names_of("entity_model", "entity_id")
        claimed = self._names_of("entity_model", "claimed_id")
        hidden = self.env._("no access")
        for link in self:
            entity_name = entities.get((link.entity_model, link.entity_id))
            link.entity_name = (entity_name or hidden) if link.entity_id else False
            claimed_name = claimed.get((link.entity_model, link.claimed_id))
            link.claimed_name = (claimed_name or hidden) if link.claimed_id else False
            name = records.get((link.res_model, link.res_id))
            if name and link.other_id:
                other = others.get((link.other_model, link.other_id))
                name = other and f"{name} › {other}"
            link.res_name = name or entity_name or hidden

    def _names_of(self, model_name, id_name):
        """(model, id) → the record's name, where the user may read it.

        :rtype: dict[tuple[str, int], str]
        """
        names = {}
        for model, links in self.grouped(model_name).items():
            if model not in self.env:
                continue
            records = self.env[model].browse(set(links.mapped(id_name)) - {0})
            existing = records.exists()
            for record in existing._filtered_access("read"):
                # sudo: a name may be made of more than the record
                names[model, record.id] = record.sudo().display_name
            for one in (records - existing).ids:
                names[model, one] = self.env._("deleted record")
        return names

    @api.depends("source_id", "res_model", "res_id")
    @api.depends_context("uid")
    def _compute_display_name(self):
        for link in self:
            names = (link.source_id.name, link.res_name)
            link.display_name = ": ".join(filter(None, names))

    def _of_deleted(self):
        """Those whose record is deleted, or the other one of their pair."""
        existing = self.env["dokstamp.entity"]._existing(
            place for link in self for place in link._read_from()
        )
        return self.filtered(lambda link: not existing.keys() >= set(link._read_from()))

    def _read_from(self):
        """Model and id of each record that it is for.

        :rtype: list[tuple[str, int]]
        """
        places = [(self.res_model, self.res_id), (self.other_model, self.other_id)]
        return places if self.other_id else places[:1]

    @api.model
    def _feeding(self, records):
        """Record id → the links that feed it: the live ones, or else those that were;
        in the order in which they are listened to.

        :rtype: dict[int, dokstamp.source.link]
        """
        # sudo: what a record said decides who is listened to first
        links = self.sudo().search(
            [
                ("entity_model", "=", records._name),
                ("entity_id", "in", records.ids),
                ("source_id.active", "=", True),
            ]
        )
        feeding = {}
        for entity_id, own in links.grouped("entity_id").items():
            live = own.filtered("is_live") or own
            ordered = live.sorted(lambda link: (link.source_id.sequence, link.id))
            feeding[entity_id] = records._losers_last(ordered).with_env(self.env)
        return feeding

    @api.model
    def _errors_of(self, records):
        """Record id → why its source could not be read.

        :rtype: dict[int, str]
        """
        links = self.search(
            [
                ("entity_model", "=", records._name),
                ("entity_id", "in", records.ids),
                ("error", "!=", False),
            ]
        )
        return {link.entity_id: link.error for link in links}

    def _language_notes(self):
        """Link → which language counts, of those whose record says it otherwise in
        another one.

        :rtype: dict[dokstamp.source.link, str]
        """
        notes = {}
        for source, links in self.grouped("source_id").items():
            told = source._told_otherwise(links.mapped("res_id"))
            for link in links:
                if names := told.get(link._place()):
                    notes[link] = source._language_sentence(names)
        return notes

    # === A PERSON'S WORD === #

    def action_same_person(self):
        """A registrar says that the record and the one whose address it has are one.

        From then on it feeds that one; where nothing else does any more, also its
        contact. What else it says of a student who has a certificate waits to be
        accepted, since it was not shown. Whatever waited for it is read again.

        :raise UserError: there is nothing to decide any more, or something else
        """
        self._check_to_decide(again=True)
        claimed = self._claimed()
        # sudo: links are the connector's; the word holds for the present writer too
        link = self.sudo()
        writer = link._feeding(claimed).get(claimed.id, self.browse())[:1]
        (link | writer).confirmed_by_id = self.env.user
        link.write(
            {
                "entity_id": claimed.id,
                "claimed_id": False,
                "parted_from_id": False,
                "parted_by_id": False,
                "held_changes": False,
            }
        )
        link._read_again()
        link._accept(claimed._get_contact_fields())
        link.source_id._as_reader()._feed_referrers(
            link.mapped("res_id"), [("error", "!=", False)]
        )
        return show_message(
            self.env._("From now on it feeds %(name)s.", name=claimed.display_name),
            "success",
            next=RELOAD,
        )

    def _claimed(self):
        """The registry record whose address it has.

        :raise UserError: it is gone, or the record is tied to another one
        """
        claimed = self.env[self.entity_model].browse(self.claimed_id).exists()
        if not claimed or not self._is_claim():
            raise self._nothing_to_decide()
        claimed.check_access("write")
        return claimed

    def action_another_person(self):
        """A registrar says that the record and the one whose address it has are two, or
        takes back that they are one. Nobody is asked again.

        :raise UserError: there is nothing to decide any more, or something else
        """
        self.ensure_one()
        self.check_access("read")
        if self.confirmed_by_id and self.entity_id:
            return self._take_back()
        self._check_to_decide()
        claimed = self._claimed()
        self.sudo()._part_from(claimed)  # sudo: links are the connector's
        return show_message(
            self.env._(
                "It is held back, and not asked about again, until it has an address "
                "of its own: change it where the record is kept."
            ),
            "success",
            next=RELOAD,
        )

    def _part_from(self, entity):
        """Keep that the record is not ``entity``, whatever both say later."""
        self.write({"parted_from_id": entity.id, "parted_by_id": self.env.user.id})
        self._read_again()

    def _take_back(self):
        """Take back that the record and its registry record are one.

        It feeds that one no more, and its contact is not that one's any more. What it
        brought there already stays until somebody looks at it.
        """
        entity = self.env[self.entity_model].browse(self.entity_id).exists()
        if not entity:
            raise self._nothing_to_decide()
        entity.check_access("write")
        link = self.sudo()  # sudo: links are the connector's
        entity._forget_identity_of(link._current_values())
        link.write({"entity_id": False, "confirmed_by_id": False})
        others = link.search(
            [("entity_model", "=", entity._name), ("entity_id", "=", entity.id)]
        )
        if len(others) == 1:
            others.confirmed_by_id = False
        link._part_from(entity)
        link.source_id._as_reader()._feed_referrers(link.mapped("res_id"))
        return show_message(
            self.env._(
                "It feeds %(name)s no more. What it brought there before stays: look "
                "through the enrollments of both.",
                name=entity.display_name,
            ),
            "warning",
            next=RELOAD,
        )

    @api.model
    def _take_over(self, left, stays):
        """Have what fed ``left`` feed ``stays``, on the word of whoever asks for it."""
        links = self.search(
            [("entity_model", "=", left._name), ("entity_id", "=", left.id)]
        )
        links.write({"entity_id": stays.id, "confirmed_by_id": self.env.uid})
        links._read_later()

    def _told_again(self, said_before):
        """Names of the fields that the record told of before in the same way as now:
        where its source is another one by now, nobody has cleared anything.

        :param dict | None said_before: former `last_values`
        :rtype: set[str]
        """
        said, before = self.last_values or {}, said_before or {}
        if said.get(DEFINITION) != before.get(DEFINITION):
            return set()
        return said.keys() & before.keys() - {DEFINITION}

    def _current_values(self):
        """What the record says now, as `_feed` reads it; nothing where it cannot.

        :rtype: dict
        """
        source = self.source_id._as_reader()
        items = source._items(source._matching([self.res_id]))
        values, _errors = source._read(
            source._filter(items, lambda item: item.id == self._place())
        )
        return values.get(self._place(), {})

    def action_accept_changes(self):
        """A registrar says that what the record says now is right.

        What is accepted is what was held when it was shown, nothing newer.

        :raise UserError: there is nothing to decide any more, or it cannot be so
        """
        self._check_to_decide()
        entity = self.env[self.entity_model].browse(self.entity_id).exists()
        if not entity or not self.sudo()._shows_changes():
            raise self._nothing_to_decide()
        entity.check_access("write")
        if taken := entity._taken_sentence(self.held_changes):
            raise UserError(taken)
        # sudo: what a source feeds is not typed in, and links are the connector's
        self.sudo()._accept(set(self.held_changes))
        return show_message(
            self.env._("%(name)s is changed.", name=entity.display_name),
            "success",
            next=RELOAD,
        )

    @api.model
    def _erase_of(self, records):
        """Forget what school apps have said of registry records whose personal data are
        erased, and pass those apps' records over from then on.

        What referred to ``records`` as well is read again, and held back.
        """
        links = self.search(
            [("entity_model", "=", records._name), ("entity_id", "in", records.ids)]
        )
        links.write(
            {
                "entity_id": False,
                "claimed_id": False,
                "last_values": False,
                "held_changes": False,
                "is_live": False,
                "erased_at": fields.Datetime.now(),
                "error": self.env._(
                    "Its personal data were erased from the registry, so it is passed "
                    "over. To take it in again, open it under Configuration > Source "
                    "links and press Take in again."
                ),
            }
        )

    def action_take_again(self):
        """Read a record again that is passed over since what it fed was erased."""
        self.check_access("read")
        if not self.env.user.has_group("dokstamp_connector.group_manager"):
            raise AccessError(
                self.env._("Only managers take in again what was erased.")
            )
        erased = self.sudo().filtered("erased_at")  # sudo: links are the connector's
        erased.write({"erased_at": False, "error": False})
        for link in erased:
            link._read_again()
        return RELOAD

    def _check_to_decide(self, again=False):
        """
        :param bool again: whether what is decided may be decided otherwise
        :raise UserError: nothing waits for a word, or something else than the sentence
            that the button stands beside
        """
        self.ensure_one()
        self.check_access("read")
        is_decided = again and bool(self.error) and self._is_claim()
        if not self.is_held and not is_decided:
            raise self._nothing_to_decide()
        if self.env.context.get(SHOWN, self.error) != self.error:
            raise UserError(
                self.env._(
                    "It says something else by now: load the list again, and read it "
                    "before you decide."
                )
            )

    def _shows_changes(self):
        """Whether its sentence is the one on its held changes, and not another one."""
        source = self.source_id._as_reader()
        entity = source.env[self.entity_model].browse(self.entity_id)
        held = self.held_changes
        return bool(held) and self.error == entity._vouching_sentence(held)

    def _accept(self, names):
        """Write those of the changes that are held, and look what is left.

        :param set names: of the registry record's fields
        """
        held = self.held_changes or {}
        if accepted := {name: held[name] for name in names & held.keys()}:
            self.env[self.entity_model].browse(self.entity_id).write(accepted)
            self._read_again()

    def _nothing_to_decide(self):
        return UserError(
            self.env._("There is nothing to decide here any more: load the list again.")
        )

    def _read_again(self):
        """Feed the record once more; nobody vouches for what it says by now."""
        source = self.source_id.with_context(**{AUTHORS: ()})
        source._feed_guarded(self.res_id)

    def _read_later(self):
        """Have their sources read the records when this transaction commits."""
        for source, links in self.grouped("source_id").items():
            if source.active and source.model in self.env:
                records = self.env[source.model].browse(links.mapped("res_id"))
                records._dokstamp_gather([(source.id, "")])

    # === OPENING === #

    def action_open_source_record(self):
        self.ensure_one()
        return open_form(self.env[self.res_model].browse(self.res_id))

    def action_open_registry_record(self):
        self.ensure_one()
        return open_form(self.env[self.entity_model].browse(self.entity_id))
