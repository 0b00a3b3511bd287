import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** What a call changed at DokStamp, key by key: the value before and the value after. */
export class AuditChangesField extends Component {
    static template = "dokstamp_connector.AuditChangesField";
    static props = { ...standardFieldProps };

    /** @returns {{key: string, before: string, after: string}[]} */
    get changes() {
        const before = this.props.record.data.old_values || {};
        const after = this.props.record.data.new_values || {};
        const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
        return [...keys]
            .map((key) => ({ key, old: before[key] ?? null, new: after[key] ?? null }))
            .filter((change) => !isSame(change.old, change.new))
            .map((change) => ({
                key: change.key,
                before: this.format(change.old),
                after: this.format(change.new),
            }));
    }

    format(value) {
        if (value === null || value === "") {
            return "";
        }
        if (typeof value === "boolean") {
            return value ? _t("yes") : _t("no");
        }
        return typeof value === "object" ? JSON.stringify(value) : String(value);
    }
}

export const auditChangesField = {
    component: AuditChangesField,
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "old_values", type: "json", readonly: true },
        { name: "new_values", type: "json", readonly: true },
    ],
};

registry.category("fields").add("dokstamp_audit_changes", auditChangesField);
