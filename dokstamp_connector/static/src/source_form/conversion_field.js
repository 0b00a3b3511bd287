import { registry } from "@web/core/registry";
import { FloatField } from "@web/views/fields/float/float_field";
import { SelectionField, selectionField } from "@web/views/fields/selection/selection_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** How a value is converted, with what that needs to know. */
export class ConversionField extends SelectionField {
    static template = "dokstamp_connector.ConversionField";
    static components = { ...SelectionField.components, FloatField, SelectionField };

    get isGrade() {
        return this.value === "grade";
    }

    get isDate() {
        return this.value === "date";
    }

    /** Props of a widget for another field of the same line. */
    propsOf(name) {
        const names = Object.keys(standardFieldProps).filter((key) => key in this.props);
        const props = Object.fromEntries(names.map((key) => [key, this.props[key]]));
        return { ...props, name };
    }
}

registry.category("fields").add("dokstamp_conversion", {
    ...selectionField,
    component: ConversionField,
    supportedTypes: ["selection"],
});
