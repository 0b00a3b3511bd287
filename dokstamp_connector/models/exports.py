"""Exports: what people are called on a website is no formula of the office's
spreadsheet.
"""

from odoo import models

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


class Base(models.AbstractModel):
    _inherit = "base"

    def export_data(self, fields_to_export):
        """Odoo marks texts that begin like a formula in CSV files, in XLSX files it
        makes formulas of them.
        """
        result = super().export_data(fields_to_export)
        if self._name.startswith("dokstamp."):
            result["datas"] = [list(map(_as_text, row)) for row in result["datas"]]
        return result


def _as_text(cell):
    if isinstance(cell, str) and cell.startswith(FORMULA_BEGINS):
        return f"'{cell}"
    return cell
