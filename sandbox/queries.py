"""`where[...]`, `sort[...]`, `page` and `per_page` (dokstamp-api.md 4 and 5)."""

import re

from sqlalchemy import Boolean, ColumnElement, Float, Integer, Select, func, select
from sqlalchemy.sql.schema import Column

from .answers import Invalid
from .entity import Entity
from .options import Options

WHERE = re.compile(r"where\[(\w+)\]")
TRUE = {"1", "true"}


def _typed(column: Column, value: str):
    """The text of a query as the column's type; None if it can't be one."""
    if isinstance(column.type, Boolean):
        return value.lower() in TRUE
    if isinstance(column.type, Integer | Float):
        try:
            return float(value)
        except ValueError:
            return None
    return value


def equals(column: Column, value, options: Options) -> ColumnElement:
    """Whether a column holds a value, the way the collation compares texts."""
    if isinstance(value, str) and options.ignore_case:
        return func.lower(column) == value.lower()
    return column == value


def _condition(entity: Entity, name: str, value: str, options: Options):
    """The condition for one `where`, or None where the platform would ignore it."""
    known = name in entity.known_filters(options)
    if not known and options.unknown_filter == "reject":
        raise Invalid({f"where.{name}": [f"The filter {name} is not allowed."]})
    honoured = known or options.unknown_filter == "honour"
    if not honoured or name not in entity.table.c:
        return None
    column = entity.table.c[name]
    if value == "null":
        return column.is_(None)
    return equals(column, _typed(column, value), options)


def filtered(entity: Entity, query: dict[str, str], options: Options) -> list:
    """All conditions of a query string."""
    conditions = []
    for key, value in query.items():
        match = WHERE.fullmatch(key)
        if match:
            condition = _condition(entity, match[1], value, options)
            if condition is not None:
                conditions.append(condition)
    return conditions


def ordered(query: Select, entity: Entity, given: dict, options: Options) -> Select:
    """The query in the order asked for; ties and no wish go by age."""
    column = given.get("sort[column]", "")
    if column in entity.table.c and column in {*entity.fields, "updated_at"}:
        wished = entity.table.c[column]
        down = given.get("sort[order]", "asc").lower() == "desc"
        query = query.order_by(wished.desc() if down else wished.asc())
    age = entity.table.c.id
    return query.order_by(age.desc() if options.default_sort == "newest" else age)


def page_of(query: dict[str, str], options: Options) -> tuple[int, int]:
    """(page, per_page): nonsense counts as not given, too much is cut silently."""
    page = _positive(query.get("page"), 1)
    per_page = _positive(query.get("per_page"), options.per_page_default)
    return page, min(per_page, options.per_page_max)


def _positive(value: str | None, default: int) -> int:
    if value and value.isascii() and value.isdigit() and int(value[:9]) > 0:
        return int(value[:9])
    return default


def listed(db, entity: Entity, conditions: list, given: dict, options: Options):
    """One page of rows, and its `meta`."""
    page, per_page = page_of(given, options)
    total = db.scalar(select(func.count()).select_from(entity.table).where(*conditions))
    query = ordered(select(entity.table).where(*conditions), entity, given, options)
    rows = db.execute(query.limit(per_page).offset((page - 1) * per_page)).mappings()
    meta = {"current_page": page, "per_page": per_page, "total": total}
    if options.list_links:
        first = (page - 1) * per_page + 1
        meta["last_page"] = max(1, -(-total // per_page))
        meta["from"] = first if first <= total else None
        meta["to"] = min(first + per_page - 1, total) if first <= total else None
    return [dict(row) for row in rows], meta
