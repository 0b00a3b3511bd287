"""Columns whose fields are computed now; Odoo leaves them behind."""

from odoo.tools.sql import SQL, column_exists

LEFT = {"dokstamp_certificate_issue_line": "obstacle"}


def migrate(cr, version):
    for table, column in LEFT.items():
        if column_exists(cr, table, column):
            cr.execute(
                SQL(
                    "ALTER TABLE %s DROP COLUMN %s",
                    SQL.identifier(table),
                    SQL.identifier(column),
                )
            )
