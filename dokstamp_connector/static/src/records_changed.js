import { useService } from "@web/core/utils/hooks";

import { onWillUnmount } from "@odoo/owl";

const RECORDS_CHANGED = "dokstamp_connector/records_changed";

// The models of the views that will be reloaded in a moment.
const reloading = new WeakSet();

/**
 * Call `onChanged` with the `[model, id]` pairs of records whose state at DokStamp has just changed.
 *
 * @param {(records: [string, number][]) => void} onChanged
 */
export function useRecordsChanged(onChanged) {
    const bus = useService("bus_service");
    const listener = ({ records }) => onChanged(records);
    bus.subscribe(RECORDS_CHANGED, listener);
    onWillUnmount(() => bus.unsubscribe(RECORDS_CHANGED, listener));
}

/**
 * Reload a view, once for all that asks for it within `delay` milliseconds.
 *
 * @param {object} model
 * @param {number} delay
 */
export function reloadSoon(model, delay) {
    if (!reloading.has(model)) {
        reloading.add(model);
        setTimeout(() => {
            reloading.delete(model);
            reloadUnlessInUse(model.root);
        }, delay);
    }
}

/** A form with unsaved edits, or a list that somebody edits or selects in, is left as it is. */
async function reloadUnlessInUse(root) {
    const isInUse = root.records
        ? root.editedRecord || root.selection.length
        : await root.isDirty();
    if (!isInUse) {
        await root.load();
    }
}
