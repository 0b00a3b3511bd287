import { useLiveReload } from "@dokstamp_connector/records_changed";
import { registry } from "@web/core/registry";
import {
    ProgressBarField,
    progressBarField,
} from "@web/views/fields/progress_bar/progress_bar_field";

const CERTIFICATE = "dokstamp.certificate";
const RELOAD_DELAY = 1000; // milliseconds: a run of hundreds changes many times a second

/** How far an issue run got; up to date while it is on the screen. */
export class RunProgressField extends ProgressBarField {
    setup() {
        super.setup();
        useLiveReload((model, id) => model === CERTIFICATE && this.isOurs(id), RELOAD_DELAY);
    }

    /** A list does not know the certificates of its runs: any of them may be one. */
    isOurs(id) {
        const certificates = this.props.record.data.certificate_ids;
        return !certificates || certificates.resIds.includes(id);
    }
}

export const runProgressField = { ...progressBarField, component: RunProgressField };

registry.category("fields").add("dokstamp_run_progress", runProgressField);
