import { registry } from "@web/core/registry";
import { DomainField, domainField } from "@web/views/fields/domain/domain_field";

/**
 * The condition of a source. How many records match is counted by the server, as the source
 * reads them: the reader's count, beside it, would be another one.
 */
export class ConditionField extends DomainField {
    static template = "dokstamp_connector.ConditionField";
}

registry.category("fields").add("dokstamp_condition", {
    ...domainField,
    component: ConditionField,
});
