import { DashboardGraph } from "@dokstamp_connector/dashboard/dashboard_graph";
import { reloadSoon, useLiveReload } from "@dokstamp_connector/records_changed";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component, onMounted, onWillUnmount } from "@odoo/owl";

const RELOAD_DELAY = 3000; // milliseconds: a load changes many records a second
const LOOK_AGAIN = 60000; // milliseconds, for what no message tells

/** How an account does; up to date while it is on the screen. */
export class DashboardField extends Component {
    static template = "dokstamp_connector.DashboardField";
    static components = { DashboardGraph };
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        useLiveReload(() => !document.hidden, RELOAD_DELAY);
        onMounted(() => {
            this.timer = setInterval(() => this.lookAgain(), LOOK_AGAIN);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    lookAgain() {
        if (!document.hidden) {
            reloadSoon(this, 0);
        }
    }

    get board() {
        return this.props.record.data[this.props.name];
    }

    open(action) {
        this.action.doAction(action);
    }

    async openFailed({ action, kind, message }) {
        if (action) {
            return this.open(action);
        }
        const ids = [this.props.record.resId];
        const args = [ids, kind, message];
        this.open(await this.orm.call("dokstamp.account", "action_view_failed", args));
    }
}

export const dashboardField = { component: DashboardField, supportedTypes: ["json"] };

registry.category("fields").add("dokstamp_dashboard", dashboardField);
