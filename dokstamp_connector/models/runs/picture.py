"""What DokStamp holds for an account: each list read once, page by page.

    _read_next_page    until nothing is left; one request each
    _picture           of one kind: what is there, and what finds it
    _picture_values    what DokStamp says of some of them
    _forget_picture    when the run is over: it is personal data

Lists come in the order of the kinds, as some lie below what others hold: the module
groups of each course. Those are read only where the registry keeps any of the kind:
a request for each course would be made for nothing.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT = timedelta(days=7)  # a picture of a run that never ended


@dataclass
class Picture:
    """What DokStamp holds of one kind.

    :param dict by_key: text of a key, as of `_held_keys` → uuids of what has it
    :param set uuids: of all
    """

    by_key: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    uuids: set[str] = field(default_factory=set)


@dataclass
class Seen:
    """What the picture has of one record.

    :param dict values: as of `_pictured`
    :param dict labels: as of `_pictured`
    :param datetime read_at: when its page was asked for
    """

    uuid: str
    path: str
    values: dict
    labels: dict
    read_at: datetime


class DokstampRunRemote(models.Model):
    """One record of DokStamp's as a run has read it. Nobody but the connector sees it,
    and it goes when the run is over.
    """

    _name = "dokstamp.run.remote"
    _description = "DokStamp Record in a Run"
    _order = "id"
    _rec_name = "dokstamp_uuid"
    _log_access = False

    run_id = fields.Many2one(
        "dokstamp.run", required=True, readonly=True, ondelete="cascade"
    )
    list_id = fields.Many2one(
        "dokstamp.run.list",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    reading = fields.Integer(readonly=True, aggregator=None)
    res_model = fields.Char(required=True, readonly=True)
    path = fields.Char(required=True, readonly=True)
    dokstamp_uuid = fields.Char(required=True, readonly=True)
    keys = fields.Json(readonly=True, help="What finds it, as a binding holds it.")
    values = fields.Json(readonly=True, help="API key → value, of what the list shows.")
    labels = fields.Json(readonly=True, help="API key of a link → what it leads to.")
    read_at = fields.Datetime(readonly=True, help="When its page was asked for.")
    is_awaited = fields.Boolean(
        readonly=True, help="A record that is not sent yet will adopt it."
    )

    _of_key = models.Index("(run_id, res_model, (keys ->> 0))")
    _one_per_uuid = models.UniqueIndex(
        "(run_id, res_model, dokstamp_uuid)", "The run has this record already."
    )

    @api.autovacuum
    def _gc_pictures(self):
        """Drop what runs leave that never ended."""
        limit = fields.Datetime.now() - KEPT
        runs = self.env["dokstamp.run"].search([("create_date", "<", limit)])
        for run in runs:
            run._forget_picture()


class DokstampRun(models.Model):
    _inherit = "dokstamp.run"

    list_ids = fields.One2many("dokstamp.run.list", "run_id", string="Lists")

    # === READING === #

    def _read_next_page(self):
        """Read the next page of the picture; commits before it asks DokStamp.

        :return: whether there was one
        :rtype: bool
        :raise DokStampError: it has to be tried again, or concerns the account
        """
        self.ensure_one()
        list_ = self._next_list()
        if not list_:
            return False
        list_._read_page()
        return True

    def _next_list(self):
        """The list that is being read, or the first of the next kind.

        :rtype: dokstamp.run.list
        """
        lists = self.env["dokstamp.run.list"]
        is_open = [("run_id", "=", self.id), ("is_complete", "=", False)]
        if found := lists.search(is_open, limit=1):
            return found
        known = lists._read_group([("run_id", "=", self.id)], ["res_model"])
        begun = {name for (name,) in known}
        for name in self._pictured_models():
            if name not in begun and (made := self._make_lists(name)):
                return made[0]
        return lists

    def _pictured_models(self):
        """Names of the kinds that the run reads.

        :rtype: list[str]
        """
        return self.env["dokstamp.entity"]._pictured_models()

    def _make_lists(self, name):
        """What is to be read of one kind.

        :rtype: dokstamp.run.list
        """
        model = self.env[name]
        above = model._pictured_below()
        if not above:
            places = [("", "")]
        elif self._keeps_any(model):
            places = self._places_in_picture(above)
        else:
            places = []
        return self.env["dokstamp.run.list"].create(
            [
                {
                    "run_id": self.id,
                    "res_model": name,
                    "path": model._path_below(*place),
                }
                for place in places
            ]
        )

    def _keeps_any(self, model):
        """Whether the registry has, or had, any of this kind for the account."""
        of_account = [("account_id", "=", self.account_id.id)]
        bound = [*of_account, ("res_model", "=", model._name)]
        records = model.with_context(active_test=False)
        return bool(
            records.search_count(of_account, limit=1)
            or self.env["dokstamp.binding"].search_count(bound, limit=1)
        )

    # === WHAT IT TELLS === #

    def _has_read(self, name, path):
        """Whether the list that would have a record was read to its end.

        :param str name: of the record's model
        :param tuple path: of the list
        """
        of_list = [("res_model", "=", name), ("path", "=", "/".join(map(str, path)))]
        is_read = [("is_complete", "=", True), ("problem", "=", False)]
        return bool(
            self.env["dokstamp.run.list"].search_count(
                [("run_id", "=", self.id), *of_list, *is_read], limit=1
            )
        )

    def _picture(self, name):
        """What DokStamp holds of one kind.

        :param str name: of its model
        :rtype: Picture
        """
        picture = Picture()
        for uuid, keys in self._in_picture(SQL("dokstamp_uuid, keys"), name):
            picture.uuids.add(uuid)
            for key in keys or ():
                picture.by_key[key].append(uuid)
        return picture

    def _picture_values(self, name, uuids):
        """uuid → what DokStamp says of it: API key → value, of the keys that it shows.

        :rtype: dict[str, dict]
        """
        among = SQL("AND dokstamp_uuid = ANY(%s)", list(uuids))
        return dict(self._in_picture(SQL('dokstamp_uuid, "values"'), name, among))

    def _seen(self, name, uuids):
        """uuid → all that the picture has of it.

        :rtype: dict[str, Seen]
        """
        columns = SQL('dokstamp_uuid, path, "values", labels, read_at')
        among = SQL("AND dokstamp_uuid = ANY(%s)", list(uuids))
        return {row[0]: Seen(*row) for row in self._in_picture(columns, name, among)}

    def _picture_of_link(self, name, key):
        """uuid that a link of one kind leads to → uuids of those that have it.

        :param str key: the link's in the body
        :rtype: dict[str, list[str]]
        """
        columns = SQL('"values" ->> %s, array_agg(dokstamp_uuid)', key)
        return dict(self._in_picture(columns, name, SQL("GROUP BY 1")))

    def _places_in_picture(self, name):
        """Pairs of path and uuid, in the order in which they came."""
        columns = SQL("path, dokstamp_uuid")
        return self._in_picture(columns, name, SQL("ORDER BY id"))

    def _in_picture(self, columns, name, rest=None):
        """:param SQL rest: of the query"""
        return self.env.execute_query(
            SQL(
                "SELECT %s FROM dokstamp_run_remote WHERE run_id = %s"
                " AND res_model = %s %s",
                columns,
                self.id,
                name,
                rest or SQL(),
            )
        )

    def _forget_picture(self):
        """Drop what was read: lines keep what they need of it."""
        for run in self:
            self.env.execute_query(
                SQL(
                    "DELETE FROM dokstamp_run_remote WHERE run_id = %s RETURNING id",
                    run.id,
                )
            )
