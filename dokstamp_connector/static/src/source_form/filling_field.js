import { registry } from "@web/core/registry";
import { CharField } from "@web/views/fields/char/char_field";
import {
    FieldSelectorField,
    fieldSelectorField,
} from "@web/views/fields/field_selector/field_selector_field";
import { ModelFieldSelector } from "@web/core/model_field_selector/model_field_selector";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { ValueChoiceField } from "./value_choice_field";

/** What a source never reads, or cannot mean one value by. */
const NOT_READ = ["binary", "image", "json", "many2many", "one2many", "properties", "reference"];

/**
 * What a field of the registry is filled with: a field of the Odoo model, chosen with Odoo's
 * own selector, a fixed value, or a text with placeholders.
 */
export class FillingField extends FieldSelectorField {
    static template = "dokstamp_connector.FillingField";
    static components = { CharField, ModelFieldSelector, ValueChoiceField };

    filter(field) {
        const isList = field.name === this.props.record.data.relation;
        return super.filter(field) && (isList || !NOT_READ.includes(field.type));
    }

    get selectorProps() {
        return { ...super.selectorProps, allowEmpty: true, isDebugMode: true };
    }

    get textExample() {
        return "ODOO-{id}";
    }

    get method() {
        return this.props.record.data.method;
    }

    /** Props of a widget for another field of the same line. */
    propsOf(name) {
        const names = Object.keys(standardFieldProps).filter((key) => key in this.props);
        const props = Object.fromEntries(names.map((key) => [key, this.props[key]]));
        return { ...props, name };
    }
}

registry.category("fields").add("dokstamp_filling", {
    ...fieldSelectorField,
    component: FillingField,
    // a line that is not filled yet is shown as such
    isEmpty: () => false,
});
