"""My certificates, as the student sees them in the portal."""

import re
import subprocess

from .rpc import OdooError
from .show import DemoFailed

PAGE = "/my/certificates"
CARD = re.compile(r'id="certificate-(\d+)"')
OFFER = re.compile(rf'href="{PAGE}/(\d+)/pdf"')


class WrongPortal(DemoFailed):
    """The portal shows or hides the wrong certificates; the message says which."""


def look_at_portal(school, certificates):
    """Log in as the student, open the page, and download what it offers.

    :return: how many certificates are listed, and how many PDFs are offered
    :rtype: tuple[int, int]
    :raise WrongPortal: anything else than the student's own certificates, or no PDF
    """
    page = school.member.download(PAGE).decode()
    listed, offered = (set(map(int, found.findall(page))) for found in (CARD, OFFER))
    mistakes = [
        *compare(school, certificates, listed, offered),
        *(m for number in sorted(offered) for m in check_document(school, number)),
        *(m for c in certificates for m in check_stranger(school, c, listed)),
    ]
    if mistakes:
        raise WrongPortal("\n".join(mistakes))
    return len(listed), len(offered)


def compare(school, certificates, listed, offered):
    """The page has the student's own, and offers the PDFs of those still valid."""
    student = school.fed("res.partner", school.member.partner_id, "dokstamp.student")
    own = {c["id"]: c["state"] for c in certificates if _is_of(c, student)}
    valid = {number for number, state in own.items() if state == "issued"}
    if listed != own.keys() or offered != valid:
        yield f"listed {listed} of {own.keys()}, PDFs of {offered} instead of {valid}"


def _is_of(certificate, student):
    return certificate["student_id"][0] == student["id"]


def check_document(school, number):
    """It is the PDF that the registrar has, and can be read."""
    document = school.member.download(f"{PAGE}/{number}/pdf")
    kept = school.registrar.download(f"/web/content/dokstamp.certificate/{number}/pdf")
    told = subprocess.run(
        ["pdfinfo", "-"], input=document, capture_output=True, check=False
    )
    if not document.startswith(b"%PDF-") or told.returncode:
        yield f"certificate {number}: the portal's download is no PDF"
    elif document != kept:
        yield f"certificate {number}: the portal's PDF is another one"


def check_stranger(school, certificate, listed):
    """Nobody downloads the certificate of somebody else."""
    if certificate["id"] in listed:
        return
    try:
        school.member.download(f"{PAGE}/{certificate['id']}/pdf")
    except OdooError:
        return
    yield f"{certificate['number']}: somebody else can download it"
