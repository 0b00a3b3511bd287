import { reloadSoon, useLiveReload } from "@dokstamp_connector/records_changed";
import { registry } from "@web/core/registry";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

import { useEffect } from "@odoo/owl";

const RELOAD_DELAY = 100; // milliseconds: one reload for all rows of a list
const LATE = 3000; // milliseconds after which the answer's message may have been missed
const LOOKS = {
    none: { icon: "fa-circle-thin", color: "text-bg-300" },
    pending: { icon: "fa-paper-plane", color: "text-bg-info" },
    waiting: { icon: "fa-hourglass-half", color: "text-bg-warning" },
    synced: { icon: "fa-check", color: "text-bg-success" },
    failed: { icon: "fa-exclamation-triangle", color: "text-bg-danger" },
};

/** How far a registry record got on its way to DokStamp; up to date while it is on the screen. */
export class SyncStateField extends BadgeField {
    static template = "dokstamp_connector.SyncStateField";

    setup() {
        super.setup();
        useLiveReload((model, id) => this.isThisRecord(model, id), RELOAD_DELAY);
        useEffect(
            (resId, state) => this.lookAgainLater(resId, state),
            () => [this.props.record.resId, this.props.record.data[this.props.name]]
        );
    }

    get look() {
        return LOOKS[this.props.record.data[this.props.name]];
    }

    /** Look once more at what is on its way: an answer may overtake the save that it belongs to. */
    lookAgainLater(resId, state) {
        if (resId && state === "pending" && !this.props.record.model.useSampleModel) {
            const timer = setTimeout(() => reloadSoon(this, RELOAD_DELAY), LATE);
            return () => clearTimeout(timer);
        }
    }

    isThisRecord(model, id) {
        const { resModel, resId } = this.props.record;
        return model === resModel && id === resId;
    }
}

export const syncStateField = {
    ...badgeField,
    component: SyncStateField,
    supportedTypes: ["selection"],
};

registry.category("fields").add("dokstamp_sync_state", syncStateField);

/** Another state of such a record; up to date while it is on the screen. */
export class LiveBadgeField extends BadgeField {
    setup() {
        super.setup();
        useLiveReload((model, id) => {
            const { resModel, resId } = this.props.record;
            return model === resModel && id === resId;
        }, RELOAD_DELAY);
    }
}

export const liveBadgeField = { ...badgeField, component: LiveBadgeField };

registry.category("fields").add("dokstamp_live_badge", liveBadgeField);
