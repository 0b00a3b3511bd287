import { registry } from "@web/core/registry";
import { BooleanField, booleanField } from "@web/views/fields/boolean/boolean_field";

/** A checkbox whose label is another field: what one agrees to names the people that it is about. */
export class ConfirmationField extends BooleanField {
    static template = "dokstamp_connector.ConfirmationField";
    static props = { ...BooleanField.props, labelField: String };

    get label() {
        return this.props.record.data[this.props.labelField];
    }
}

export const confirmationField = {
    ...booleanField,
    component: ConfirmationField,
    extractProps: ({ options }) => ({ labelField: options.label_field }),
};

registry.category("fields").add("dokstamp_confirmation", confirmationField);
