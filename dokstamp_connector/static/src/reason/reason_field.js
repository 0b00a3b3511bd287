import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { Component } from "@odoo/owl";

const PAGE = "/dokstamp_connector/static/docs/errors.html"; // models/docs.py

/** A reason in a sentence, and where more is said of its kind. */
export class ReasonField extends Component {
    static template = "dokstamp_connector.ReasonField";
    static props = { ...standardFieldProps, kindField: { type: String } };

    get sentence() {
        return this.props.record.data[this.props.name];
    }

    get address() {
        const kind = this.props.record.data[this.props.kindField];
        return kind && `${PAGE}#${kind}`;
    }
}

export const reasonField = {
    component: ReasonField,
    displayName: _t("Reason with more about it"),
    supportedTypes: ["char", "text"],
    isEmpty: (record, name) => !record.data[name],
    extractProps: ({ options }) => ({ kindField: options.kind_field }),
    fieldDependencies: ({ options }) => [{ name: options.kind_field, type: "char" }],
};

registry.category("fields").add("dokstamp_reason", reasonField);
