import { registry } from "@web/core/registry";
import { SelectionField, selectionField } from "@web/views/fields/selection/selection_field";

/**
 * A choice among those fields of the registry that the source's kind of record has, and how
 * much it is needed. What it is called technically is a help beside its label.
 */
export class FieldChoiceField extends SelectionField {
    static template = "dokstamp_connector.FieldChoiceField";

    get options() {
        const { available_names: available, [this.props.name]: chosen } =
            this.props.record.data;
        return super.options.filter(
            ([name]) => name === chosen || (available || []).includes(name)
        );
    }

    /** The label of what is chosen, without its technical name. */
    get label() {
        return this.string.replace(` (${this.value})`, "");
    }

    get need() {
        const { need } = this.props.record.data;
        return this.props.record.fields.need.selection.find(([key]) => key === need)?.[1];
    }

    get isRequired() {
        return this.props.record.data.need === "required";
    }
}

registry.category("fields").add("dokstamp_field_choice", {
    ...selectionField,
    component: FieldChoiceField,
    supportedTypes: ["selection"],
    fieldDependencies: [{ name: "available_names", type: "json", readonly: true }],
});
