from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..dokstamp_api import DokStampError
from ..models.actions import open_form


class DokstampRemoteChoice(models.AbstractModel):
    """Pick one of the objects that DokStamp lists.

    Asks DokStamp while a person waits: a reading call only. An heir names its lines'
    model in both fields, and has the record that the choice is made for.
    """

    _name = "dokstamp.remote.choice"
    _inherit = ["dokstamp.write.protection"]
    _description = "Choose at DokStamp"
    _owner = None  # name of the field with the record that the choice is made for

    line_ids = fields.One2many(
        "dokstamp.remote.choice.line", "choice_id", string="What DokStamp has"
    )
    line_id = fields.Many2one(
        "dokstamp.remote.choice.line",
        string="Chosen",
        domain="[('choice_id', '=', id)]",
    )
    has_lines = fields.Boolean(compute="_compute_has_lines")
    is_listed = fields.Boolean(readonly=True)
    problem = fields.Text(readonly=True)

    @api.depends("line_ids")
    def _compute_has_lines(self):
        for choice in self:
            choice.has_lines = bool(choice.line_ids)

    # === OPENING === #

    @api.model
    def _open_for(self, owner):
        """A choice for this record among what DokStamp has now, or why it cannot be
        asked.

        :rtype: dokstamp.remote.choice
        """
        owner.check_access("write")
        values = {self._owner: owner.id}
        try:
            lines = self._lines_for(owner)
        except AccessError:
            raise
        except UserError as error:
            return self._among([], problem=str(error), **values)
        chosen = self._chosen_uuid(owner)
        return self._among(lines, chosen, is_listed=True, **values)

    def _lines_for(self, owner):
        """Values of the lines to choose from.

        :rtype: list[dict]
        :raise UserError: DokStamp cannot be asked
        """
        raise NotImplementedError

    def _chosen_uuid(self, owner):
        """What was chosen for it before, if it says."""

    @api.model
    def _listed(self, account, resource, **where):
        """What DokStamp lists now.

        :param str resource: of the client, as `institutions`
        :param where: filters of the list
        :rtype: list[dict]
        :raise UserError: DokStamp cannot be asked
        """
        try:
            return list(getattr(account._client(), resource).list(where=where or None))
        except (DokStampError, ValueError) as error:
            raise UserError(account._access_sentence(error)) from error

    @api.model
    def _among(self, lines, chosen_uuid=None, **owner):
        """A choice among ``lines``; the first one is proposed, unless one is chosen
        already.

        :param list[dict] lines: values of each line
        :param owner: the record that the choice is made for, and further values
        """
        commands = [Command.create(line) for line in lines]
        # sudo: what DokStamp listed is not typed in
        choice = self.sudo().create({**owner, "line_ids": commands})
        chosen = choice.line_ids.filtered(lambda line: line.uuid == chosen_uuid)
        choice.line_id = chosen or choice.line_ids[:1]
        return choice.with_env(self.env)

    @api.model
    def _get_writable_fields(self, state=None):
        return super()._get_writable_fields(state) | {"line_id"}

    # === BUTTONS === #

    def action_try_again(self):
        """Ask DokStamp once more."""
        self.ensure_one()
        return self._open_for(self[self._owner])._shown()

    def _shown(self):
        return open_form(self, name=self._title(), target="new")

    def _title(self):
        """:rtype: str"""
        raise NotImplementedError

    def _pressed(self, work):
        """What a button does; what speaks against it stands on the wizard.

        :param work: called without arguments
        """
        try:
            with self.env.cr.savepoint():
                work()
        except AccessError:
            raise
        except UserError as error:
            self.sudo().problem = str(error)  # sudo: nobody types it in
            return self._shown()
        return True

    def _chosen_line(self):
        """:raise UserError: nothing is chosen"""
        self.ensure_one()
        if self.line_id not in self.line_ids:
            raise UserError(self.env._("Choose one of the list first."))
        return self.line_id


class DokstampRemoteChoiceLine(models.AbstractModel):
    """One object as DokStamp listed it; an heir names its choice's model."""

    _name = "dokstamp.remote.choice.line"
    _inherit = ["dokstamp.write.protection"]
    _description = "Choice at DokStamp"

    choice_id = fields.Many2one(
        "dokstamp.remote.choice", required=True, ondelete="cascade"
    )
    uuid = fields.Char(required=True)
    name = fields.Char(required=True)
