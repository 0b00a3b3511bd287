"""The pictures: whose screen, and the way to what it shows."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from .browser import make_small

PDF_WIDTH = 1200  # pixels
FORM, ROWS, CARDS = ".o_form_view", ".o_data_row", ".o_kanban_record"
REGISTRAR, ADMIN, MEMBER, STRANGER = "registrar", "admin", "portal", None


@dataclass
class Picture:
    """:param go: leads a visitor to what is to be seen
    :param login: whose screen; None for a stranger's
    """

    name: str
    login: str | None
    go: Callable

    def take(self, visitor, scene, file):
        self.go(visitor, scene)
        visitor.photograph(file)


@dataclass
class Document:
    """The PDF of a certificate, as it prints."""

    name: str
    login: str = REGISTRAR

    def take(self, _visitor, scene, file):
        path = f"/web/content/dokstamp.certificate/{scene.certificate}/pdf"
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


PICTURES = [
    Picture("overview", REGISTRAR, action("dokstamp_account_action_overview", CARDS)),
    Picture("student", REGISTRAR, student),
    Picture("course", REGISTRAR, course),
    Picture("queue", ADMIN, action("dokstamp_sync_record_action", ROWS)),
    Picture("account", ADMIN, action("dokstamp_account_action", FORM, "account")),
    Picture(
        "source", ADMIN, action("dokstamp_source_action", FORM, "enrollment_source")
    ),
    Picture("wizard", ADMIN, wizard),
    Picture(
        "certificate",
        REGISTRAR,
        action("dokstamp_certificate_action", FORM, "certificate"),
    ),
    Picture("issue-run", REGISTRAR, action("dokstamp_issue_run_action", FORM, "run")),
    Picture("register", REGISTRAR, action("dokstamp_register_entry_action", ROWS)),
    Picture(
        "portal",
        MEMBER,
        lambda visitor, _scene: visitor.open("/my/certificates", "[id^=certificate-]"),
    ),
    Picture(
        "check",
        STRANGER,
        lambda visitor, scene: visitor.open(scene.revoked_check, "h1"),
    ),
    Document("certificate-pdf"),
]
