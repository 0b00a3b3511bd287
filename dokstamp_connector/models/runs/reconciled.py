"""What is to say of records that are at DokStamp; plain Python around the ORM, a batch
at a time.
"""

from odoo.tools import SQL

from ..sync.messages import PLACE
from .compared_entity import link_key

UNDER_WAY = ("pending", "sending", "held")


class Bound:
    """Bindings of one kind, and all that is known of their records, read at once.

    :param dokstamp.run run: with the picture
    :param dokstamp.binding bindings: of one model
    """

    def __init__(self, run, bindings):
        env, ids = run.env, bindings.mapped("res_id")
        name = bindings[:1].res_model
        self.run = run
        self.model = env[name].with_context(active_test=False)
        self.equal_count = 0
        self._records = {one.id: one for one in self.model.browse(ids).exists()}
        self._seen = _pictures_of(run, bindings)
        self._lists = self._lists_of(bindings)
        self._queue = env["dokstamp.sync.record"]
        self._newest = self._queue._newest_rows(name, ids)
        self._lost = self._queue._to_remove(bindings)
        self._shared = bindings._shared()
        self._adopted = self._adopted_uuids(bindings)
        self._archived = self.model._get_dokstamp_archive_values()

    def _lists_of(self, bindings):
        paths = {self._path(binding) for binding in bindings}
        found = self.run.env["dokstamp.run.list"].search(
            [
                ("run_id", "=", self.run.id),
                ("res_model", "=", self.model._name),
                ("path", "in", list(paths)),
            ]
        )
        return {list_.path: list_ for list_ in found if not list_.problem}

    def _path(self, binding):
        return self.model._pictured_path(binding.last_payload or {})

    def _adopted_uuids(self, bindings):
        """What we found there and did not make: it may hold more than ours does."""
        groups = self.run.env["dokstamp.audit.log"]._read_group(
            [
                ("dokstamp_uuid", "in", bindings.mapped("dokstamp_uuid")),
                ("event", "=", "adopted"),
            ],
            ["dokstamp_uuid"],
        )
        return {uuid for (uuid,) in groups}

    # === FINDINGS === #

    def found(self, binding):
        """What is to say of one of them.

        :return: values of a line; None: nothing
        :rtype: dict | None
        """
        record, seen = self._records.get(binding.res_id), self._seen.get(binding.id)
        if seen and binding.write_date > seen.read_at:
            return None  # sent since
        if not record:
            is_orphan = seen and binding in self._lost
            return self.line(binding, "orphan") if is_orphan else None
        if record.account_id != binding.account_id:
            return None
        if not seen:
            return self._missing(binding, record)
        if binding in self._shared:
            # another account of the same school may have said something else since
            self.equal_count += 1
            return None
        return self._changed(binding, record, seen)

    def _missing(self, binding, record):
        list_ = self._lists.get(self._path(binding))
        if not list_ or binding.write_date > list_.read_at:
            return None  # not known
        if self._may_be_hidden(record, binding.last_payload or {}):
            self.equal_count += 1
            return None
        if self._newest_row(binding).state in UNDER_WAY:
            return None
        return self.line(binding, "missing_there")

    def _may_be_hidden(self, record, sent):
        """A list may leave out what is archived: dokstamp-api.md does not say."""
        is_sent_so = self._archived and all(
            sent.get(key) == value for key, value in self._archived.items()
        )
        return bool(is_sent_so) or not record.active

    def _changed(self, binding, record, seen):
        sent = dict(binding.last_payload or {})
        place, ours = sent.pop(PLACE, None), record._payload()
        row = self._newest_row(binding)
        told = self._moved(place, seen) | {
            key: [ours.get(key), theirs]
            for key, (was, theirs) in self.model._told_apart(sent, seen.values).items()
            if self._counts(binding, row, key, was, ours.get(key), theirs)
        }
        if told:
            return self.line(
                binding,
                "change",
                differences=told,
                cause=self._cause(told),
                held={"path": seen.path, "labels": seen.labels},
            )
        is_another = ours != sent or (place and list(record._path()) != place)
        if is_another and row._lets_send(record, binding):
            unsent = {
                key: [value, seen.values.get(key, sent.get(key))]
                for key, value in ours.items()
                if sent.get(key) != value
            }
            return self.line(binding, "change", differences=unsent, cause="unsent")
        self.equal_count += 1
        return None

    def _moved(self, place, seen):
        """Below which record it lies there, where that is another one."""
        if not place or "/".join(place) == seen.path:
            return {}
        theirs = seen.path.split("/")
        pairs = zip(place, theirs, strict=False)
        own, other = next(pair for pair in pairs if pair[0] != pair[1])
        return {link_key(self.model._dokstamp_parent): [own, other]}

    def _counts(self, binding, row, key, was, own, theirs):
        """Whether a value that is not what was sent is a difference.

        :param was: what was sent last
        :param own: what would be sent now
        """
        if not self.model._told_apart({key: own}, {key: theirs}):
            return False  # it became what is here by now
        if row.state in UNDER_WAY and own != was:
            return False  # ours is on its way
        # what we do not send DokStamp may fill, or keep as we found it
        is_free = was is None and own is None
        is_filled = key in self.model._defaulted_keys()
        return not (is_free and (is_filled or binding.dokstamp_uuid in self._adopted))

    def _cause(self, told):
        links = [self.model._field_of_key(key) for key in told]
        if any(field is not None and field.type == "many2one" for field in links):
            return "relinked"
        if any(told.get(k, [None, None])[1] == v for k, v in self._archived.items()):
            return "archived"
        return "edited"

    def _newest_row(self, binding):
        place = (binding.res_id, binding.account_id.id)
        return self._newest.get(place, self._queue)

    def line(self, binding, finding, **values):
        """Values of a line.

        :rtype: dict
        """
        record, seen = self._records.get(binding.res_id), self._seen.get(binding.id)
        name = record and record.display_name
        if not record and seen:
            name = self.model._name_in_picture(seen.values, seen.labels)
        return {
            **of_run(self.run),
            "res_model": binding.res_model,
            "res_id": binding.res_id,
            "res_name": name,
            "dokstamp_uuid": binding.dokstamp_uuid,
            "finding": finding,
            **values,
        }


def unsent_line(run, record):
    """Values of a line: nobody has queued the record, as no hook saw it.

    :rtype: dict
    """
    return {
        **of_run(run),
        "res_model": record._name,
        "res_id": record.id,
        "res_name": record.display_name,
        "finding": "create",
        "cause": "unsent",
    }


def of_run(run):
    """What all lines of a run have.

    :rtype: dict
    """
    return {"run_id": run.id, "account_id": run.account_id.id}


def _pictures_of(run, bindings):
    """Binding id → what the picture has of its record, of those that are in it.

    Two plain statements: what was just read has no statistics that a join could be
    planned with.

    :param dokstamp.binding bindings: of one model
    :rtype: dict[int, Seen]
    """
    name = bindings[:1].res_model
    uuids = run.env.execute_query(
        SQL(
            "SELECT b.id, %s FROM dokstamp_binding b WHERE b.id = ANY(%s)",
            run.env[name]._pictured_id_sql(),
            bindings.ids,
        )
    )
    seen = run._seen(name, [uuid for _binding_id, uuid in uuids])
    return {one: seen[uuid] for one, uuid in uuids if uuid in seen}
