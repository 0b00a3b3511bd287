import { registry } from "@web/core/registry";
import { SelectionField, selectionField } from "@web/views/fields/selection/selection_field";

/** A choice among those fields of the registry that the source's kind of record has. */
export class FieldChoiceField extends SelectionField {
    get options() {
        const { available_names: available, [this.props.name]: chosen } =
            this.props.record.data;
        return super.options.filter(
            ([name]) => name === chosen || (available || []).includes(name)
        );
    }
}

registry.category("fields").add("dokstamp_field_choice", {
    ...selectionField,
    component: FieldChoiceField,
    supportedTypes: ["selection"],
    fieldDependencies: [{ name: "available_names", type: "json", readonly: true }],
});
