import { _t } from "@web/core/l10n/translation";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { useService } from "@web/core/utils/hooks";

import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";

const MODEL = "dokstamp.setup";
// milliseconds
const RUNNING_DELAY = 5000; // a rehearsal or a first load is under way
const LOOK_AGAIN = 60000; // for what else goes on by itself
const ICONS = {
    done: "fa-check-circle text-success",
    running: "fa-spinner fa-spin text-info",
    todo: "fa-circle-o text-warning-emphasis",
    later: "fa-circle-o text-muted",
};
// as sandbox/README.md names them
const SANDBOX = {
    default_name: "Sandbox",
    default_base_url: "http://127.0.0.1:18090",
    default_tenant: "demo-school",
    default_client_id: "demo-client",
    default_client_secret: "demo-secret",
};

/** What is left to do until the first certificate, with the button that does it. */
export class SetupPanel extends Component {
    static template = "dokstamp_connector.SetupPanel";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.sandbox = SANDBOX;
        this.state = useState({ panel: null, isOpen: false, isTryItOpen: false, isBusy: false });
        onWillStart(() => this.load());
        onMounted(() => {
            this.isMounted = true;
            this.timer = setInterval(() => this.follow(), RUNNING_DELAY);
        });
        onWillUnmount(() => {
            this.isMounted = false;
            clearInterval(this.timer);
        });
    }

    async load() {
        this.state.panel = await this.orm.call(MODEL, "get_panel", []);
        this.loadedAt = Date.now();
    }

    async follow() {
        if (document.hidden || this.state.isBusy || !this.isShown) {
            return;
        }
        const isRunning = this.state.panel.steps.some((step) => step.state === "running");
        if (isRunning || Date.now() - this.loadedAt > LOOK_AGAIN) {
            await this.reload();
        }
    }

    get isShown() {
        const { steps, is_over } = this.state.panel;
        return steps.length && (this.state.isOpen || !is_over);
    }

    /** Whoever can take the steps, but has them out of sight. */
    get canBringBack() {
        const { is_over, is_put_away } = this.state.panel;
        return is_over || is_put_away;
    }

    get percent() {
        const { done_count, steps } = this.state.panel;
        return Math.round((100 * done_count) / steps.length);
    }

    get progress() {
        const { done_count, steps } = this.state.panel;
        return _t("%(done)s of %(all)s done", { done: done_count, all: steps.length });
    }

    icon(step) {
        return ICONS[step.state];
    }

    /** The first step that can be taken stands out. */
    isNext(step) {
        return step === this.state.panel.steps.find((one) => one.state === "todo");
    }

    press(button) {
        if (!button.confirm) {
            return this.run(button);
        }
        this.dialog.add(ConfirmationDialog, {
            title: button.label,
            body: button.confirm,
            confirmLabel: button.label,
            confirm: () => this.run(button),
            cancel: () => {},
        });
    }

    /** A button that is pressed twice works once; what came of it is shown. */
    async run({ method, action }) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            const next = method
                ? await this.orm.call("dokstamp.account", method, [[this.state.panel.account_id]])
                : action;
            if (next && typeof next === "object") {
                await this.action.doAction(next, { onClose: () => this.reload() });
            }
        } finally {
            this.state.isBusy = false;
            await this.reload();
        }
    }

    async reload() {
        if (this.isMounted) {
            await this.load();
        }
    }

    openSandboxAccount() {
        return this.run({
            action: {
                type: "ir.actions.act_window",
                res_model: "dokstamp.account",
                views: [[false, "form"]],
                name: _t("Account"),
                context: SANDBOX,
            },
        });
    }

    async putAway() {
        this.state.isOpen = false;
        await this.orm.call(MODEL, "action_put_away", []);
        await this.load();
    }

    async bringBack() {
        this.state.isOpen = true;
        await this.orm.call(MODEL, "action_bring_back", []);
        await this.load();
    }
}
