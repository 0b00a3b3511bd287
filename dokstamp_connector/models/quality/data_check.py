"""What a kind of record is looked through for, as data.

A model lists its `DataCheck`s in `_get_data_checks`; `data_issue` makes one query of
all of them, in which the record's table is called `r`.
"""

from dataclasses import dataclass

from odoo.tools import SQL

TABLE = "r"


@dataclass(frozen=True)
class DataCheck:
    """One thing that may be wrong with a record.

    Either ``condition`` tells it of the record's own row, or ``rows`` finds it among
    several.

    :param name: the kind of problem, the same of all models that have it
    :param label: what people call that kind
    :param sentence: what is wrong with a record that has it, and what to do
    :param field: of the registry, which is to be mended
    :param condition: of a row in which it is so
    :param value: a text, what is wrong; another one is another problem
    :param rows: a query of pairs, id and value, of the records in which it is so
    :param is_doubt: it may be right: a person can say so
    """

    name: str
    label: str
    sentence: str
    field: str = ""
    condition: SQL | None = None
    value: SQL = SQL("''")
    rows: SQL | None = None
    is_doubt: bool = False

    @property
    def severity(self):
        return "doubt" if self.is_doubt else "refused"


def checks_of(env):
    """Model → its checks, of every kind of record that a save sends, and of what brings
    them.

    :rtype: dict[str, list[DataCheck]]
    """
    models = [*env["dokstamp.entity"]._registry_models(), "dokstamp.source.link"]
    return {name: env[name].sudo()._get_data_checks() for name in models}
