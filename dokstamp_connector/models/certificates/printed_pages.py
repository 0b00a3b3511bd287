"""Printed lists as pages: the register, and the outcome of an issue run."""

ROWS = 20  # a page holds as many even when every second one takes two lines


def pages_of(records):
    """The records of each page, and which one of how many it is.

    :rtype: list[tuple[odoo.models.Model, dict[str, int]]]
    """
    starts = range(0, len(records), ROWS)
    return [
        (records[start : start + ROWS], {"number": number, "count": len(starts)})
        for number, start in enumerate(starts, 1)
    ]
