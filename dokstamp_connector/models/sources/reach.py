"""What no source reaches, whoever reads: messages, files, secrets, settings, logs.

Rights do not guard these: everybody reads some message or file, and a registry record
shows what it was fed to people who do not.
"""

import re

from odoo.fields import Domain
from odoo.tools import OrderedSet

TECHNICAL = re.compile(
    r"(auditlog|auth|base|bus|digest|discuss|documents|dokstamp|fetchmail|google"
    r"|html_editor|iap|im_livechat|ir|mail|mailing|microsoft|rating|sms|snailmail"
    r"|theme|voip|web_tour|whatsapp)[._]"
    r"|res\.(config|device|groups|role|users\.)"
    r"|(certificate\.(certificate|key)|decimal\.precision|payment\.(provider|token)"
    r"|phone\.blacklist|privacy\.log|properties\.base\.definition|queue\.job"
    r"|report\.(layout|paperformat)|website\.(track|visitor))$"
)
# Of a user: what the contact says, and these.
USER_FIELDS = {"active", "company_id", "display_name", "id", "login", "partner_id"}
USER_FIELDS |= {"share", "create_date", "write_date", "create_uid", "write_uid"}
# Not: binary, image, reference, properties, json.
OPEN_TYPES = {"boolean", "char", "date", "datetime", "float", "html", "integer"}
OPEN_TYPES |= {"monetary", "selection", "text", "many2one", "many2many", "one2many"}
# What these give to a model tells about messages to it, and about who follows it.
CHATTER = ("mail.thread", "mail.activity.mixin")
SECRET = re.compile(r"(password|access_token|api_key|client_secret|private_key)$")


def is_technical(model):
    """Whether a model can be no source, and no step on a path of one."""
    return bool(model._transient or model._abstract or TECHNICAL.match(model._name))


def is_closed(model, field):
    """Whether no source reads ``field`` of ``model`` or steps through it."""
    if field.type not in OPEN_TYPES or SECRET.search(field.name):
        return True
    if model._name == "res.users" and not field.inherited:
        return field.name not in USER_FIELDS
    if field.relational and is_technical(model.env[field.comodel_name]):
        return True
    return field.name not in ("id", "display_name") and any(
        field.name in model.env[mixin]._fields for mixin in CHATTER
    )


def steps_along(model, path):
    """The fields along a dotted path, each with its model, as far as they exist.

    :param odoo.models.BaseModel model: where ``path`` begins
    :return: an iterator of (model, field)
    """
    for name in path.split("."):
        field = model._fields.get(name)
        if field is None:
            return
        yield model, field
        if not field.relational:
            return
        model = model.env[field.comodel_name]


def condition_paths(domain):
    """Every dotted path that a condition asks, those of conditions inside it too.

    :rtype: set[str]
    """
    paths = set()
    for condition in Domain(domain).iter_conditions():
        paths.add(condition.field_expr)
        if condition.operator in ("any", "not any"):
            inner = condition_paths(condition.value)
            paths.update(f"{condition.field_expr}.{path}" for path in inner)
    return paths


def conditions_along(model, domain, prefix=""):
    """What a condition asks for, those of conditions inside it too.

    :param odoo.models.BaseModel model: where its paths begin
    :return: an iterator of (path, model at its end, field at its end, value), as far as
        they exist
    """
    for condition in Domain(domain).iter_conditions():
        path = condition.field_expr
        steps = list(steps_along(model, path))
        if len(steps) != path.count(".") + 1:
            continue
        last, field = steps[-1]
        if condition.operator in ("any", "not any"):
            target = model.env[field.comodel_name]
            yield from conditions_along(target, condition.value, f"{prefix}{path}.")
        else:
            yield f"{prefix}{path}", last, field, condition.value


def values_of(value):
    """What a condition compares with, one by one."""
    if isinstance(value, (list, tuple, set, OrderedSet)):
        return list(value)
    return [value]


def depends_on_reader(field):
    """Whether a field is computed with the rights of whoever reads it."""
    return bool(field.compute and not field.store and not field.compute_sudo)


def ingredients(model, path, prefix="", above=frozenset(), done=None):
    """What is computed along ``path`` with the rights of whoever reads it, and of what.

    :param frozenset above: computed fields that led here: they may go in circles
    :param set done: what was looked at already
    :return: an iterator of (path to a record, name of its computed field, path of an
        ingredient), all from ``model``
    """
    done = set() if done is None else done
    for step, field in steps_along(model, path):
        if (
            depends_on_reader(field)
            and field not in above
            and (prefix, field) not in done
        ):
            done.add((prefix, field))
            for part in step.pool.field_depends[field]:
                yield prefix, field.name, f"{prefix}.{part}".strip(".")
                yield from ingredients(step, part, prefix, above | {field}, done)
        prefix = f"{prefix}.{field.name}".strip(".")
