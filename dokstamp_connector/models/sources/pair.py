"""What a source reads one registry record from: a record of its model; or, of a source
that has a list, that record together with one of those that its list leads to.
"""


class Pair:
    """A record together with one that its list leads to, read as if they were one.

    What begins with the list is read from the other one, all else from the record.

    :param odoo.models.BaseModel record: of the source's model
    :param str relation: the list's name
    :param odoo.models.BaseModel other: one of those that it leads to
    :param int position: the place of ``other`` among those in use, from 1
    """

    def __init__(self, record, relation, other, position):
        self.record = record
        self.relation = relation
        self.other = other
        self.position = position
        self.id = (record.id, other.id)

    def __iter__(self):
        yield self

    def __getitem__(self, name):
        return self.other if name == self.relation else self.record[name]

    def with_context(self, **context):
        record, other = (one.with_context(**context) for one in records_of(self))
        return Pair(record, self.relation, other, self.position)


def records_of(item):
    """The records that ``item`` is read from, that of the source's model first."""
    return (item.record, item.other) if isinstance(item, Pair) else (item,)


def id_of_record(item_id):
    """The id of the source's record, of an item's id."""
    return item_id[0] if isinstance(item_id, tuple) else item_id


def alone(item):
    """``item`` without its neighbours, which Odoo would compute with it."""
    if isinstance(item, Pair):
        record, other = (one.browse(one.id) for one in records_of(item))
        return Pair(record, item.relation, other, item.position)
    return item.browse(item.id)


def is_active(item):
    """Whether nothing of what ``item`` is read from is archived."""
    return all(
        record.active for record in records_of(item) if "active" in record._fields
    )
