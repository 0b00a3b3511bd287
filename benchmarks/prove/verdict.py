"""What must be so when it is quiet again, whatever has happened before."""

import json
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from demo_parts import database as db
from demo_parts.compare import Comparison
from demo_parts.dokstamp import KEYS

from .school import DOMAIN, NAME

PLACE = ("student_uuid", "course_uuid", "cohort_uuid")
FINAL = ("issued", "revoked")
# Answers that are no refusal of what was sent: of access, of pace, of what is gone.
NO_REFUSAL = (401, 403, 404, 408, 409, 429)
ENDED = {"issued": ["issued"], "revoked": ["issued", "revoked"]}
SHOWN = 8
BEFORE = timedelta(seconds=1)  # an answer is on its way into the database
AFTER = timedelta(seconds=3)  # a flush without a database ends what it has begun
HEADER = re.compile(r"[-\d]+ [\d:,]+ \d+ [A-Z]+ \S+ (?P<logger>[\w.]+):")


def violations(school):
    """What is not as it must be, a sentence each.

    :rtype: list[str]
    """
    found = [
        *_stuck(school),
        *_failed(school),
        *_unequal(school),
        *_doubled(school),
        *_certificates(school),
        *_register(school),
        *_logged(school),
        *_untold(school),
        *_refused_twice(school),
    ]
    return found[:SHOWN]


def left_behind(school, deleted):
    """What was deleted here is gone there, or archived where it may not be deleted,
    before anybody has looked for what was missed.

    :param dict deleted: uuid → model and id
    :rtype: list[str]
    """
    stays = {
        tuple(line.split("|"))
        for line in db.psql(
            "SELECT res_model, res_id FROM dokstamp_sync_record"
            " WHERE operation = 'remove' AND state <> 'done'"
            " AND failure_type IS DISTINCT FROM 'superseded'",
            school.database,
        ).splitlines()
    }
    certified = {
        uuid
        for row in school.sandbox.rows("certificates", deleted=True)
        for uuid in (row[name] for name in (*PLACE, "enrollment_uuid"))
    }
    return [
        f"left behind: {entity} {row['uuid']}"
        for entity in ("students", "courses", "enrollments")
        for row in school.sandbox.rows(entity)
        if row["uuid"] in deleted.keys() - certified
        and row.get("status") != "archived"
        and row.get("completion_status") != "dropped"
        and tuple(map(str, deleted[row["uuid"]])) not in stays
    ][:SHOWN]


def _stuck(school):
    return [f"stuck: {row}" for row in school.unsettled()]


def _failed(school):
    """But for certificates of what was undone or archived before they went out."""
    rows = db.psql(
        "SELECT res_model, res_id, operation, failure_type, failure_message"
        " FROM dokstamp_sync_record WHERE state = 'failed'",
        school.database,
    )
    refused = tuple(
        f"dokstamp.certificate|{one}|issue|incomplete|" for one in school.refused
    )
    return [
        f"failed: {row}" for row in rows.splitlines() if not row.startswith(refused)
    ]


def _unequal(school):
    """Field by field, but for what a person has cancelled, also where nobody heard of
    what was made; and what others have made at DokStamp: that is theirs until it is
    adopted.
    """
    cancelled = db.psql(
        "SELECT DISTINCT b.dokstamp_uuid FROM dokstamp_sync_record q"
        " LEFT JOIN dokstamp_binding b ON b.res_model = q.res_model"
        " AND b.res_id = q.res_id AND b.account_id = q.account_id"
        " WHERE q.state = 'cancelled' AND q.failure_type IS NULL",
        school.database,
    ).split()
    unbound = school.theirs.union(_given_up(school))
    comparison = Comparison(school.office, school.sandbox)
    return [
        f"unequal: {difference}"
        for difference in comparison.differences
        if not any(uuid in difference for uuid in cancelled)
        and not (
            difference.endswith("not in Odoo")
            and any(uuid in difference for uuid in unbound)
        )
        and "no uuid" not in difference
    ]


def _given_up(school):
    """:return: uuids of what may have been made before a person cancelled it"""
    attempts = db.psql(
        "SELECT json_array_elements(tried_keys::json) FROM dokstamp_sync_record"
        " WHERE state = 'cancelled' AND failure_type IS DISTINCT FROM 'superseded'",
        school.database,
    )
    for line in attempts.splitlines():
        sent = json.loads(line).items()
        keys = {key: value for key, value in sent if not key.startswith("@")}
        for entity in KEYS if keys else ():
            for row in school.sandbox.rows(entity):
                if keys.items() <= row.items():
                    yield row["uuid"]


def _doubled(school):
    for entity, names in KEYS.items():
        found = Counter(
            (row["tenant"], *(row[name] for name in names))
            for row in school.sandbox.rows(entity)
        )
        for key, count in found.items():
            if count > 1:
                yield f"doubled: {entity} {key[1:]}: {count} times"


def _certificates(school):
    """Each as Odoo says, with one document, and one live at most in each place."""
    files = {row["uuid"]: row for row in school.sandbox.rows("files", deleted=True)}
    theirs = {
        row["uuid"]: row for row in school.sandbox.rows("certificates", deleted=True)
    }
    ours = school.office.read(
        "dokstamp.certificate", [], ["state", "dokstamp_uuid", "pdf_sha256"]
    )
    for one in ours:
        remote = theirs.get(one["dokstamp_uuid"])
        if one["state"] in FINAL and remote is None:
            yield f"certificate {one['id']} is {one['state']}, and DokStamp has none"
        elif remote and one["state"] in FINAL and remote["status"] != one["state"]:
            yield f"certificate {one['id']}: {one['state']}, there {remote['status']}"
        elif one["state"] == "issued" and (
            files[remote["file_uuid"]]["sha256"] != one["pdf_sha256"]
        ):
            yield f"certificate {one['id']} has another document at DokStamp"
    known = {one["dokstamp_uuid"] for one in ours}
    yield from (f"certificate {u} is only at DokStamp" for u in theirs.keys() - known)
    live = Counter(
        tuple(row[name] for name in PLACE)
        for row in theirs.values()
        if row["status"] == "issued"
    )
    yield from (f"{n} live certificates of one place" for n in live.values() if n > 1)
    documents = db.psql(
        "SELECT c.id || ' has ' || count(a.id) FROM dokstamp_certificate c"
        " LEFT JOIN ir_attachment a ON a.res_model = 'dokstamp.certificate'"
        " AND a.res_field = 'pdf' AND a.res_id = c.id WHERE c.state = 'issued'"
        " GROUP BY c.id HAVING count(a.id) <> 1",
        school.database,
    )
    yield from (f"certificate {row} documents" for row in documents.splitlines())


def _register(school):
    """Numbers without a gap, and each certificate's lines in order."""
    lines = school.office.read(
        "dokstamp.register.entry",
        [],
        ["certificate_id", "event", "year", "entry_number", "company_id"],
    )
    numbers, events = defaultdict(list), defaultdict(list)
    for line in sorted(lines, key=lambda line: line["entry_number"]):
        numbers[line["company_id"], line["year"]].append(line["entry_number"])
        events[line["certificate_id"]].append(line["event"])
    for found in numbers.values():
        if found != list(range(1, len(found) + 1)):
            yield f"the register has gaps: {found}"
    certificates = school.office.read(
        "dokstamp.certificate", [("state", "in", FINAL)], ["state", "replaces_id"]
    )
    for one in certificates:
        expected = list(ENDED[one["state"]])
        if one["replaces_id"]:
            expected[0] = "replaced"
        if events[one["id"]] != expected:
            yield f"the register says {events[one['id']]} of a {one['state']} one"


def _logged(school):
    """Names and addresses have no place in a log; a sentence that refuses a person is
    logged by Odoo itself.
    """
    personal, logger = re.compile(f"{NAME}|{re.escape(DOMAIN)}"), ""
    for line in school.log.read_text(errors="replace").splitlines():
        if begun := HEADER.match(line):
            logger = begun["logger"]
        if logger != "odoo.http" and personal.search(line):
            yield f"logged by {logger}: {personal.sub('…', line)[:200]}"


def _untold(school):
    """Each writing call that was answered has its line in the audit log, but for those
    that were answered in the very moment of a death.
    """
    answered = Counter(
        (row["method"], row["path"])
        for row in school.sandbox.requests()
        if row["method"] != "GET"
        and row["outcome"] == "answered"
        and 200 <= row["status"] < 300
        and not row["path"].startswith(("/oauth", "/auth"))
        and not _in_the_moment_of(school.deaths, row)
        and "httpx" not in row["headers"].get("user-agent", "")  # somebody else
    )
    told = Counter(
        tuple(line.split("|"))
        for line in db.psql(
            "SELECT method, path FROM dokstamp_audit_log WHERE method <> 'GET'",
            school.database,
        ).splitlines()
    )
    for (method, path), count in (answered - told).items():
        yield f"not in the audit log: {count} × {method} {path}"


def _in_the_moment_of(deaths, row):
    at = datetime.fromisoformat(row["at"])
    ended = at + timedelta(milliseconds=row["duration_ms"])
    return any(ended > death - BEFORE and at < death + AFTER for death in deaths)


def _refused_twice(school):
    """The same call refused twice, and nobody has changed or retried anything."""
    refused = Counter(
        (row["method"], row["path"], str(row["body"]))
        for row in school.sandbox.requests(school.calm_since)
        if row["method"] != "GET"
        and 400 <= (row["status"] or 0) < 500
        and row["status"] not in NO_REFUSAL
    )
    for (method, path, _body), count in refused.items():
        if count > 1:
            yield f"refused {count} times: {method} {path}"
