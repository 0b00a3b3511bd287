"""Two children with their parents' address: two people, and a person decides."""

from .edits import GARDEN, add_members
from .show import DemoFailed, Step, say

FAMILY = "family@example.com"
CHILDREN = (("Fern Meadow", "2011-05-04"), ("Heath Meadow", "2013-09-21"))
OWN_ADDRESS = "heath.meadow@example.com"


class NotHeldBack(DemoFailed):
    """The second child went out under the first one's address."""


def show_siblings(school):
    """Both join a course; the second one waits for a word, and for an own address.

    :raise NotHeldBack: nobody was asked
    """
    with Step(f"Two children whose contacts have one address, {FAMILY}, join a course"):
        children = [
            school.admin.call("res.partner", "create", {"name": name, "email": FAMILY})
            for name, _born in CHILDREN
        ]
        channel = school.admin.ref(GARDEN)
        add_members(school.officer, channel, children)
        school.wait_until_quiet()
    first, second = [_link(school, child) for child in children]
    if first["error"] or not second["error"]:
        raise NotHeldBack(f"{first}, {second}")
    say(f"    {CHILDREN[0][0]} is a student; {CHILDREN[1][0]} is held back:")
    say(f"    {second['error']}")
    with Step("The registrar presses Another person; the child gets an own address"):
        school.registrar.call(
            "dokstamp.source.link", "action_another_person", [second["id"]]
        )
        values = {"email": OWN_ADDRESS}
        school.admin.call("res.partner", "write", [children[1]], values)
        for child, (_name, born) in zip(children, CHILDREN, strict=True):
            student = school.fed("res.partner", child, "dokstamp.student")["id"]
            values = {"date_of_birth": born}
            school.registrar.call("dokstamp.student", "write", [student], values)
        school.wait_until_quiet()


def _link(school, partner):
    domain = [("res_model", "=", "res.partner"), ("res_id", "=", partner)]
    fields = ["error", "entity_id"]
    return school.registrar.read("dokstamp.source.link", domain, fields)[0]
