"""What a school has: made through the addon's own models, in any of its versions."""

from demo_parts.dokstamp import CLIENT_ID, CLIENT_SECRET, TENANT

from .world import Wrong

BUTTONS_BEFORE = ("action_test_connection",)
# its check links lead to this machine, which nobody else reaches
BUTTONS = (*BUTTONS_BEFORE, "action_confirm_check_address")
REFUSED = "Refused"
SENTENCE = {"name": ["This name is not allowed."]}


class School:
    """A school in a world whose Odoo runs, connected to a sandbox.

    :param buttons: of a new account, in the order in which a person presses them
    :cvar unsent: names in the calls that a queue which was left still has to make
    :ivar dict ids: kind of record → ids, in the order in which they were made
    """

    unsent = ("Course 0, renamed", "Newcomer")

    def __init__(self, world, sandbox, buttons=BUTTONS):
        self.world, self.sandbox, self.buttons = world, sandbox, buttons
        self.ids = {}

    def call(self, kind, method, *args):
        return self.world.admin.call(f"dokstamp.{kind}", method, *args)

    def create(self, kind, *values):
        ids = self.call(kind, "create", list(values))
        self.ids.setdefault(kind, []).extend(ids)
        return ids

    def fill(self):
        """All of it: registry, certificates, and a queue with rows of every state."""
        self.connect()
        self.keep_registry()
        self.certify()
        self.leave_unsent()
        self.check_queue()

    def connect(self):
        """Set up the account and its institution, as a person does."""
        [account] = self.create(
            "account",
            {
                "name": "DokStamp",
                "base_url": self.sandbox.url,
                "tenant": TENANT,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
            },
        )
        for button in self.buttons:
            self.call("account", button, [account])
        [institution] = self.create(
            "institution", {"name": "Green Thumb School", "country": "Portugal"}
        )
        self.write("account", {"institution_id": institution})
        self.world.wait_until_quiet()

    def write(self, kind, values, number=0):
        self.call(kind, "write", [self.ids[kind][number]], values)

    def keep_registry(self):
        """A few records of every kind, all sent."""
        courses = self.create(
            "course",
            *({"name": f"Course {n}", "code": f"C{n}"} for n in range(3)),
        )
        modules = self.create(
            "module", *({"name": f"Module {n}", "code": f"M{n}"} for n in range(3))
        )
        self.create("organization", {"name": "Faculty of Botany"})
        [group] = self.create(
            "module.group", {"name": "First term", "course_id": courses[0]}
        )
        self.create(
            "curriculum.line",
            *(
                {"course_id": courses[0], "module_id": module, "group_id": group}
                for module in modules[:2]
            ),
        )
        [cohort] = self.create("cohort", {"code": "AUTUMN", "course_id": courses[0]})
        self._enroll(courses[0], cohort)
        self.world.wait_until_quiet()

    def _enroll(self, course, cohort):
        students = self.create("student", *(_student(f"Student {n}") for n in range(6)))
        self.create(
            "enrollment",
            *(
                {
                    "student_id": student,
                    "course_id": course,
                    "cohort_id": cohort,
                    "enrolled_at": "2026-09-01",
                    "completion_status": "completed",
                    "completed_at": "2026-10-01",
                }
                for student in students
            ),
        )

    def certify(self):
        """Certificates: three issued, of which one is revoked and one issued anew; a
        draft, and one that is only deleted again.
        """
        values = [
            {
                "student_id": self.ids["student"][number],
                "course_id": self.ids["course"][0],
                "enrollment_id": self.ids["enrollment"][number],
            }
            for number in range(4)
        ]
        certificates = self.create("certificate", *values)
        self.call("certificate", "action_issue", certificates[:3])
        self.wait_for_states(issued=3)
        for number, act in ((0, "revoke"), (1, "reissue")):
            reason = {"revocation_reason": "Wrong name"}
            self.write("certificate", reason, number)
            self.call("certificate", f"action_{act}", [certificates[number]])
        self.wait_for_states(revoked=2, issued=2)
        self.world.wait_until_quiet()

    def wait_for_states(self, **counts):
        def are_there():
            return all(
                self.world.number(
                    f"SELECT count(*) FROM dokstamp_certificate WHERE state = '{state}'"
                )
                == count
                for state, count in counts.items()
            )

        self.world._wait(are_there, f"certificates {counts}")

    def leave_unsent(self):
        """What is under way in a queue: failed, waiting, cancelled, pending."""
        self.sandbox.refuse("/students", REFUSED, SENTENCE)
        [refused] = self.create("student", _student(REFUSED))
        self.create(
            "enrollment",
            {
                "student_id": refused,
                "course_id": self.ids["course"][1],
                "enrolled_at": "2026-09-01",
            },
        )
        self.world.wait_until_quiet()
        self.write("account", {"sync_mode": "scheduled"})
        self.create("organization", {"name": "Never sent"})
        rows = self.world.admin.call(
            "dokstamp.sync.record", "search", [("state", "=", "pending")], limit=1
        )
        self.world.admin.call("dokstamp.sync.record", "action_cancel", rows)
        self.write("course", {"name": self.unsent[0]})
        self.create("student", _student(self.unsent[1]))

    def check_queue(self):
        """:raise Wrong: a state that the test is about is missing"""
        states = {
            tuple(cells)
            for cells in self.world.cells(
                "SELECT DISTINCT state, waiting_for IS NOT NULL"
                " FROM dokstamp_sync_record"
            )
        }
        meant = {("done", "f"), ("failed", "f"), ("pending", "t"), ("pending", "f")}
        if missing := {*meant, ("cancelled", "f")} - states:
            raise Wrong(f"the queue has no row that is {missing}")


def _student(name):
    return {
        "name": name,
        "email": f"{name.replace(' ', '.').lower()}@example.com",
        "date_of_birth": "2001-02-03",
    }
