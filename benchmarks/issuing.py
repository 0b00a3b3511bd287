"""Hundreds of certificates in one run: what their registrar waits for, and how long
they take.
"""

import statistics
import time

from demo_parts.show import DemoFailed, Step, say

from .browser import Browser, hire
from .graduates import make_graduates

NOTE = (
    "A registrar opens the wizard on a course, ticks, presses Issue, looks at the run "
    "and works on something else meanwhile."
)
CERTIFICATES = 500
OPENINGS = 3  # times that the wizard is opened
LONGEST_REQUEST = 2  # seconds
ISSUE_TIME = 900  # seconds
SYNC_TIME = 600  # seconds until the graduates are at DokStamp
LOOK_AGAIN = 1  # seconds, from an answer to the next question
BUTTON = "dokstamp_connector.dokstamp_certificate_issue_action"
WIZARD, RUN, COURSE = (
    "dokstamp.certificate.issue",
    "dokstamp.issue.run",
    "dokstamp.course",
)
DOCUMENTS = "SELECT count(*) FROM dokstamp_certificate WHERE pdf_sha256 IS NOT NULL"


class TooLong(DemoFailed):
    """A request took longer than a person should wait."""


class NotIssued(DemoFailed):
    """Not every certificate was issued in time."""


class Issuing:
    """A course that many completed, and the registrar who issues their certificates.

    :ivar dict reached: what was reached → seconds after *Issue* was pressed
    :ivar list progress: the different values that the run's bar has shown
    """

    def __init__(self, stage):
        self.stage = stage
        graduates = make_graduates(stage, CERTIFICATES, SYNC_TIME)
        self.course = graduates[0]["course_id"]
        hire(stage.admin)
        self.browser = Browser(stage.url, stage.database)
        self.reached, self.progress = {}, []

    # What the registrar does

    def issue(self):
        """Open the wizard, look, tick, press *Issue*.

        :return: the run
        """
        button = self.stage.admin.ref(BUTTON)
        browser = self.browser
        browser.doing("see the course").load(COURSE, [self.course])
        for _opening in range(OPENINGS):
            browser.doing("press Issue certificates on the course")
            action = browser.press(button, COURSE, [self.course])
            wizard = [action["res_id"]]
            browser.doing("see the list in the wizard").load(WIZARD, wizard)
        browser.doing("tick that it is checked")
        browser.save(WIZARD, wizard, {"confirmed": True})
        self.started = time.monotonic()
        run = browser.doing("press Issue").call(WIZARD, "action_issue", wizard)
        return [run["res_id"]]

    def follow(self, run, step):
        """Look at the run, and work on something else, until all are issued.

        :raise NotIssued: some failed, or the time is up
        """
        while True:
            seen = self.browser.doing("look at the run").load(RUN, run)
            self._note(seen)
            step.note(f"{seen['issued_count']} of {CERTIFICATES} issued")
            if seen["issued_count"] == CERTIFICATES:
                return
            late = time.monotonic() - self.started > ISSUE_TIME
            if seen["failed_count"] or late:
                raise NotIssued(f"{seen['failed_count']} failed")
            self.browser.doing("save another record meanwhile").call(
                COURSE, "write", [self.course], {"area": f"Area {len(self.progress)}"}
            )
            time.sleep(LOOK_AGAIN)

    def _note(self, seen):
        documents = self.stage.number(DOCUMENTS)
        self._reach("the first document is made", documents)
        self._reach("all documents are made", documents == CERTIFICATES)
        self._reach("the first is issued", seen["issued_count"])
        self._reach("all are issued", seen["issued_count"] == CERTIFICATES)
        if seen["progress"] not in self.progress:
            self.progress.append(seen["progress"])

    def _reach(self, what, is_reached):
        if is_reached:
            self.reached.setdefault(what, time.monotonic() - self.started)

    # What came of it

    def requests(self):
        """Rows of a table: what was done, how often, median and longest."""
        for what, seconds in self.browser.seconds.items():
            median, longest = statistics.median(seconds), max(seconds)
            yield [what, len(seconds), f"{median:.2f} s", f"{longest:.2f} s"]

    def longest(self):
        return max(max(seconds) for seconds in self.browser.seconds.values())


def measure_issuing(stage, report, _scale):
    """:raise TooLong: a request took longer than `LONGEST_REQUEST`"""
    with report.section(f"{CERTIFICATES} certificates in one run", NOTE):
        with Step(f"{CERTIFICATES} people complete a course, and reach DokStamp"):
            issuing = Issuing(stage)
        with Step(f"A registrar issues {CERTIFICATES} certificates") as step:
            issuing.follow(issuing.issue(), step)
        headings = ["the registrar's requests", "number", "median", "longest"]
        report.table(headings, issuing.requests())
        reached = [
            [what, f"{seconds:.0f} s"] for what, seconds in issuing.reached.items()
        ]
        report.table(["after Issue was pressed", ""], reached)
        say(f"    {len(issuing.progress)} different values in the run's bar")
        longest = issuing.longest()
        report.goal(
            "the longest request of a registrar who issues them",
            f"at most {LONGEST_REQUEST} s",
            f"{longest:.1f} s",
            is_met=longest <= LONGEST_REQUEST,
        )
        if longest > LONGEST_REQUEST:
            raise TooLong(f"a request took {longest:.1f} s")
