"""Which of this database's apps feed the registry, and which could."""

from odoo import models
from odoo.tools.i18n import format_list

from .setup_steps import DONE, TO_DO

OURS = "dokstamp_connector"


class DokstampSetup(models.AbstractModel):
    _inherit = "dokstamp.setup"

    def _sources_title(self):
        return self.env._("Apps that feed it")

    def _sources_step(self, account):
        sources = self._own_sources()
        lacking = (
            account or account.new({"company_id": self.env.company.id})
        )._lacking()
        return self._step(
            "sources",
            self._sources_title(),
            self._sources_answer(account, sources, lacking),
            self._sources_button(account, lacking),
            self._opening(
                self._window(
                    "dokstamp_source_action",
                    domain=[("company_id", "=", self.env.company.id)],
                ),
                self.env._("Sources"),
            ),
            details=self._apps(sources, lacking),
        )

    def _own_sources(self):
        """Those of the current company, off or on.

        :rtype: dokstamp.source
        """
        sources = self.env["dokstamp.source"].with_context(active_test=False)
        return sources.search([("company_id", "=", self.env.company.id)])

    def _sources_button(self, account, lacking):
        if not (account and lacking):
            return None
        return self._pressing("action_make_sources", self.env._("Make sources"))

    def _sources_answer(self, account, sources, lacking):
        on = sources.filtered("active")
        reading = on.filtered(lambda source: not source.reading_problem)
        if reading:
            return DONE, self.env._(
                "In the registry: %s.", format_list(self.env, self._numbers())
            )
        if on:
            return TO_DO, on[0].reading_problem
        if self._has_registry():
            return DONE, self.env._(
                "No app feeds the registry. Typed in: %s.",
                format_list(self.env, self._numbers()),
            )
        if sources:
            return TO_DO, self.env._(
                "All sources are switched off: look at them, and switch them on."
            )
        if lacking and not account:
            return self._after(self._account_title())
        if lacking:
            return TO_DO, self.env._(
                "The sources that came with the apps are another company's: press Make "
                "sources to have some for %s.",
                self.env.company.name,
            )
        return TO_DO, self.env._(
            "No app feeds the registry yet: make a source of any of Odoo's models, or "
            "type courses and students in under Registry."
        )

    def _numbers(self):
        return [
            self.env._("courses: %s", self._count("dokstamp.course")),
            self.env._("students: %s", self._count("dokstamp.student")),
            self.env._("enrollments: %s", self._count("dokstamp.enrollment")),
        ]

    # === APPS === #

    def _apps(self, sources, lacking):
        """Each app with what becomes of it.

        :return: `name`, `sentence`, `is_feeding`, and perhaps a `button`
        :rtype: list[dict]
        """
        by_app = {
            app: self._fed_app(app, own)
            for app, own in sources.grouped(self._app_of).items()
        }
        for app in lacking.grouped(self._app_of):
            by_app.setdefault(app, self._lacking_app(app))
        return [*by_app.values(), *map(self._unbridged_app, self._missing_bridges())]

    def _app_of(self, source):
        """What people call the app whose records a source reads.

        :rtype: str
        """
        if source.model not in self.env:
            return source.model or source.name
        # sudo: what apps and models are called is no secret
        modules = self.env["ir.module.module"].sudo()
        app = modules.search(
            [("name", "=", self.env[source.model]._original_module)], limit=1
        )
        return app.shortdesc if app.application else source.model_id.sudo().name

    def _fed_app(self, app, sources):
        on = sources.filtered("active")
        broken = on.filtered("reading_problem")
        sentences = [
            broken[:1].reading_problem,
            on and self.env._("brings %s", self._entities(on)),
            sources - on
            and self.env._("switched off: %s", self._entities(sources - on)),
        ]
        return {
            "name": app,
            "sentence": "; ".join(filter(None, sentences)),
            "is_feeding": bool(on) and not broken,
        }

    def _entities(self, sources):
        """Which kinds of records sources feed, in words.

        :rtype: str
        """
        entities = self.env["dokstamp.source"]._fields["entity"]
        labels = dict(entities._description_selection(self.env))
        return format_list(
            self.env,
            [labels.get(one, one) for one in dict.fromkeys(sources.mapped("entity"))],
        )

    def _lacking_app(self, app):
        sentence = self.env._(
            "could feed it: no source of %s reads it", self.env.company.name
        )
        return {"name": app, "sentence": sentence, "is_feeding": False}

    def _missing_bridges(self):
        """Addons that are not installed although the app is that they read.

        :rtype: ir.module.module
        """
        # sudo: names of apps; to install them is for administrators
        modules = self.env["ir.module.module"].sudo()
        bridges = modules.search(
            [
                ("state", "=", "uninstalled"),
                ("dependencies_id.name", "=", OURS),
                ("name", "!=", OURS),
            ]
        )
        return bridges.filtered(self._bridged_app)

    def _bridged_app(self, bridge):
        """The installed app that an addon reads; empty where one that it needs is not
        installed.

        :rtype: ir.module.module
        """
        needed = bridge.dependencies_id.depend_id.filtered(
            lambda module: module.name != OURS
        )
        apps = needed.filtered("application")
        is_ready = needed and all(module.state == "installed" for module in needed)
        return apps[:1] if is_ready else apps.browse()

    def _unbridged_app(self, bridge):
        app = {
            "name": self._bridged_app(bridge).shortdesc,
            "sentence": self.env._(
                "could feed it: the addon “%s” is not installed", bridge.shortdesc
            ),
            "is_feeding": False,
        }
        if not self.env.user.has_group("base.group_system"):
            return app
        listing = self.env["ir.actions.act_window"]._for_xml_id("base.open_module_tree")
        listing["context"] = {"search_default_name": bridge.name}
        return {**app, "button": self._opening(listing, self.env._("Install it"))}
