"""The registrar's spreadsheet: export the students, fill in birth dates, import it."""

import csv
import io
from datetime import date, timedelta

from .show import DemoFailed

FIELDS = ["id", "name", "date_of_birth"]
FIRST_BIRTHDAY = date(1988, 2, 29)
APART = timedelta(days=217)  # so that no two invented birthdays are alike
OPTIONS = {
    "has_headers": True,
    "advanced": True,
    "keep_matches": False,
    "encoding": "utf-8",
    "separator": ",",
    "quoting": '"',
    "date_format": "%Y-%m-%d",
    "datetime_format": "",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
}


class ImportRefused(DemoFailed):
    """Odoo's import did not take the file."""


def write_csv(registrar, file):
    """Export the students without a birth date, and invent one for each.

    :return: how many
    """
    students = registrar.call(
        "dokstamp.student", "search", [("date_of_birth", "=", False)], order="id"
    )
    export = registrar.call("dokstamp.student", "export_data", students, FIELDS)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    for number, (external_id, name, _none) in enumerate(export["datas"]):
        birthday = FIRST_BIRTHDAY + APART * number
        writer.writerow([external_id, name, birthday.isoformat()])
    file.write_text(text.getvalue())
    return len(export["datas"])


def import_csv(registrar, file):
    """Upload it, look at the preview, press Test, press Import: Odoo's own import.

    :return: how many records were imported
    :raise ImportRefused: with Odoo's messages
    """
    values = {"res_model": "dokstamp.student"}
    wizard = registrar.call("base_import.import", "create", values)
    registrar.upload(
        "/base_import/set_file", file.name, file.read_bytes(), "text/csv", id=wizard
    )
    preview = registrar.call("base_import.import", "parse_preview", [wizard], OPTIONS)
    columns = preview["headers"]
    matched = {int(column): path for column, path in preview["matches"].items()}
    fields = ["/".join(matched[number]) for number in range(len(columns))]
    for is_test in (True, False):
        answer = registrar.call(
            "base_import.import",
            "execute_import",
            [wizard],
            fields,
            columns,
            OPTIONS,
            dryrun=is_test,
        )
        if answer["messages"]:
            raise ImportRefused(answer["messages"])
    return len(answer["ids"])
