import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";

/** A grade; empty where nobody gave one, as a number alone cannot tell. */
export class GradeField extends FloatField {
    get formattedValue() {
        return this.props.record.data.is_graded ? super.formattedValue : "";
    }
}

registry.category("fields").add("dokstamp_grade", {
    ...floatField,
    component: GradeField,
    fieldDependencies: [{ name: "is_graded", type: "boolean" }],
});
