import { useLiveReload } from "@dokstamp_connector/records_changed";
import { registry } from "@web/core/registry";
import {
    ProgressBarField,
    progressBarField,
} from "@web/views/fields/progress_bar/progress_bar_field";

const CERTIFICATE = "dokstamp.certificate";
const RELOAD_DELAY = 1000; // milliseconds: a run of hundreds changes many times a second

/** How far a run got; up to date while it is on the screen. */
export class RunProgressField extends ProgressBarField {
    setup() {
        super.setup();
        useLiveReload((model, id) => this.isConcerned(model, id), RELOAD_DELAY);
    }

    /** By a change of the run itself, or of one of its certificates. */
    isConcerned(model, id) {
        const { record } = this.props;
        if (model === CERTIFICATE) {
            const certificates = record.data.certificate_ids;
            // a list does not know the certificates of its runs: any of them may be one
            return !certificates || certificates.resIds.includes(id);
        }
        return model === record.resModel && id === record.resId;
    }
}

export const runProgressField = { ...progressBarField, component: RunProgressField };

registry.category("fields").add("dokstamp_run_progress", runProgressField);
