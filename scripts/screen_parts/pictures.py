"""The pictures: whose screen, and the way to what it shows."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from .browser import DESK, PAGE, PHONE, make_small

PDF_WIDTH = 1200  # pixels
FORM, ROWS, CARDS = ".o_form_view", ".o_data_row", ".o_kanban_record"
REGISTRAR, ADMIN, MEMBER, STRANGER = "registrar", "admin", "portal", None


# Shown on the addon's page in Apps, too, and therefore kept there.
STORE = "dokstamp_connector/static/description"
OF_STORE = {"overview", "wizard", "certificate-pdf", "portal-phone"}


def folder_of(picture):
    """Where a picture is kept, from the project's root."""
    return STORE if picture.name in OF_STORE else "docs"


@dataclass
class Picture:
    """:param go: leads a visitor to what is to be seen
    :param login: whose screen; None for a stranger's
    :param size: of the window
    """

    name: str
    login: str | None
    go: Callable
    size: tuple[int, int] = DESK

    def take(self, visitor, scene, file):
        self.go(visitor, scene)
        visitor.photograph(file)


@dataclass
class Document:
    """A PDF, as it prints.

    :param path: of the scene, below Odoo's address
    """

    name: str
    path: Callable
    login: str = REGISTRAR
    size: tuple[int, int] = DESK

    def take(self, _visitor, scene, file):
        path = self.path(scene)
        command = ["pdftoppm", "-png", "-singlefile", "-r", "150"]
        command += ["-scale-to-x", str(PDF_WIDTH), "-scale-to-y", "-1"]
        subprocess.run(
            [*command, "-", file.with_suffix("")],
            input=scene.school.registrar.download(path),
            check=True,
        )
        make_small(file)


def action(name, shown, record=None):
    """A screen of the connector; ``record`` names the attribute of the scene."""

    def go(visitor, scene):
        visitor.action(name, shown, record and getattr(scene, record))

    return go


def course(visitor, scene):
    visitor.action("dokstamp_course_action", FORM, scene.course)
    visitor.click(".o_notebook .nav-link[name=certificates]")


def student(visitor, scene):
    visitor.action("dokstamp_student_action", FORM, scene.student)
    visitor.wait(f"{FORM} {ROWS}")


def wizard(visitor, scene):
    """From eLearning's list of attendees: mark all, press the button."""
    school = scene.school
    name = school.admin.read("slide.channel", [("id", "=", scene.channel)], ["name"])
    visitor.open("/odoo/action-website_slides.slide_channel_partner_action", ROWS)
    visitor.page.fill(".o_searchview_input", name[0]["name"])
    visitor.click(".o_searchview_autocomplete :text('Course')")
    visitor.wait(".o_facet_value")
    visitor.page.wait_for_timeout(1000)
    visitor.click("thead .o_list_record_selector input")
    visitor.click(".o_control_panel button:has-text('Issue certificate')")
    visitor.wait(".modal .o_data_row")


def revocation(visitor, scene):
    visitor.action("dokstamp_certificate_action", FORM, scene.certificate)
    visitor.click("button[name=action_revoke]")
    visitor.page.fill(".modal [name=reason] input", "The name was misspelt.")


def register_print(visitor, _scene):
    visitor.action("dokstamp_register_entry_action", ROWS)
    visitor.click(".o_control_panel button:has-text('Print a year')")
    visitor.wait(".modal [name=summary] span")


def trial(visitor, scene):
    """What would be sent of one enrollment, beside the source's lines."""
    visitor.action("dokstamp_source_action", FORM, scene.enrollment_source)
    visitor.click("[name=trial_id] input")
    visitor.click(".o-autocomplete--dropdown-item >> nth=0")


def reconciliation(visitor, scene):
    visitor.action("dokstamp_account_action", FORM, scene.account)
    visitor.click("button:has-text('Compare with DokStamp')")
    visitor.wait(f"{FORM} .o_statusbar_status .o_arrow_button_current:text('Done')")


def erasure(visitor, scene):
    visitor.action("dokstamp_student_action", FORM, scene.student)
    visitor.click(".o_cp_action_menus button")
    visitor.click(".o-dropdown-item:has-text('Erase personal data')")
    visitor.wait(".modal [name=going]")


def details(visitor, _scene):
    visitor.open("/my/certificates/details", "form[action*=confirm]")


def portal(visitor, _scene):
    visitor.open("/my/certificates", "[id^=certificate-]")


def links(visitor, _scene):
    visitor.open("/my/certificates/links", "details summary")
    if not visitor.page.query_selector("[id^=link-]"):
        visitor.page.evaluate("document.querySelector('details').open = true")
        visitor.page.fill("#share-note", "Garden Ltd, my application")
        visitor.click("form[action$=new] button[type=submit]")
        visitor.wait("[id^=link-]")


def shared(visitor, scene):
    links(visitor, scene)
    address = visitor.page.input_value("[id^=link-] input[readonly]")
    visitor.page.context.clear_cookies()  # a stranger from here on
    visitor.open(address, "[id^=certificate-]")


def certificate_pdf(scene):
    return f"/web/content/dokstamp.certificate/{scene.certificate}/pdf"


def register_pdf(scene):
    entries = scene.school.registrar.call("dokstamp.register.entry", "search", [])
    numbers = ",".join(map(str, entries))
    return f"/report/pdf/dokstamp_connector.register_document/{numbers}"


PICTURES = [
    Picture("overview", REGISTRAR, action("dokstamp_account_action_overview", CARDS)),
    Picture("student", REGISTRAR, student),
    Picture("course", REGISTRAR, course),
    Picture("queue", ADMIN, action("dokstamp_sync_record_action", ROWS)),
    Picture("account", ADMIN, action("dokstamp_account_action", FORM, "account")),
    Picture(
        "source", ADMIN, action("dokstamp_source_action", FORM, "enrollment_source")
    ),
    Picture("trial", ADMIN, trial),
    Picture("to-mend", REGISTRAR, action("dokstamp_data_issue_action", ROWS)),
    Picture("reconciliation", ADMIN, reconciliation),
    Picture("erasure", ADMIN, erasure),
    Picture(
        "year-closing", ADMIN, action("dokstamp_year_closing_action", ".o_form_view")
    ),
    Picture("details", MEMBER, details, PHONE),
    Picture("wizard", ADMIN, wizard),
    Picture(
        "certificate",
        REGISTRAR,
        action("dokstamp_certificate_action", FORM, "certificate"),
    ),
    Picture("certificates", REGISTRAR, action("dokstamp_certificate_action", ROWS)),
    Picture("changed", REGISTRAR, action("dokstamp_certificate_action_changed", ROWS)),
    Picture("revocation", REGISTRAR, revocation),
    Picture("issue-run", REGISTRAR, action("dokstamp_issue_run_action", FORM, "run")),
    Picture("holds", REGISTRAR, action("dokstamp_hold_action", ROWS)),
    Picture("register", REGISTRAR, action("dokstamp_register_entry_action", ROWS)),
    Picture("register-print", REGISTRAR, register_print),
    Picture("portal", MEMBER, portal, PAGE),
    Picture("portal-phone", MEMBER, portal, PHONE),
    Picture("portal-links", MEMBER, links, PAGE),
    Picture("shared-phone", MEMBER, shared, PHONE),
    Picture(
        "check",
        STRANGER,
        lambda visitor, scene: visitor.open(scene.revoked_check, "h1"),
    ),
    Document("certificate-pdf", certificate_pdf),
    Document("register-pdf", register_pdf),
]
