"""The buttons and the state on OpenEduCat's own forms.

They are added to whatever form there is, and not to a view by its id: the views differ
between OpenEduCat's versions, and schools replace them.
"""

from lxml.builder import E

from odoo import api, models

REGISTRAR = "dokstamp_connector.group_registrar"
IS_TOLD_BELOW = "dokstamp_sync_message == dokstamp_language_note"


class DokstampOpeneducatForm(models.AbstractModel):
    """Gives a model's forms and lists the button *Issue certificate*, and its forms how
    far a record got on its way to DokStamp.
    """

    _name = "dokstamp.openeducat.form"
    _inherit = ["dokstamp.fed.mixin"]
    _description = "DokStamp on OpenEduCat's Forms"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            self._add_to_form(arch)
        elif view_type == "list":
            self._first(arch, "header").append(self._issue_button())
            arch.append(self._state_column())
        return arch, view

    def _add_to_form(self, form):
        self._first(form, "header").append(
            self._issue_button(invisible="not dokstamp_sync_state")
        )
        sheet = form.find("sheet")
        sheet = form if sheet is None else sheet
        boxes = sheet.findall("div[@name='button_box']")
        box = boxes[0] if boxes else E.div(name="button_box")
        if not boxes:
            sheet.insert(0, box)
        box.set("class", "oe_button_box")
        box.append(self._state_button())
        for element in reversed(self._get_dokstamp_elements()):
            box.addnext(element)

    def _get_dokstamp_elements(self):
        """What is shown at the top of a form.

        :rtype: list[lxml.etree.Element]
        """
        return [
            self._note("warning", "dokstamp_sync_message", IS_TOLD_BELOW),
            self._note("info", "dokstamp_language_note"),
        ]

    def _first(self, arch, tag):
        """The element of that name, at the top where there was none."""
        element = arch.find(tag)
        if element is None:
            element = arch.makeelement(tag)
            arch.insert(0, element)
        return element

    def _issue_button(self, **attributes):
        action = self.env.ref("dokstamp_connector.dokstamp_certificate_issue_action")
        return E.button(
            name=str(action.id),
            type="action",
            string=self.env._("Issue certificate"),
            groups=REGISTRAR,
            **attributes,
        )

    def _state_button(self):
        return E.button(
            E.div(
                E.span(E.field(name="dokstamp_sync_state"), {"class": "o_stat_value"}),
                E.span("DokStamp", {"class": "o_stat_text"}),
                {"class": "o_stat_info"},
            ),
            {"class": "oe_stat_button"},
            name="action_open_registry_record",
            type="object",
            icon="fa-certificate",
            invisible="not dokstamp_sync_state",
            groups=REGISTRAR,
        )

    def _state_column(self):
        return E.field(
            {
                "decoration-success": "dokstamp_sync_state == 'synced'",
                "decoration-info": "dokstamp_sync_state == 'pending'",
                "decoration-warning": "dokstamp_sync_state == 'waiting'",
                "decoration-danger": "dokstamp_sync_state == 'failed'",
            },
            name="dokstamp_sync_state",
            widget="badge",
            optional="show",
        )

    def _note(self, style, name, unless="False"):
        """A sentence for people, where there is one."""
        return E.div(
            E.field(name=name, nolabel="1"),
            {"class": f"alert alert-{style} mb-2", "role": "status"},
            invisible=f"not {name} or {unless}",
            groups=self._fields[name].groups or "base.group_user",
        )
