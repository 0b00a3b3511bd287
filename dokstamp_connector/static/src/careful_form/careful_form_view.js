import { registry } from "@web/core/registry";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/**
 * A form that saves a new record only for whoever wrote something in it, and once.
 *
 * Odoo saves what is on the screen when the page is left, a new record too; and once more when
 * the page is hidden after that, as it has not heard of the first time.
 */
export class CarefulFormController extends FormController {
    get isUntouched() {
        const { isNew, dirty } = this.model.root;
        return isNew && !dirty;
    }

    async beforeVisibilityChange() {
        if (!this.isUntouched) {
            return super.beforeVisibilityChange();
        }
    }

    async beforeUnload(ev) {
        if (!this.isUntouched) {
            return super.beforeUnload(ev);
        }
    }
}

registry.category("views").add("dokstamp_careful_form", {
    ...formView,
    Controller: CarefulFormController,
});
