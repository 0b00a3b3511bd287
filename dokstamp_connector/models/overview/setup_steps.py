"""The steps of the set-up: each says in a sentence that it is done or what is missing,
and has the button that does it.
"""

from odoo import api, models
from odoo.tools import format_date
from odoo.tools.i18n import format_list

from ..actions import open_form
from ..runs.run import OPEN, UNDER_WAY
from .setup_panel import MANAGER, REGISTRAR

DONE, TO_DO, LATER, RUNNING = "done", "todo", "later", "running"
SHOWN_CAUSES = 3
FED = ("dokstamp.course", "dokstamp.student", "dokstamp.enrollment")


class DokstampSetup(models.AbstractModel):
    _inherit = "dokstamp.setup"

    @api.model
    def _get_steps(self, account):
        """The steps in their order.

        :param account: of the current company; empty where it has none yet
        :return: of each `name`, `title`, `state`, `sentence`, `buttons`, `details`, and
            whether what it asks for `recurs` in a school's daily life
        :rtype: list[dict]
        """
        return [
            self._account_step(account),
            self._institution_step(account),
            self._sources_step(account),
            self._missing_step(account),
            self._rehearsal_step(account),
            self._load_step(account),
            self._signatories_step(account),
            self._registrars_step(),
            self._address_step(account),
            self._certificates_step(account),
        ]

    def _step(self, name, title, answer, *buttons, details=(), recurs=False):
        """:param answer: the state, and the sentence that says it"""
        state, sentence = answer
        return {
            "name": name,
            "title": title,
            "state": state,
            "sentence": sentence,
            "buttons": [button for button in buttons if button],
            "details": list(details),
            "recurs": recurs,
        }

    def _pressing(self, method, label, **options):
        """A button that calls a method of the account."""
        return {"method": method, "label": label, **options}

    def _opening(self, action, label):
        """A button that opens a window action.

        :param action: of one, or the id of one in XML with what differs
        """
        return {"action": action, "label": label}

    def _window(self, xmlid, **changed):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"dokstamp_connector.{xmlid}"
        )
        return {**action, **changed}

    def _after(self, title):
        """The answer of a step that needs another one first."""
        return LATER, self.env._("Comes after “%s”.", title)

    # === ACCOUNT AND INSTITUTION === #

    def _account_title(self):
        return self.env._("Account")

    def _account_step(self, account):
        title = self._account_title()
        if not account:
            new = {
                "type": "ir.actions.act_window",
                "res_model": "dokstamp.account",
                "views": [[False, "form"]],
                "name": title,
                "context": {"default_company_id": self.env.company.id},
            }
            missing = self.env._(
                "Enter the tenant and the credentials that DokStamp gave you, and "
                "press Test connection."
            )
            button = self._opening(new, self.env._("Enter the credentials"))
            return self._step("account", title, (TO_DO, missing), button)
        opening = self._opening(open_form(account), self.env._("Open the account"))
        return self._step(
            "account",
            title,
            self._account_answer(account),
            self._account_button(account),
            opening,
        )

    def _account_answer(self, account):
        if account.state == "draft":
            return TO_DO, account.access_problem or self.env._(
                "“%s” is not connected yet: press Test connection.", account.name
            )
        if account.state == "paused":
            return TO_DO, account.pause_reason or self.env._("It is paused.")
        if account.access_problem:
            return TO_DO, account.access_problem
        return DONE, self.env._(
            "Connected: %(tenant)s at DokStamp lets “%(account)s” in.",
            tenant=account.tenant,
            account=account.name,
        )

    def _account_button(self, account):
        if account.state == "paused":
            return self._pressing("action_ask_to_resume", self.env._("Resume"))
        if account.state == "draft" or account.access_problem:
            return self._pressing(
                "action_test_connection", self.env._("Test connection")
            )
        return None

    def _institution_title(self):
        return self.env._("Institution")

    def _institution_step(self, account):
        title = self._institution_title()
        choose = self._pressing(
            "action_choose_institution", self.env._("Choose institution")
        )
        if not account or (account.state == "draft" and not account.institution_id):
            answer = self._after(self._account_title())
            return self._step("institution", title, answer)
        institution = account.institution_id
        if not institution:
            missing = self.env._(
                "Choose who issues the certificates: an institution that DokStamp has, "
                "or a new one made of %s.",
                account.company_id.name,
            )
            return self._step("institution", title, (TO_DO, missing), choose)
        opening = self._opening(
            open_form(institution), self.env._("Open the institution")
        )
        return self._step(
            "institution", title, self._institution_answer(institution), opening
        )

    def _institution_answer(self, institution):
        if institution.sync_state == "failed":
            return TO_DO, institution.sync_message
        if not institution.country:
            return DONE, self.env._("“%s” issues your certificates.", institution.name)
        return DONE, self.env._(
            "“%(institution)s”, %(country)s, issues your certificates.",
            institution=institution.name,
            country=institution.country,
        )

    # === WHAT IS IN THE REGISTRY === #

    def _missing_title(self):
        return self.env._("What is missing")

    def _missing_step(self, account):
        title = self._missing_title()
        if not self._has_registry():
            answer = self._after(self._sources_title())
            return self._step("missing", title, answer, recurs=True)
        causes = self._missing_causes(account)
        if not causes:
            answer = DONE, self.env._("Nothing: all that is here can be sent.")
            return self._step("missing", title, answer, recurs=True)
        listing = self._window(
            "dokstamp_data_issue_action",
            domain=[("company_id", "in", [self.env.company.id, False])],
            context={"search_default_open": 1, "search_default_refused": 1},
        )
        sentence = self.env._(
            "DokStamp needs more than the apps know: %s. The rest can go ahead.",
            format_list(self.env, causes),
        )
        mend = self._opening(listing, self.env._("Mend it"))
        return self._step("missing", title, (TO_DO, sentence), mend, recurs=True)

    def _missing_causes(self, account):
        """What stops records from being sent, the most frequent first; not that they
        have no institution, as long as none is chosen.

        :rtype: list[str]
        """
        groups = self.env["dokstamp.data.issue"]._read_group(
            [
                ("decision_id", "=", False),
                ("severity", "=", "refused"),
                ("company_id", "in", [self.env.company.id, False]),
            ],
            ["check_name", "res_model", "field_name"],
            ["__count"],
        )
        if not account.institution_id:
            groups = [one for one in groups if one[2] != "institution_id"]
        frequent = sorted(groups, key=lambda group: -group[-1])
        causes = [f"{count} × {self._cause(*place)}" for *place, count in frequent]
        if len(causes) > SHOWN_CAUSES:
            causes[SHOWN_CAUSES:] = [self.env._("others")]
        return causes

    def _cause(self, check_name, res_model, field_name):
        """What is wrong, and with which field.

        :rtype: str
        """
        checks = self.env["dokstamp.data.issue"]._fields["check_name"]
        problem = dict(checks._description_selection(self.env))[check_name]
        if not field_name:
            return problem
        field = self.env[res_model]._fields[field_name]
        return f"{field._description_string(self.env)}: {problem}"

    def _has_registry(self):
        """Whether the company has anything that will be sent."""
        return any(self._count(model, limit=1) for model in FED)

    def _count(self, model, limit=None):
        of_company = [("company_id", "=", self.env.company.id)]
        return self.env[model].search_count(of_company, limit=limit)

    # === RUNS === #

    def _rehearsal_step(self, account):
        title = self.env._("Rehearsal")
        run = self._last_run(account, "rehearsal")
        if hindrance := self._hindrance_of_runs(account, run):
            return self._step("rehearsal", title, hindrance)
        rehearse = self._pressing("action_rehearse", self.env._("Rehearse"))
        look = run and self._opening(open_form(run), self.env._("Look at it"))
        if run.state in OPEN:
            return self._step("rehearsal", title, self._open_run_answer(run), look)
        if run.state == "done":
            found = self.env._(
                "%(new)s new, %(known)s already there, %(refused)s refused, "
                "%(doubtful)s to decide. Nothing was sent.",
                new=run.create_count,
                known=run.adopt_count + run.change_count + run.equal_count,
                refused=run.refuse_count,
                doubtful=run.review_count,
            )
            return self._step("rehearsal", title, (DONE, found), look, rehearse)
        if self._is_loaded(account):
            answer = DONE, self.env._("No more needed: the first load is done.")
            return self._step("rehearsal", title, answer)
        missing = (run.state == "failed" and run.problem) or self.env._(
            "See what a first load would make, take over and refuse. Nothing is sent."
        )
        return self._step("rehearsal", title, (TO_DO, missing), rehearse, look)

    def _load_title(self):
        return self.env._("First load")

    def _load_step(self, account):
        title = self._load_title()
        run = self._last_run(account, "load")
        look = run and self._opening(open_form(run), self.env._("Look at it"))
        load = self._pressing(
            "action_first_load",
            self.env._("First load"),
            confirm=self.env._(
                "What is new is created at DokStamp, and what is already there is "
                "linked. A rehearsal before shows what that would be."
            ),
        )
        if run.state == "done":
            loaded = self.env._(
                "Done on %s. From now on each save is sent by itself.",
                format_date(self.env, run.done_at or run.write_date),
            )
            return self._step("load", title, (DONE, loaded), look)
        if hindrance := self._hindrance_of_load(account, run):
            return self._step("load", title, hindrance)
        if run.state in OPEN:
            return self._step("load", title, self._open_run_answer(run), look)
        if self._is_loaded(account):
            answer = (
                DONE,
                self.env._("Not needed: all that is here was sent when it was saved."),
            )
            return self._step("load", title, answer, load)
        missing = (run.state == "failed" and run.problem) or self.env._(
            "Send what DokStamp does not have, and link what is there already."
        )
        return self._step("load", title, (TO_DO, missing), load, look)

    def _last_run(self, account, kind):
        """:rtype: dokstamp.run"""
        runs = self.env["dokstamp.run"]
        of_kind = [("account_id", "=", account.id), ("kind", "=", kind)]
        return runs.search(of_kind, order="id desc", limit=1) if account else runs

    def _hindrance_of_runs(self, account, run):
        """The answer of a run that cannot begin; None where it can, or was.

        :rtype: tuple | None
        """
        if run:
            return None
        if not account:
            return self._after(self._account_title())
        if not self._has_registry():
            return self._after(self._sources_title())
        return None

    def _hindrance_of_load(self, account, run):
        hindrance = self._hindrance_of_runs(account, run)
        if not hindrance and not run and not account.institution_id:
            return self._after(self._institution_title())
        return hindrance

    def _open_run_answer(self, run):
        if run.state in UNDER_WAY and not run.problem:
            return RUNNING, self.env._(
                "Under way: %(compared)s of %(total)s records compared.",
                compared=run.compared_count,
                total=run.total_count or "…",
            )
        return TO_DO, run.problem or self.env._("It is paused: press Resume on it.")

    def _is_loaded(self, account):
        """Whether a first load has ended, or nothing of what is here is left for it."""
        if not account:
            return False
        if self._last_run(account, "load").state == "done":
            return True
        unsent = account.pending_count + account.waiting_count
        return account.has_sent and not unsent and bool(account.institution_id)

    # === PEOPLE === #

    def _signatories_step(self, account):
        title = self.env._("Signatories")
        institution = account.institution_id
        if not institution:
            answer = self._after(self._institution_title())
            return self._step("signatories", title, answer)
        opening = self._opening(
            open_form(institution), self.env._("Open the institution")
        )
        if names := institution.signatory_ids.mapped("name"):
            answer = DONE, self.env._("%s signs.", format_list(self.env, names))
            return self._step("signatories", title, answer, opening)
        missing = self.env._(
            "Nobody signs yet: say on the institution, under Signatories, whose name "
            "stands below the certificates that Odoo makes."
        )
        return self._step("signatories", title, (TO_DO, missing), opening)

    def _registrars_step(self):
        title = self.env._("Registrars")
        managers = self._users_of(MANAGER)
        registrars = self._users_of(REGISTRAR) - managers
        if registrars:
            answer = (
                DONE,
                self.env._(
                    "%(registrars)s can issue certificates, and so can %(managers)s, "
                    "who also set up DokStamp.",
                    registrars=format_list(self.env, registrars.mapped("name")),
                    managers=format_list(self.env, managers.mapped("name")),
                ),
            )
        else:
            answer = (
                TO_DO,
                self.env._(
                    "Nobody but %s can issue certificates: give whoever does it the "
                    "role DokStamp / Registrar.",
                    format_list(self.env, managers.mapped("name")),
                ),
            )
        if not self.env.user.has_group("base.group_erp_manager"):
            state, sentence = answer
            can_give = self.env._(
                "%s can give roles.", self._names_of("base.group_erp_manager")
            )
            return self._step("registrars", title, (state, f"{sentence} {can_give}"))
        users = self.env["ir.actions.act_window"]._for_xml_id("base.action_res_users")
        opening = self._opening(users, self.env._("Open the users"))
        return self._step("registrars", title, answer, opening)

    # === CERTIFICATES === #

    def _address_step(self, account):
        title = self.env._("Address in the QR code")
        if not account:
            return self._step("address", title, self._after(self._account_title()))
        if not account.check_link_warning:
            answer = (
                DONE,
                self.env._("Certificates lead to %s.", account.check_address),
            )
            return self._step("address", title, answer)
        confirm = self._pressing(
            "action_confirm_check_address",
            self.env._("Issue with this address"),
            confirm=self.env._(
                "The QR code of every certificate that is issued from now on leads to "
                "%s, and cannot be changed afterwards. Only say so when everybody who "
                "has to check a certificate reaches it, or to try things out.",
                account.check_address,
            ),
        )
        return self._step(
            "address", title, (TO_DO, account.check_link_warning), confirm
        )

    def _certificates_step(self, account):
        title = self.env._("Certificates")
        issued = [
            ("company_id", "=", self.env.company.id),
            ("state", "in", ("issued", "revoked", "expired")),
        ]
        if count := self.env["dokstamp.certificate"].search_count(issued):
            listing = self._window("dokstamp_certificate_action")
            answer = DONE, self.env._("Issued so far: %s.", count)
            opening = self._opening(listing, self.env._("Certificates"))
            return self._step("certificates", title, answer, opening)
        if not self._is_loaded(account):
            answer = self._after(self._load_title())
            return self._step("certificates", title, answer)
        listing = self._window(
            "dokstamp_enrollment_action", context={"search_default_completed": 1}
        )
        completed = self.env["dokstamp.enrollment"].search_count(
            [
                ("company_id", "=", self.env.company.id),
                ("completion_status", "=", "completed"),
            ]
        )
        if not completed:
            missing = self.env._(
                "Nobody has completed a course yet: a certificate is issued of an "
                "enrollment that is completed."
            )
            listing["context"] = {}
            opening = self._opening(listing, self.env._("Enrollments"))
            return self._step("certificates", title, (LATER, missing), opening)
        missing = self.env._(
            "Completed courses without a certificate: %s. Tick them in the list, and "
            "press Issue certificate.",
            completed,
        )
        opening = self._opening(listing, self.env._("Issue the first one"))
        return self._step("certificates", title, (TO_DO, missing), opening)
