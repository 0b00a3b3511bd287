"""What buttons answer: a form or an address to open, a message to show."""

from odoo.exceptions import UserError

from ..dokstamp_api import is_path, web_page


def open_form(record, **options):
    """The window action that shows one record, or a wizard, in its form.

    :param odoo.models.BaseModel record: may be deleted meanwhile, or empty
    :param options: further keys of the action, as `target`
    :rtype: dict
    :raise UserError: there is no such record
    """
    if not record.exists():
        raise UserError(record.env._("The record does not exist in Odoo any more."))
    return {
        "type": "ir.actions.act_window",
        "res_model": record._name,
        "res_id": record.id,
        "views": [(False, "form")],
        **options,
    }


def open_list(env, xmlid, domain, name):
    """The window action that shows these records, and no others.

    :param str xmlid: of one of the connector's window actions
    :param domain: what counts; no filter is on beside it
    :param str name: what stands above them
    :rtype: dict
    """
    action = env["ir.actions.act_window"]._for_xml_id(f"dokstamp_connector.{xmlid}")
    return {**action, "name": name, "domain": domain, "context": {}}


def open_address(env, url):
    """The action that opens an address in a new tab.

    :param str url: a page of the web, or a path of this Odoo
    :rtype: dict
    :raise UserError: it is neither; what others wrote may be a script
    """
    page = url if url and is_path(url) else web_page(url)
    if not page:
        raise UserError(
            env._(
                "There is no page to open: an address that begins with https:// is "
                "needed."
            )
        )
    return {"type": "ir.actions.act_url", "url": page, "target": "new"}


def show_message(message, kind="info", **options):
    """The client action that shows a message in the corner of the screen.

    :param str kind: `info`, `success`, `warning` or `danger`
    :param options: further parameters of the notification, as `title` or `next`
    :rtype: dict
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"type": kind, "message": message, **options},
    }


RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}
