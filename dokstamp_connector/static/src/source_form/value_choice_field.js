import { registry } from "@web/core/registry";
import { CharField } from "@web/views/fields/char/char_field";
import { SelectionField } from "@web/views/fields/selection/selection_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A text that is chosen by its label where there is a list of choices: another field of the
 * record holds it, or whoever uses this brings it.
 */
export class ValueChoiceField extends SelectionField {
    static template = "dokstamp_connector.ValueChoiceField";
    static components = { ...SelectionField.components, CharField };
    static props = {
        ...SelectionField.props,
        choicesField: { type: String, optional: true },
        listed: { type: [Array, Boolean], optional: true },
    };

    get charProps() {
        const names = Object.keys(standardFieldProps).filter((name) => name in this.props);
        return Object.fromEntries(names.map((name) => [name, this.props[name]]));
    }

    get listed() {
        return this.props.listed || this.props.record.data[this.props.choicesField] || [];
    }

    /** What is there already stays a choice, though it be none of the list. */
    get options() {
        const isListed = !this.value || this.listed.some(([value]) => value === this.value);
        return isListed ? this.listed : [...this.listed, [this.value, this.value]];
    }

    get isList() {
        return Boolean(this.listed.length);
    }

    get string() {
        const chosen = this.options.find(([value]) => value === this.value);
        return chosen ? chosen[1] : "";
    }

    onChange(value) {
        this.props.record.update({ [this.props.name]: value ?? false });
    }
}

registry.category("fields").add("dokstamp_value_choice", {
    component: ValueChoiceField,
    supportedTypes: ["char"],
    extractProps: ({ options, placeholder }, dynamicInfo) => ({
        choicesField: options.choices,
        placeholder,
        required: dynamicInfo.required,
    }),
});
