import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { SelectionField } from "@web/views/fields/selection/selection_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A text that is chosen by its label where another field holds a list of choices. */
export class ValueChoiceField extends SelectionField {
    static template = "dokstamp_connector.ValueChoiceField";
    static components = { ...SelectionField.components, CharField };
    static props = { ...SelectionField.props, choicesField: String };

    get charProps() {
        const names = Object.keys(standardFieldProps).filter((name) => name in this.props);
        return Object.fromEntries(names.map((name) => [name, this.props[name]]));
    }

    /** What is there already stays a choice, though it be none of the list. */
    get options() {
        const options = this.props.record.data[this.props.choicesField] || [];
        const isListed = !this.value || options.some(([value]) => value === this.value);
        const labelled = options.map(([value, label]) => [value, `${label} (${value})`]);
        return isListed ? labelled : [...labelled, [this.value, this.value]];
    }

    get isList() {
        return Boolean(this.props.record.data[this.props.choicesField]?.length);
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
    isEmpty: charField.isEmpty,
    extractProps: ({ options, placeholder }, dynamicInfo) => ({
        choicesField: options.choices,
        placeholder,
        required: dynamicInfo.required,
    }),
});
