"""Certificates as anybody may check them, and as both sides hold them."""

import re
import subprocess
from collections import Counter
from dataclasses import dataclass

import httpx

from .show import DemoFailed, say

HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
PAGES = re.compile(rb"^Pages:\s+(\d+)$", re.MULTILINE)
TOLD = {
    "revoked": "This certificate was revoked",
    "expired": "This certificate has expired",
}


class WrongCertificates(DemoFailed):
    """Odoo, DokStamp and the links do not tell the same; the message says where."""


@dataclass
class Look:
    """What a stranger who follows a check link gets.

    :param int status: of HTTP
    :param str told: in a few words
    :param target: the address that it leads to, or None
    """

    status: int
    told: str
    target: str | None = None


def look(certificate):
    """Follow the check link as a phone's camera does, without a login."""
    answer = httpx.get(certificate["check_url"], timeout=30)
    target = answer.headers.get("location")
    if target:
        return Look(answer.status_code, f"{answer.status_code} to DokStamp", target)
    heading = HEADING.search(answer.text)
    told = heading[1].strip() if heading else "no heading"
    return Look(answer.status_code, f"{answer.status_code} {told}")


def check(school, sandbox, certificates):
    """All that has to hold for them.

    :raise WrongCertificates: it does not
    """
    mistakes = [
        *compare_sides(sandbox, certificates),
        *count_live(sandbox, certificates),
        *(m for c in certificates for m in check_link(c)),
        *(m for c in certificates for m in check_document(school, c)),
    ]
    if mistakes:
        raise WrongCertificates("\n".join(mistakes))
    say(f"==> {len(certificates)} certificates: equal on both sides, one live at most")
    say("    for each student and course, each with its PDF of one page")


def compare_sides(sandbox, certificates):
    """Uuid, state and address of each."""
    theirs = {
        row["uuid"]: (row["status"], f"{sandbox.url}/verify/{row['short_id']}")
        for row in sandbox.rows("certificates")
    }
    ours = {
        c["dokstamp_uuid"]: (c["state"], c["verification_url"]) for c in certificates
    }
    for uuid in sorted({*ours, *theirs}, key=str):
        if ours.get(uuid) != theirs.get(uuid):
            yield f"{uuid}: {ours.get(uuid)} in Odoo, {theirs.get(uuid)} at DokStamp"


def count_live(sandbox, certificates):
    """One for each student and course, none where it was revoked for good."""
    live = Counter(
        (row["student_uuid"], row["course_uuid"])
        for row in sandbox.rows("certificates")
        if row["status"] == "issued"
    )
    places = {(c["student_id"][0], c["course_id"][0]) for c in certificates}
    replaced = {c["replaces_id"][0] for c in certificates if c["replaces_id"]}
    gone = [
        c for c in certificates if c["state"] == "revoked" and c["id"] not in replaced
    ]
    if live.total() != len(live) or len(live) != len(places) - len(gone):
        yield f"{live.total()} live for {len(live)} of {len(places)} places"


def check_link(certificate):
    """An issued one leads to DokStamp's page, another says what became of it."""
    seen, number, state = look(certificate), certificate["number"], certificate["state"]
    expected = TOLD.get(state)
    if state == "issued":
        page = httpx.get(certificate["verification_url"], timeout=30)
        if (seen.status, seen.target) != (302, certificate["verification_url"]):
            yield f"{number}: its check link leads to {seen}"
        if not page.is_success or "is valid" not in page.text:
            yield f"{number}: DokStamp's page does not call it valid"
    elif seen.status != 200 or not seen.told.endswith(expected):
        yield f"{number}: its check link says {seen}"


def check_document(school, certificate):
    """The PDF can be read, and has one page."""
    path = f"/web/content/dokstamp.certificate/{certificate['id']}/pdf"
    document = school.registrar.download(path)
    told = subprocess.run(
        ["pdfinfo", "-"], input=document, capture_output=True, check=False
    )
    pages = PAGES.search(told.stdout)
    if not pages or pages[1] != b"1":
        yield f"{certificate['number']}: no PDF of one page: {told.stderr.decode()}"
