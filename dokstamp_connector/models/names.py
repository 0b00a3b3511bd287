"""Names: finding records by one that is put together of several fields, and whether two
are the same to a reader.
"""

import unicodedata

from odoo.fields import Domain


def name_domain(model, operator, value, parts, separator):
    """Records by the name that they show, or by one of the fields that it is made of.

    For `_search_display_name`; what is negative the ORM makes of the positive.

    :param parts: the two fields that the name shows, or paths that lead to them
    :param str separator: between the parts of the shown name
    :return: NotImplemented for a negative operator
    """
    if operator == "in":
        domains = (_by_text(model, "=", one, parts, separator) for one in value)
        return Domain.OR(domains)
    if operator.startswith("not ") or not isinstance(value, str):
        return NotImplemented
    return _by_text(model, operator, value, parts, separator)


def _by_text(model, operator, value, parts, separator):
    first, second = parts
    domain = _part(model, first, operator, value) | _part(
        model, second, operator, value
    )
    pieces = value.split(separator) if isinstance(value, str) and separator else []
    for place in range(1, len(pieces)):
        left = separator.join(pieces[:place])
        right = separator.join(pieces[place:])
        domain |= _part(model, first, operator, left) & _part(
            model, second, operator, right
        )
    return domain


def _part(model, name, operator, value):
    """One field of the name: of a selection the words that people read."""
    field = model._fields[name.partition(".")[0]]
    if field.type != "selection":
        return Domain(name, operator, value)
    if not isinstance(value, str):
        return Domain(name, operator, value)
    is_exact = operator.startswith("=")
    keys = [
        key
        for key, label in field._description_selection(model.env)
        if (
            value.casefold() == label.casefold()
            if is_exact
            else value.casefold() in label.casefold()
        )
    ]
    return Domain(name, "in", keys)


def alike(one, other):
    """Whether two names are the same but for case, accents and spaces."""
    return _plain(one) == _plain(other)


def _plain(name):
    letters = unicodedata.normalize("NFKD", name or "").casefold()
    return "".join(c for c in letters if not unicodedata.combining(c)).split()
