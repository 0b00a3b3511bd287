import { useService } from "@web/core/utils/hooks";

import { onWillUnmount, status, useComponent } from "@odoo/owl";

const RECORDS_CHANGED = "dokstamp_connector/records_changed";

// Model of a view that will be reloaded in a moment → the fields in it that ask for it.
const reloading = new Map();

/**
 * Reload the view around a field when the state at DokStamp of certain records has changed.
 *
 * @param {(model: string, id: number) => boolean} isConcerned whether the record is one of them
 * @param {number} delay in milliseconds: one reload for all that changes within it
 */
export function useLiveReload(isConcerned, delay) {
    const field = useComponent();
    const bus = useService("bus_service");
    const onChanged = ({ records }) => {
        if (records.some(([model, id]) => isConcerned(model, id))) {
            reloadSoon(field, delay);
        }
    };
    bus.subscribe(RECORDS_CHANGED, onChanged);
    onWillUnmount(() => bus.unsubscribe(RECORDS_CHANGED, onChanged));
}

/**
 * Reload the view around a field, once for all fields that ask for it within the delay.
 *
 * @param {Component} field
 * @param {number} delay in milliseconds
 */
export function reloadSoon(field, delay) {
    const { model } = field.props.record;
    if (reloading.has(model)) {
        reloading.get(model).add(field);
        return;
    }
    reloading.set(model, new Set([field]));
    setTimeout(() => {
        const fields = reloading.get(model);
        reloading.delete(model);
        reload(model, fields);
    }, delay);
}

/** Somebody may have left the view in the meantime; then its model must not be used any more. */
async function reload(model, fields) {
    const isOnScreen = () => [...fields].some((field) => status(field) !== "destroyed");
    if (isOnScreen() && !(await isInUse(model.root)) && isOnScreen()) {
        await model.root.load();
    }
}

/** A form with unsaved edits, or a list that somebody edits or selects in, is left as it is. */
async function isInUse(root) {
    if (root.records) {
        return Boolean(root.editedRecord || root.selection.length);
    }
    return root.isDirty();
}
