import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { ValueChoiceField } from "./value_choice_field";

/** Which value of Odoo becomes which one at DokStamp, line by line, in the cell of a list. */
export class ValueTableField extends Component {
    static template = "dokstamp_connector.ValueTableField";
    static components = { ValueChoiceField };
    static props = { ...standardFieldProps };

    get table() {
        return this.props.record.data[this.props.name];
    }

    /** Whether a table makes sense here: not for a link, which needs a record. */
    get canAdd() {
        const { method, field_name: target } = this.props.record.data;
        return !this.props.readonly && method === "path" && !target?.endsWith("_id");
    }

    choices(name) {
        const { read_choices: read, value_choices: taken } = this.props.record.data;
        return (name === "from_value" ? read : taken) || [];
    }

    shown(line, name) {
        const value = line.data[name];
        return this.choices(name).find(([key]) => key === value)?.[1] || value;
    }

    add() {
        return this.table.addNewRecord({ position: "bottom", mode: "edit" });
    }

    remove(line) {
        return this.table.delete(line);
    }
}

registry.category("fields").add("dokstamp_value_table", {
    component: ValueTableField,
    supportedTypes: ["one2many"],
    relatedFields: [
        { name: "from_value", type: "char", readonly: false },
        { name: "to_value", type: "char", readonly: false },
    ],
    isEmpty: () => false,
});
