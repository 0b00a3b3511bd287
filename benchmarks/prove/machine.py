"""Everything that may happen to a school, one rule each; Hypothesis chooses the order.

A trace ends when all that was to be done is done; then nothing may be lost or doubled:
`verdict`.
"""

import functools
import sys
import time
from collections import Counter

from demo_parts.rpc import OdooError
from hypothesis import stateful
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition

from .school import DOMAIN, NAME, SCHOOL, until
from .verdict import left_behind, violations

MODELS = tuple(
    f"dokstamp.{kind}" for kind in ("course", "cohort", "student", "enrollment")
)
ANY = st.integers(0, 999)  # which one of those that there are
WORDS = st.sampled_from(("Botany", "Garden", "Ética", "数学", "O'Hara & Sons", "   x "))
RARE = st.integers(0, 3).map(lambda number: not number)
PATHS = st.sampled_from(
    (
        "/students",
        "/courses",
        "/cohorts",
        "/enrollments",
        "/(students|courses|cohorts|enrollments)/[^/]*",
        "/files",
        "/certificates",
        "/certificates/[^/]*/revoke",
        "/oauth/token",
        ".*",
    )
)
METHODS = st.sampled_from(("GET", "POST", "PATCH", "PUT", None))
UNANSWERED = (
    {"drop": "before"},
    {"drop": "after"},
    {"truncate": True},
    {"empty": True},
    {"status": 500},
    {"status": 503},
    {"after_status": 500},
    {"after_status": 502},
    {"html": 502},
    {"content_type": "text/plain"},
    {"delay": 0.3},
)
UNHEARD = ({"drop": "after"}, {"truncate": True}, {"after_status": 500})
REFUSED = (
    {"status": 400},
    {"status": 401},
    {"status": 403},
    {"status": 404},
    {"status": 409},
    {"status": 422, "json": {"message": "No.", "errors": {"name": ["Not so."]}}},
    # a wait stands in the servers' memory too, where no hour passes at once
    {"status": 429, "headers": {"Retry-After": "1"}},
)
# A proxy that repeats makes two of what DokStamp does not keep apart: no connector can
# hinder that. These it keeps apart.
REPEATED = "/students|/certificates"
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "per_page_max": st.sampled_from((2, 100)),
        "default_sort": st.sampled_from(("oldest", "newest")),
        "list_links": st.booleans(),
        "success_true_on_success": st.booleans(),
        "unknown_filter": st.sampled_from(("ignore", "reject", "honour")),
        "enrollments_filter_student": st.booleans(),
        "ignore_case": st.booleans(),
        "unknown_keys": st.sampled_from(("ignore", "reject")),
        "update_status": st.sampled_from((200, 204)),
        "delete_status": st.sampled_from((200, 204)),
        "put_clears": st.booleans(),
        "course_code_unique": st.sampled_from(("none", "institution", "tenant")),
        "cohort_code_scope": st.sampled_from(("tenant", "course")),
        "enrollment_unique": st.booleans(),
        "file_dedup": st.sampled_from(("tenant", "none")),
        "certificate_pipeline": st.sampled_from(("sync", "async")),
        "revoke_again": st.sampled_from(("accept", "reject")),
    },
)
DEATHS = ("kill", "kill", "cut off", "restart PostgreSQL", "crash PostgreSQL")
HANGS = ({"drop": "hang", "seconds": 4}, {"drop": "hang_after", "seconds": 4})
ANY_STATE = {"active_test": False}
A_WHILE = 1.5  # seconds in which answers are noted: longer than `verdict.BEFORE`
LONG = 6  # seconds that a call takes; a dead sender's rows wait for four


def recorded(decorate):
    """Make Hypothesis' decorator one whose steps the machine itself writes down: what
    went wrong once need not go wrong again when the trace is played to be shown.
    """

    def decorator(**strategies):
        def wrap(method):
            @functools.wraps(method)
            def step(self, *of_another_step, **arguments):
                if not of_another_step:
                    shown = ", ".join(f"{k}={v!r}" for k, v in arguments.items())
                    self.trace.append(f"state.{method.__name__}({shown})")
                    self.note("steps")
                method(self, *of_another_step, **arguments)

            return decorate(**strategies)(step)

        return wrap

    return decorator


initialize, rule = recorded(stateful.initialize), recorded(stateful.rule)


class Everything(RuleBasedStateMachine):
    """:cvar School school: where it happens; set before it runs
    :cvar Counter done: what has happened, over all traces
    :cvar list failures: of each the error and the steps that led there
    :cvar ended: what somebody has ended the run with
    """

    school = None
    done = Counter()
    failures = []
    ended = None

    def __init__(self):
        super().__init__()
        self.trace = []
        self.school.begin()
        self.courses, self.cohorts, self.students = [], [], []
        self.enrollments, self.certificates, self.rows = [], [], []
        self.persons, self.memberships, self.app_courses = [], [], []
        self.is_elsewhere = False
        self.deleted = {}  # uuid → model and id of what Odoo keeps no more

    def teardown(self):
        if sys.exc_info()[0]:
            self.note_failure(sys.exc_info()[1])
            return
        try:
            self.calm_down()
        except BaseException as error:
            self.note_failure(error)
            raise
        self.done["traces"] += 1

    def note_failure(self, error):
        """Keep how it came to that; the next trace begins from the beginning."""
        self.school.is_dirty = True
        if isinstance(error, SystemExit | KeyboardInterrupt):
            type(self).ended = error  # Hypothesis takes it for one more failure
        elif isinstance(error, Exception):
            self.failures.append([f"{type(error).__name__}: {error}", *self.trace])

    # === HELPERS === #

    def note(self, what):
        self.done[what] += 1

    def call(self, model, method, *args, **kwargs):
        """As a person does: what is refused is left.

        :return: the answer; None when it was refused
        """
        self.note(f"{model.removeprefix('dokstamp.')}: {method}")
        try:
            return self.school.office.call(model, method, *args, **kwargs)
        except OdooError:
            self.note("refused with a sentence")
            return None

    def make(self, kind, among, **values):
        record = self.call(f"dokstamp.{kind}", "create", values)
        if record:
            among.append(record)

    def mail(self, number):
        return f"q{number}@{DOMAIN}"

    def records_of(self, model):
        """:return: ids of those that this trace has made"""
        return getattr(self, f"{model.removeprefix('dokstamp.')}s")

    def anybody(self, number):
        """:return: model and id of one of the registry's records"""
        found = [
            (model, record) for model in MODELS for record in self.records_of(model)
        ]
        return found[number % len(found)]

    # === BEGINNING === #

    @initialize(options=OPTIONS, is_known=st.booleans())
    def a_small_school(self, options, is_known):
        """:param is_known: DokStamp has it already"""
        self.school.control("options", {**self.school.usual, **options}, "PATCH")
        self.new_course("Botany")
        self.new_cohort(0)
        for is_over in (True, False):
            self.new_student(False)
            self.enroll(len(self.students) - 1, 0, is_over)
        self.new_app_course("Botany")
        self.new_person("Pat")
        self.join(0, 0)
        if is_known:
            self.school.quiet()
            self.issue(0)

    # === THE REGISTRY === #

    @rule(word=WORDS)
    def new_course(self, word):
        n = self.school.number()
        self.make("course", self.courses, name=f"{word} {n}", code=f"C{n}")

    @precondition(lambda self: self.courses)
    @rule(which=ANY)
    def new_cohort(self, which):
        n = self.school.number()
        course = self.courses[which % len(self.courses)]
        self.make("cohort", self.cohorts, code=f"K{n}", course_id=course)

    @rule(second=RARE)
    def new_student(self, second):
        n = self.school.number()
        self.make(
            "student",
            self.students,
            name=f"Ada {NAME} {n}",
            email=self.mail(n),
            date_of_birth="2001-02-03",
            company_id=self.school.companies[1 if second else 0],
        )

    @rule(count=st.integers(2, 6))
    def students_are_imported(self, count):
        numbers = [self.school.number() for _one in range(count)]
        names = ["name", "email", "date_of_birth"]
        lines = [[f"Imp {NAME} {n}", self.mail(n), "2002-03-04"] for n in numbers]
        result = self.call("dokstamp.student", "load", names, lines)
        self.students += (result or {}).get("ids") or []

    @precondition(lambda self: self.students and self.courses)
    @rule(student=ANY, course=ANY, is_over=st.booleans())
    def enroll(self, student, course, is_over):
        over = {"completion_status": "completed", "completed_at": "2026-10-01"}
        self.make(
            "enrollment",
            self.enrollments,
            student_id=self.students[student % len(self.students)],
            course_id=self.courses[course % len(self.courses)],
            enrolled_at="2026-09-01",
            **(over if is_over else {}),
        )

    @precondition(lambda self: self.enrollments)
    @rule(which=ANY, is_over=st.booleans())
    def complete_or_undo(self, which, is_over):
        values = {"completion_status": "enrolled", "completed_at": False}
        if is_over:
            values = {"completion_status": "completed", "completed_at": "2026-10-02"}
        one = self.enrollments[which % len(self.enrollments)]
        self.call("dokstamp.enrollment", "write", [one], values)

    @precondition(lambda self: self.students or self.courses)
    @rule(which=ANY, word=WORDS)
    def rename(self, which, word):
        model, record = self.anybody(which)
        n = self.school.number()
        values = {
            "dokstamp.cohort": {"code": f"K{n}"},
            "dokstamp.student": {"name": f"{word} {NAME} {n}"},
            "dokstamp.course": {"name": f"{word} {n}", "code": f"C{n}"},
            "dokstamp.enrollment": {"grade": n % 10},
        }
        self.call(model, "write", [record], values[model])

    @precondition(lambda self: self.students or self.courses)
    @rule(which=ANY, word=st.sampled_from((False, "Arts", "Crafts")))
    def say_or_take_back(self, which, word):
        model, record = self.anybody(which)
        names = {"dokstamp.course": "area", "dokstamp.student": "social_name"}
        if model in names:
            self.call(model, "write", [record], {names[model]: word})

    @precondition(lambda self: self.students)
    @rule(which=ANY)
    def change_an_address(self, which):
        one = self.students[which % len(self.students)]
        values = {"email": self.mail(self.school.number())}
        self.call("dokstamp.student", "write", [one], values)

    @precondition(lambda self: len(self.students) > 1)
    @rule(which=ANY)
    def hand_an_address_over(self, which):
        one = self.students[which % len(self.students)]
        other = self.students[(which + 1) % len(self.students)]
        read = self.school.office.read
        mails = read("dokstamp.student", [("id", "=", one)], ["email"])
        if mails:
            values = {"email": self.mail(self.school.number())}
            self.call("dokstamp.student", "write", [one], values)
            values = {"email": mails[0]["email"]}
            self.call("dokstamp.student", "write", [other], values)

    @precondition(lambda self: self.students or self.courses)
    @rule(which=ANY, is_there=st.booleans())
    def archive_or_bring_back(self, which, is_there):
        model, record = self.anybody(which)
        self.call(model, "write", [record], {"active": is_there})

    @precondition(lambda self: self.students or self.courses)
    @rule(which=ANY)
    def delete(self, which):
        model, record = self.anybody(which)
        [row] = self.school.office.read(
            model, [("id", "=", record)], ["dokstamp_uuid"], context=ANY_STATE
        ) or [{"dokstamp_uuid": False}]
        if self.call(model, "unlink", [record]):
            self.records_of(model).remove(record)
            if row["dokstamp_uuid"]:
                self.deleted[row["dokstamp_uuid"]] = (model, record)

    @precondition(lambda self: self.students or self.courses)
    @rule(which=ANY)
    def change_and_delete(self, which):
        self.rename(which, "Gone")
        self.delete(which)

    # === A SCHOOL APP === #

    @rule(word=WORDS)
    def new_app_course(self, word):
        n = self.school.number()
        values = {"name": f"{word} {n}", "code": f"A{n}", "category": "Arts"}
        values["company_id"] = self.school.companies[0]
        self.app_courses += [self.call(f"{SCHOOL}.course", "create", values)]

    @rule(word=WORDS)
    def new_person(self, word):
        n = self.school.number()
        values = {
            "name": f"{word} {NAME} {n}",
            "email": self.mail(n),
            "birth_date": "2003-04-05",
            "company_id": self.school.companies[0],
        }
        self.persons += [self.call(f"{SCHOOL}.person", "create", values)]

    @precondition(lambda self: self.persons and self.app_courses)
    @rule(person=ANY, course=ANY)
    def join(self, person, course):
        values = {
            "person_id": self.persons[person % len(self.persons)],
            "course_id": self.app_courses[course % len(self.app_courses)],
        }
        one = self.call(f"{SCHOOL}.membership", "create", values)
        self.memberships += [one] if one else []

    @precondition(lambda self: self.memberships)
    @rule(which=ANY, state=st.sampled_from(("running", "finished", "invited", None)))
    def go_on_in_the_app(self, which, state):
        one = self.memberships[which % len(self.memberships)]
        if state is None:
            self.call(f"{SCHOOL}.membership", "unlink", [one])
            self.memberships.remove(one)
            return
        at = "2026-10-03 10:00:00" if state == "finished" else False
        values = {"state": state, "finished_at": at}
        self.call(f"{SCHOOL}.membership", "write", [one], values)

    @precondition(lambda self: self.app_courses)
    @rule(which=ANY, word=WORDS)
    def rename_in_the_app(self, which, word):
        one = self.app_courses[which % len(self.app_courses)]
        values = {"name": f"{word} {self.school.number()}"}
        self.call(f"{SCHOOL}.course", "write", [one], values)

    @precondition(lambda self: len(self.persons) > 1)
    @rule(which=ANY)
    def merge_contacts(self, which):
        one = self.persons[which % len(self.persons)]
        other = self.persons[(which + 1) % len(self.persons)]
        rows = self.school.office.read(
            f"{SCHOOL}.person", [("id", "in", [one, other])], ["partner_id"]
        )
        partners = [row["partner_id"] for row in rows]
        if len(set(partners)) < 2:
            return
        wizard = "base.partner.merge.automatic.wizard"
        values = {"partner_ids": [(6, 0, partners)], "dst_partner_id": partners[0]}
        values["state"] = "selection"
        made = self.call(wizard, "create", values)
        if made:
            self.call(wizard, "action_merge", [made])

    @rule(is_narrow=st.booleans())
    def change_a_source(self, is_narrow):
        domain = "[('code', '!=', 'A0')]" if is_narrow else "[]"
        values = {"domain": domain}
        self.call("dokstamp.source", "write", [self.school.sources["course"]], values)

    # === CERTIFICATES === #

    @precondition(lambda self: self.enrollments)
    @rule(which=ANY)
    def issue(self, which):
        one = self.enrollments[which % len(self.enrollments)]
        rows = self.school.office.read(
            "dokstamp.enrollment", [("id", "=", one)], ["student_id", "course_id"]
        )
        if not rows:
            return
        values = {**rows[0], "enrollment_id": one}
        del values["id"]
        made = self.call("dokstamp.certificate", "create", values)
        if made:
            self.certificates.append(made)
            self.call("dokstamp.certificate", "action_issue", [made])

    @precondition(lambda self: self.certificates)
    @rule(which=ANY, act=st.sampled_from(("revoke", "reissue", "issue", "draft")))
    def press(self, which, act):
        one = self.certificates[which % len(self.certificates)]
        values = {"revocation_reason": "Wrong day"}
        if act in ("revoke", "reissue"):
            self.call("dokstamp.certificate", "write", [one], values)
        self.call("dokstamp.certificate", f"action_{act}", [one])

    @precondition(lambda self: self.students)
    @rule(which=ANY)
    def hold(self, which):
        one = self.students[which % len(self.students)]
        self.call("dokstamp.hold", "create", {"student_id": one, "reason": "Fees"})

    # === THE QUEUE AND THE ACCOUNT === #

    @rule(act=st.sampled_from(("retry", "retry", "cancel")), which=ANY)
    def press_on_a_row(self, act, which):
        states = ["pending", "failed"] if act == "cancel" else ["failed", "cancelled"]
        domain = [("state", "in", states), ("failure_type", "!=", "superseded")]
        domain.append(("id", ">", self.school.rows_before))
        rows = self.school.office.read("dokstamp.sync.record", domain, ["id"])
        if rows:
            row = rows[which % len(rows)]["id"]
            self.call("dokstamp.sync.record", f"action_{act}", [row])

    @rule(act=st.sampled_from(("pause", "resume", "test_connection")), second=RARE)
    def press_on_the_account(self, act, second):
        account = self.school.accounts[1 if second else 0]
        self.call("dokstamp.account", f"action_{act}", [account])

    # === THE SCHEDULER AND TIME === #

    @rule(
        name=st.sampled_from(
            (
                *("flush",) * 6,
                *("documents", "sweep", "issue_due", "refresh_certificates"),
                *("run", "watch"),
            )
        )
    )
    def tick(self, name):
        self.note(f"tick: {name}")
        self.school.tick(name)

    @rule()
    def an_hour_passes(self):
        self.note("an hour passes")
        self.school.an_hour_passes()

    # === DOKSTAMP MISBEHAVES === #

    @rule(
        effect=st.sampled_from(UNANSWERED + REFUSED),
        path=PATHS,
        method=METHODS,
        times=st.integers(1, 3),
        skip=st.integers(0, 2),
    )
    def misbehave(self, effect, path, method, times, skip):
        self.note(f"misbehaves: {' '.join(map(str, next(iter(effect.items()))))}")
        fault = {"path": path, "times": times, "skip": skip, **effect}
        fault["method"] = method or "POST"
        self.school.control("faults", fault)

    @rule(effect=st.sampled_from(UNHEARD), word=WORDS)
    def a_new_course_is_made_and_nobody_hears_of_it(self, effect, word):
        self.note("misbehaves: nobody hears of what is made")
        self.new_course("Unheard")
        fault = {"method": "POST", "path": "/courses", **effect}
        self.school.control("faults", fault)
        self.tick("flush")
        if self.courses:
            values = {"name": f"{word} {self.school.number()}"}
            self.call("dokstamp.course", "write", [self.courses[-1]], values)

    @rule()
    def repeat(self):
        self.note("misbehaves: repeat")
        fault = {"method": "POST", "path": REPEATED, "repeat": True}
        self.school.control("faults", fault)

    @rule(mode=st.sampled_from(("refuse_503", "drop")))
    def outage(self, mode):
        self.note("outage")
        self.school.control("outage", {"mode": mode})

    @rule()
    def outage_ends(self):
        self.school.control("outage", method="DELETE")
        self.school.control("faults", method="DELETE")

    @rule(refresh=st.booleans())
    def token_ends(self, refresh):
        self.note("token ends")
        self.school.control("tokens/expire", {"refresh_tokens": refresh})

    @rule(which=ANY, entity=st.sampled_from(("students", "courses")))
    def somebody_changes_something_there(self, which, entity):
        before = self.school.there_before
        rows = [r for r in self.school.sandbox.rows(entity) if r["id"] > before[entity]]
        if rows:
            self.note("somebody changes something at DokStamp")
            uuid = rows[which % len(rows)]["uuid"]
            values = {"name": f"Other {NAME} {self.school.number()}"}
            self.school.control(f"state/{entity}/{uuid}", values, "PATCH")
            self.is_elsewhere = True

    @rule(is_student=RARE, is_now=st.booleans())
    def somebody_makes_there_what_we_make_here(self, is_student, is_now):
        self.note("somebody makes at DokStamp what Odoo makes too")
        n = self.school.number()
        kind, values = "course", {"name": f"Both {n}", "code": f"B{n}"}
        if is_student:
            values = {"name": f"Both {NAME} {n}", "email": self.mail(n)}
            values["date_of_birth"] = "2001-02-03"
            kind = "student"
        self.school.make_there(f"{kind}s", values)
        self.make(kind, getattr(self, f"{kind}s"), **values)
        if is_now:
            self.tick("flush")

    # === DEATH === #

    @rule(
        death=st.sampled_from(DEATHS),
        effect=st.sampled_from(HANGS),
        path=PATHS,
        method=METHODS,
        skip=st.integers(0, 2),
        saves=st.booleans(),
        name=st.sampled_from(("flush", "flush", "flush", "documents")),
    )
    def die(self, death, effect, path, method, skip, saves, name):
        """Something ends the sender's work while a call is under way."""
        fault = {"path": path, "method": method, "skip": skip, **effect}
        self._end_badly(name, death, fault, self._import_one if saves else None)

    @rule(death=st.sampled_from(DEATHS), effect=st.sampled_from(HANGS))
    def die_a_while_after_answers(self, death, effect):
        """What was answered is noted by then, though the flush has not ended."""
        self.students_are_imported(3)
        fault = {"path": "/students", "method": "POST", "skip": 1, **effect}
        self._end_badly("flush", death, fault, lambda: time.sleep(A_WHILE))

    def _import_one(self):
        self.students_are_imported(1)

    def _end_badly(self, name, death, fault, meanwhile):
        """:param meanwhile: is called while the call is under way, if anything is"""
        self.note(f"sender: {death}")
        since = self.school.sandbox.last_request_id()
        self.school.control("faults", fault)

        def is_reached():
            rows = self.school.sandbox.requests(since)
            return any(row["status"] is None for row in rows)

        def happens():
            if meanwhile:
                meanwhile()
            return self.school.happen(death)

        self.school.tick_and(name, is_reached, happens)
        self.school.control("faults", method="DELETE")

    @rule()
    def another_server_flushes_meanwhile(self):
        """The scheduler's session ends, and so its lock; the flush itself lives. What
        it sends meanwhile is of a kind that DokStamp may keep twice.
        """
        self.note("two servers flush at once")
        self.new_course("Botany")
        since = self.school.sandbox.last_request_id()
        fault = {"path": "/courses", "method": "POST", "delay": LONG, "times": 2}
        self.school.control("faults", fault)

        def is_reached():
            rows = self.school.sandbox.requests(since, method="POST")
            return any(row["status"] is None for row in rows)

        self.school.tick_and("flush", is_reached, self.school.flush_twice)
        self.school.control("faults", method="DELETE")

    # === CALM === #

    def calm_down(self):
        """All misbehaviour ends, people press what there is to press, and time passes.

        :raise AssertionError: something is not as it must be
        """
        school = self.school
        school.control("outage", method="DELETE")
        school.control("faults", method="DELETE")
        until(self.is_resumed)
        holds = school.office.read("dokstamp.hold", [], ["id"])
        if holds:
            ids = [hold["id"] for hold in holds]
            school.office.call("dokstamp.hold", "action_lift", ids)
        school.quiet(finds_what_was_missed=False)
        if found := left_behind(school, self.deleted):
            raise AssertionError("\n".join(found))
        for _round in range(4):
            school.calm_since = school.sandbox.last_request_id()
            school.quiet()
            if not self.press_again():
                break
        if self.is_elsewhere:
            self.reconcile()
        if found := violations(school):
            raise AssertionError("\n".join(found))

    def is_resumed(self):
        """Whether all accounts go on, once a person has said so."""
        for account in self.school.accounts:
            self.school.office.call("dokstamp.account", "action_resume", [account])
        paused = [("state", "!=", "connected")]
        return not self.school.office.count("dokstamp.account", *paused)

    def press_again(self):
        """What failed is pressed once more; whether there was any."""
        school = self.school
        failed = school.office.read(
            "dokstamp.sync.record", [("state", "=", "failed")], ["id"]
        )
        if failed:
            ids = [row["id"] for row in failed]
            self.call("dokstamp.sync.record", "action_retry", ids)
        certificates = school.office.read(
            "dokstamp.certificate", [("state", "=", "failed")], ["id"]
        )
        school.refused = {
            row["id"]
            for row in certificates
            if self.is_refused("dokstamp.certificate", "action_issue", [row["id"]])
        }
        return bool(failed or certificates)

    def is_refused(self, model, method, *args):
        try:
            self.school.office.call(model, method, *args)
        except OdooError:
            return True
        return False

    def reconcile(self):
        """Both sides are made equal, as a manager does it."""
        school = self.school
        for account in school.accounts:
            school.office.call("dokstamp.account", "action_reconcile", [account])
            school.quiet()
            runs = school.office.read(
                "dokstamp.run", [("account_id", "=", account)], ["id"], limit=1
            )
            ids = [run["id"] for run in runs]
            self.call("dokstamp.run", "action_repair_all", ids)
            school.quiet()
