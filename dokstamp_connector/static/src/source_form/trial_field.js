import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What a source would send of one record, field by field. */
export class TrialField extends Component {
    static template = "dokstamp_connector.TrialField";
    static props = { ...standardFieldProps };

    get trial() {
        return this.props.record.data[this.props.name];
    }

    hint(line) {
        return [line.name, ...line.paths].join(" ← ");
    }
}

registry.category("fields").add("dokstamp_trial", {
    component: TrialField,
    supportedTypes: ["json"],
});
