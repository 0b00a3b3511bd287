"""What a run finds: the registry's records, matched with the picture by key in memory.

    _compare_next  ┬ _compare     the next records of a kind → lines
                   └ _note_rest   what only DokStamp has of that kind
    _end_comparison               the numbers; then the run sends, or is done

A record may refer to another one that this run has matched: the uuid of that stands on
its line.
"""

from collections import defaultdict
from dataclasses import dataclass

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

BATCH = 500  # records compared between two commits
MATCHED = "dokstamp_matched"  # context: (model, id) → uuid, of what a run has matched


@dataclass
class Known:
    """What is known of a batch of records.

    :param Picture picture: of their kind
    :param dict values: uuid → what DokStamp says of it
    :param dict bindings: record id → binding
    :param dict decided: record id → uuid → whether a person has said that it is that
    :param dict taken: uuid → the record that is linked to it or will be
    :param dict twins: key → the record of ours that has it too
    :param set withheld: ids of those that somebody took out of the queue
    :param set read_paths: of the lists that were read to their end
    :param dokstamp.sync.record row: as the queue would have of each
    """

    picture: object
    values: dict
    bindings: dict
    decided: dict
    taken: dict
    twins: dict
    withheld: set
    read_paths: set
    row: models.Model

    def has_read(self, record):
        """Whether the list that would have the record was read."""
        return "/".join(map(str, record._path())) in self.read_paths


class DokstampRun(models.Model):
    _inherit = "dokstamp.run"

    # === STEP BY STEP === #

    def _begin_comparing(self):
        names = self.env["dokstamp.entity"]._registry_models()
        self.write(
            {
                "state": "comparing",
                "cursor_model": names[0],
                "cursor_id": 0,
                "compared_count": 0,
                "total_count": sum(
                    self.env[name].search_count(self._domain_of_records())
                    for name in names
                ),
            }
        )

    def _compare_next(self):
        """Compare the next records, and note how far that got.

        :return: whether there is more to do
        :rtype: bool
        """
        model = self.env[self.cursor_model].with_context(active_test=False)
        is_next = [*self._domain_of_records(), ("id", ">", self.cursor_id)]
        if records := model.search(is_next, order="id", limit=BATCH):
            self._add_lines(self._compare(records))
            self.cursor_id = records[-1].id
            self.compared_count += len(records)
            self._count_findings()
        elif not self._note_rest(self.cursor_model):
            return self._compare_next_kind()
        return True

    def _compare_next_kind(self):
        names = self.env["dokstamp.entity"]._registry_models()
        following = names[names.index(self.cursor_model) + 1 :]
        if following:
            self.write({"cursor_model": following[0], "cursor_id": 0})
        else:
            self._end_comparison()
        return True

    def _end_comparison(self):
        self._count_findings()  # what is only there came last
        self._note_compared()

    def _note_compared(self):
        """All lines are there: what is to become of them."""
        self._end()

    def _domain_of_records(self):
        # what is archived and never was at DokStamp is no matter of a run
        return [
            ("account_id", "=", self.account_id.id),
            "|",
            ("active", "=", True),
            ("dokstamp_uuid", "!=", False),
        ]

    def _add_lines(self, vals_list):
        """:param vals_list: of lines, without what is the run's"""
        return self.env["dokstamp.run.line"].create(
            [
                {"run_id": self.id, "account_id": self.account_id.id, **vals}
                for vals in vals_list
            ]
        )

    # === RECORDS OF OURS === #

    def _compare(self, records):
        """:param dokstamp.entity records: of one kind
        :return: values of their lines
        :rtype: list[dict]
        """
        records = records.with_context(**{MATCHED: self._matched(records)})
        known, vals_list = self._known_of(records), []
        for record in records:
            vals = self._finding_of(record, known)
            uuid, key = vals.get("dokstamp_uuid"), vals.get("search_key")
            if uuid:
                known.taken[uuid] = record
            elif key:
                known.twins[key] = record
            vals_list.append(
                {
                    "res_model": record._name,
                    "res_id": record.id,
                    "res_name": record.display_name,
                    **vals,
                }
            )
        return vals_list

    def _matched(self, records):
        """(model, id) → uuid of what these refer to, as far as this run has matched it.

        :rtype: dict[tuple[str, int], str]
        """
        ids = defaultdict(set)
        for record in records:
            for link in record._prerequisites():
                ids[link._name].add(link.id)
        return {
            (line.res_model, line.res_id): line.dokstamp_uuid
            for name, of_name in ids.items()
            for line in self._lines_of(name, of_name)
            if line.finding == "adopt"
        }

    def _lines_of(self, name, ids):
        """The run's lines of some records.

        :rtype: dokstamp.run.line
        """
        return self.env["dokstamp.run.line"].search(
            [
                ("run_id", "=", self.id),
                ("res_model", "=", name),
                ("res_id", "in", list(ids)),
            ]
        )

    def _known_of(self, records):
        """:rtype: Known"""
        name, picture = records._name, self._picture(records._name)
        bindings = records._bindings()
        keys = {record.id: self._key_of(record) for record in records}
        uuids = {binding.dokstamp_uuid for binding in bindings.values()} - {False}
        uuids |= {one for key in keys.values() for one in picture.by_key.get(key, ())}
        queue = self.env["dokstamp.sync.record"]
        return Known(
            picture=picture,
            values=self._picture_values(name, uuids),
            bindings=bindings,
            decided=self.env["dokstamp.run.candidate"]._decided(records),
            taken=self._taken(name, uuids),
            twins=self._twins(name, set(keys.values())),
            withheld=set(queue._withheld(records).ids),
            read_paths=self._read_paths(name),
            row=queue.new({"account_id": self.account_id.id, "operation": "push"}),
        )

    def _read_paths(self, name):
        """Paths of the lists of one kind that were read to their end.

        :rtype: set[str]
        """
        lists = self.list_ids.filtered(
            lambda one: one.res_model == name and one.is_complete and not one.problem
        )
        return set(lists.mapped("path"))

    def _key_of(self, record):
        """The text of the key by which DokStamp would find a record; None where it
        cannot be searched for, or refers to what is not there yet.
        """
        if record._first_blocker():
            return None
        return next(iter(record._wanted_keys()), None)

    def _taken(self, name, uuids):
        """uuid → the record of ours that is linked to it, or that this run links.

        :rtype: dict[str, dokstamp.entity]
        """
        of_uuids = [("res_model", "=", name), ("dokstamp_uuid", "in", list(uuids))]
        bindings = self.env["dokstamp.binding"].search(
            [("account_id", "=", self.account_id.id), *of_uuids]
        )
        lines = self.env["dokstamp.run.line"].search(
            [("run_id", "=", self.id), *of_uuids]
        )
        holders = {one.dokstamp_uuid: one.res_id for one in (*lines, *bindings)}
        existing = self.env[name].browse(holders.values()).exists()
        return {
            uuid: existing.browse(res_id)
            for uuid, res_id in holders.items()
            if res_id in existing._ids
        }

    def _twins(self, name, keys):
        """Key → the record of ours that this run has found to be new with it."""
        lines = self.env["dokstamp.run.line"].search(
            [
                ("run_id", "=", self.id),
                ("res_model", "=", name),
                ("search_key", "in", list(keys - {None})),
            ]
        )
        return {line.search_key: self.env[name].browse(line.res_id) for line in lines}

    # === WHAT IS SO WITH ONE === #

    def _finding_of(self, record, known):
        """:param Known known: of its batch
        :return: values of its line
        :rtype: dict
        """
        if binding := known.bindings.get(record.id):
            return self._finding_of_bound(record, binding, known)
        if record.id in known.withheld:
            return self._refused(
                self.env._(
                    "It was taken out of the queue. Press Send now on it to send it "
                    "after all."
                )
            )
        obstacle = known.row._obstacle(record)
        if isinstance(obstacle, str):
            return self._refused(obstacle)
        if obstacle is not None:
            return self._finding_of_waiting(obstacle)
        return self._finding_by_key(record, known)

    def _refused(self, reason):
        return {"finding": "refuse", "reason": reason}

    def _finding_of_bound(self, record, binding, known):
        uuid = binding.dokstamp_uuid
        is_younger = binding.last_synced_at >= self.create_date  # than the picture
        if not uuid or is_younger or not known.has_read(record):
            return {"finding": "equal", "dokstamp_uuid": uuid}
        if uuid not in known.picture.uuids:
            return {"finding": "missing_there", "dokstamp_uuid": uuid}
        differences = record._differences_from(record._payload(), known.values[uuid])
        return {
            "finding": "change" if differences else "equal",
            "dokstamp_uuid": uuid,
            "differences": differences,
        }

    def _finding_of_waiting(self, blocker):
        """What it refers to is not at DokStamp: so it is not there itself.

        :param dokstamp.entity blocker: what it refers to
        """
        line = self._lines_of(blocker._name, blocker.ids)[:1]
        queue = self.env["dokstamp.sync.record"]
        if line.finding == "refuse":
            reason = line.reason or ""
            return self._refused(
                queue._failed_blocker_sentence(blocker.display_name, reason)
            )
        if not (line or blocker.active):
            return self._refused(queue._waiting_sentence(blocker, queue))
        return {"finding": "create", "is_absent": line.finding == "create"}

    def _finding_by_key(self, record, known):
        key, decided = self._key_of(record), known.decided.get(record.id, {})
        uuids = [
            uuid
            for uuid in known.picture.by_key.get(key, ())
            if decided.get(uuid) is not False
        ]
        if uuids:
            return self._finding_among(record, uuids, known)
        if twin := known.twins.get(key):
            return self._refused(self._twin_sentence(twin))
        is_absent = bool(key) and known.has_read(record)
        return {"finding": "create", "is_absent": is_absent, "search_key": key}

    def _finding_among(self, record, uuids, known):
        """DokStamp has one with the record's key, or several."""
        doubt = self._doubt(record, uuids, known)
        if doubt:
            return {
                **self._refused(doubt),
                "outcome": "review",
                "candidate_ids": [
                    (0, 0, {"dokstamp_uuid": uuid, "values": known.values[uuid]})
                    for uuid in uuids
                ],
            }
        [uuid] = uuids
        if problem := self._claim_problem(record, uuid, known):
            return self._refused(problem)
        return {
            "finding": "adopt",
            "dokstamp_uuid": uuid,
            "differences": record._differences_from(
                record._payload(), known.values[uuid]
            ),
        }

    def _claim_problem(self, record, uuid, known):
        """Why what DokStamp has is none of this record's; None when nothing speaks
        against it.
        """
        if holder := known.taken.get(uuid):
            return self._twin_sentence(holder)
        try:
            self.account_id._refuse_foreign(record._name, uuid)
        except UserError as error:
            return str(error)
        return None

    def _twin_sentence(self, other):
        return self.env._(
            "%(other)s has the same %(keys)s, and DokStamp would take both for one. If "
            "both are the same, keep one of them; if not, change one of them.",
            other=other.display_name,
            keys=other._key_label(),
        )

    # === DOUBT === #

    def _doubt(self, record, uuids, known):
        """Why a person has to say whether DokStamp's record is this one; False when
        nothing is in doubt.

        :rtype: str | bool
        """
        if len(uuids) > 1:
            return self.env._(
                "DokStamp has %(count)s that could be this one. Say which of them it "
                "is, or that it is another one.",
                count=len(uuids),
            )
        if known.decided.get(record.id, {}).get(uuids[0]):
            return False
        labels = record._api_labels()
        apart = [labels[key] for key in record._doubtful_keys(known.values[uuids[0]])]
        return bool(apart) and self.env._(
            "DokStamp has one with the same %(keys)s, and with another %(fields)s. Say "
            "whether both are the same.",
            keys=record._key_label(),
            fields=", ".join(apart),
        )

    # === WHAT ONLY DOKSTAMP HAS === #

    def _note_rest(self, name):
        """Lines of what DokStamp has of a kind and no line tells of, some at a time.

        :return: whether there was any
        """
        rest = self._picture(name).uuids - self._uuids_with_lines(name)
        rest -= set(self._sent_by(self.account_id._sisters(), name))
        batch = sorted(rest)[:BATCH]
        names = self._names_in_picture(name, batch)
        sent = self._sent_by(self.account_id, name)
        self._add_lines(
            [
                {
                    "res_model": name,
                    "res_id": sent.get(uuid),
                    "res_name": names[uuid],
                    "dokstamp_uuid": uuid,
                    "finding": "orphan" if uuid in sent else "missing_here",
                }
                for uuid in batch
            ]
        )
        return bool(batch)

    def _names_in_picture(self, name, uuids):
        """uuid → what people call it.

        :rtype: dict[str, str | bool]
        """
        columns = SQL('dokstamp_uuid, "values", labels')
        among = SQL("AND dokstamp_uuid = ANY(%s)", uuids)
        return {
            uuid: self.env[name]._name_in_picture(values, labels or {})
            for uuid, values, labels in self._in_picture(columns, name, among)
        }

    def _sent_by(self, accounts, name):
        """uuid → id of the record of one kind that one of the accounts has sent.

        :rtype: dict[str, int]
        """
        bindings = self.env["dokstamp.binding"].search_fetch(
            [("account_id", "in", accounts.ids), ("res_model", "=", name)],
            ["dokstamp_uuid", "res_id"],
        )
        return {binding.dokstamp_uuid: binding.res_id for binding in bindings}

    def _uuids_with_lines(self, name):
        """uuids of one kind that lines tell of, those in doubt too.

        :rtype: set[str]
        """
        of_kind = [("run_id", "=", self.id), ("res_model", "=", name)]
        lines = self.env["dokstamp.run.line"]._read_group(
            [*of_kind, ("dokstamp_uuid", "!=", False)], ["dokstamp_uuid"]
        )
        doubted = self.env["dokstamp.run.candidate"].search(
            [("line_id.run_id", "=", self.id), ("res_model", "=", name)]
        )
        return {uuid for (uuid,) in lines} | set(doubted.mapped("dokstamp_uuid"))
