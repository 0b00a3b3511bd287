import { browser } from "@web/core/browser/browser";
import { session } from "@web/session";

// A user of the test who may run scheduled actions, as the scheduler would meanwhile.
const CLOCKWORK = "clockwork@example.com";

/** Call Odoo as another user, over the route that other programs use. */
async function callAs(login, model, method, args) {
    const post = async (service, name, params) => {
        const response = await browser.fetch("/jsonrpc", {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({
                jsonrpc: "2.0",
                method: "call",
                params: { service, method: name, args: params },
            }),
        });
        const { result, error } = await response.json();
        if (error) {
            throw new Error(`${model}.${method}: ${error.data.message}`);
        }
        return result;
    };
    const uid = await post("common", "login", [session.db, login, login]);
    return post("object", "execute_kw", [session.db, uid, login, model, method, args]);
}

/** Do what the scheduler does meanwhile: scheduled actions of the connector, by id. */
export async function runScheduledActions(...names) {
    for (const name of names) {
        const [, id] = await callAs(
            CLOCKWORK,
            "ir.model.data",
            "check_object_reference",
            ["dokstamp_connector", name]
        );
        await callAs(CLOCKWORK, "ir.cron", "method_direct_trigger", [[id]]);
    }
}

/** What the sandbox prints when it starts: its address. */
export function sandboxAddress() {
    return callAs(CLOCKWORK, "ir.config_parameter", "get_param", ["dokstamp_test.sandbox"]);
}

/** Fail the tour with a sentence unless something is so. */
export function expect(isRight, sentence) {
    if (!isRight) {
        throw new Error(sentence);
    }
}

/**
 * A step that waits until the status bar shows a state, and then does something.
 *
 * @param {string} label
 * @param {Function} [run]
 */
export const isInState = (label, run) => ({
    content: `it is ${label}`,
    // the state itself is a disabled button, on which no step runs
    trigger: `.o_form_view:has(.o_statusbar_status .o_arrow_button_current:contains('${label}'))`,
    run,
});
