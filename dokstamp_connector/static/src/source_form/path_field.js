import { registry } from "@web/core/registry";
import {
    FieldSelectorField,
    fieldSelectorField,
} from "@web/views/fields/field_selector/field_selector_field";

/** What a source never reads, or cannot mean one value by. */
const NOT_READ = ["binary", "image", "json", "many2many", "one2many", "properties", "reference"];

/** The field that a source reads, by its label and its technical name. */
export class PathField extends FieldSelectorField {
    filter(field) {
        const isList = field.name === this.props.record.data.relation;
        return super.filter(field) && (isList || !NOT_READ.includes(field.type));
    }

    get selectorProps() {
        return { ...super.selectorProps, isDebugMode: true };
    }
}

registry.category("fields").add("dokstamp_path", { ...fieldSelectorField, component: PathField });
