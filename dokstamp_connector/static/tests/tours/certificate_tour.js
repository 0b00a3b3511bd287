import {
    expect,
    isInState,
    runScheduledActions,
} from "@dokstamp_connector/../tests/tours/steps";
import { press } from "@odoo/hoot-dom";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

/** What the check link of the certificate on the screen answers; a redirection is not followed. */
async function follow(anchor) {
    const response = await browser.fetch(anchor.href, { redirect: "manual" });
    if (response.type === "opaqueredirect") {
        return "redirected";
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector("#wrap").textContent.replace(/\s+/g, " ");
}

const CHECK_LINK = ".o_field_widget[name=check_url] a";
const LINKS = ".o_dokstamp_links:has(.o_dokstamp_verification a)";
const VERIFICATION_LINK = ".o_dokstamp_verification a[href*='/verify/']";

registry.category("web_tour.tours").add("dokstamp_certificate", {
    steps: () => [
        {
            content: "issue a certificate from the student's form",
            trigger: ".o_form_statusbar button:contains('Issue certificate')",
            run: "click",
        },
        {
            content: "nothing can be issued before it is confirmed",
            trigger: ".modal-footer button:contains('Issue')[disabled]",
        },
        {
            content: "the confirmation names the person",
            trigger:
                ".modal .o_field_dokstamp_confirmation:contains('notifies Ada Example') input",
            run: "click",
        },
        {
            trigger: ".modal-footer button[name=action_issue]",
            run: "click",
        },
        isInState("On its way"),
        {
            content: "the check link tells nobody more than that it is not issued yet",
            trigger: CHECK_LINK,
            async run({ anchor }) {
                window.isTheSamePage = true;
                const page = await follow(anchor);
                expect(page.includes("not issued yet"), "not issued: " + page);
            },
        },
        {
            content: "meanwhile the scheduler makes the document and sends it",
            trigger: ".o_form_view",
            run: () => runScheduledActions("ir_cron_documents", "ir_cron_flush"),
        },
        {
            content: "the verification link appears",
            trigger: VERIFICATION_LINK,
            run: () => expect(window.isTheSamePage, "the page was loaded again"),
        },
        isInState("Issued"),
        {
            content: "both links say beside each other what they are, and can be copied",
            trigger: LINKS,
            run({ anchor }) {
                const told = anchor.querySelectorAll(":scope > div > .text-muted");
                const texts = [...told].map((one) => one.textContent);
                expect(texts.length === 2, "two links: " + texts);
                expect(texts[0].includes("DokStamp's own page"), texts[0]);
                expect(texts[1].includes("QR code"), texts[1]);
                const buttons = anchor.querySelectorAll("button.o_btn_char_copy");
                expect(buttons.length === 2, "a button to copy on each");
            },
        },
        {
            content: "the check link leads to DokStamp",
            trigger: CHECK_LINK,
            async run({ anchor }) {
                const answer = await follow(anchor);
                expect(answer === "redirected", "issued: " + answer);
            },
        },
        {
            content: "revoke it",
            trigger: ".o_form_statusbar button[name=action_revoke]",
            run: "click",
        },
        {
            content: "with a reason that everybody will see",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit The name was misspelt.",
        },
        {
            trigger: ".modal-footer button[name=action_confirm]",
            run: "click",
        },
        {
            content: "the dialog is closed, and the scheduler tells DokStamp",
            trigger: "body:not(:has(.modal)) .o_form_view",
            run: () => runScheduledActions("ir_cron_flush"),
        },
        {
            content: "the reason stands on the certificate",
            trigger: ".alert:contains('Revoked on'):contains('The name was misspelt.')",
        },
        {
            content: "the check link says revoked, and nothing of the student",
            trigger: CHECK_LINK,
            async run({ anchor }) {
                const page = await follow(anchor);
                expect(page.includes("revoked"), "revoked: " + page);
                expect(!page.includes("Ada Example"), "the page names the student");
            },
        },
        {
            content: "issue a corrected one",
            trigger: ".o_form_statusbar button[name=action_open_reissue]",
            run: "click",
        },
        {
            content: "it goes through the list that issues, and needs its word",
            trigger:
                ".modal:contains('Ada Example') .o_field_dokstamp_confirmation input",
            run: "click",
        },
        {
            trigger: ".modal-footer button[name=action_issue]",
            run: "click",
        },
        {
            content: "the successor is on the screen",
            trigger: ".o_form_view button[name=action_open_replaces]",
            run: () => runScheduledActions("ir_cron_documents", "ir_cron_flush"),
        },
        {
            content: "its own verification link appears",
            trigger: VERIFICATION_LINK,
            run: () => expect(window.isTheSamePage, "the page was loaded again"),
        },
        isInState("Issued"),
        {
            content: "its own check link leads to DokStamp",
            trigger: CHECK_LINK,
            async run({ anchor }) {
                const answer = await follow(anchor);
                expect(answer === "redirected", "re-issued: " + answer);
            },
        },
    ],
});

registry.category("web_tour.tours").add("dokstamp_certificate_expired", {
    steps: () => [
        isInState("Issued"),
        {
            content: "DokStamp let it expire; ask there",
            trigger: ".o_form_statusbar button[name=action_sync_now]",
            async run(helpers) {
                window.isTheSamePage = true;
                await helpers.click();
            },
        },
        {
            trigger: ".o_form_view",
            run: () => runScheduledActions("ir_cron_flush"),
        },
        isInState("Expired", () => expect(window.isTheSamePage, "the page was loaded again")),
        {
            content: "the check link says expired",
            trigger: CHECK_LINK,
            async run({ anchor }) {
                const page = await follow(anchor);
                expect(page.includes("has expired"), "expired: " + page);
                expect(!page.includes("Ada Example"), "the page names the student");
            },
        },
        {
            content: "issue a new one; no public reason is asked for, as nothing is revoked",
            trigger: ".o_form_statusbar button[name=action_open_reissue]",
            run: "click",
        },
        {
            trigger:
                ".modal:not(:has(.o_field_widget[name=reason])) .o_field_dokstamp_confirmation input",
            run: "click",
        },
        {
            trigger: ".modal-footer button[name=action_issue]",
            run: "click",
        },
        {
            content: "the successor is on the screen",
            trigger: ".o_form_view button[name=action_open_replaces]",
            run: () => runScheduledActions("ir_cron_documents", "ir_cron_flush"),
        },
        {
            content: "its verification link appears",
            trigger: VERIFICATION_LINK,
            run: () => expect(window.isTheSamePage, "the page was loaded again"),
        },
        isInState("Issued"),
        {
            content: "its check link leads to DokStamp",
            trigger: CHECK_LINK,
            async run({ anchor }) {
                const answer = await follow(anchor);
                expect(answer === "redirected", "issued: " + answer);
            },
        },
    ],
});

registry.category("web_tour.tours").add("dokstamp_portfolio_left", {
    steps: () => [
        {
            content: "look what a portfolio page would be",
            trigger: "button[name=action_open_portfolio]",
            run: "click",
        },
        {
            content: "and leave it without a word",
            trigger: ".o_form_view .o_field_widget[name=slug] input",
            run() {
                // as the browser says when the page goes out of sight
                Object.defineProperty(document, "visibilityState", {
                    value: "hidden",
                    configurable: true,
                });
                document.dispatchEvent(new Event("visibilitychange"));
                delete document.visibilityState;
            },
        },
        {
            content: "it is still a new one",
            trigger: ".o_form_view:not(:has(button[name=action_view_audit_trail]))",
        },
    ],
});

/** Press Tab until what matches the selector has the focus, as somebody without a mouse does. */
async function tabTo(selector) {
    for (let presses = 0; presses < 40; presses++) {
        if (document.activeElement.closest(selector)) {
            return;
        }
        await press("Tab");
    }
    throw new Error(`Tab does not lead to ${selector}`);
}

registry.category("web_tour.tours").add("dokstamp_keyboard", {
    steps: () => [
        {
            content: "the key of Issue certificate, on the student's form",
            trigger: ".o_form_view .o_form_statusbar button:contains('Issue certificate')",
            run: () => press("alt+i"),
        },
        {
            content: "the list opens, and has the focus; Tab leads to the tick",
            trigger: ".modal .o_field_dokstamp_confirmation input:not(:checked)",
            async run() {
                await tabTo(".modal .o_field_dokstamp_confirmation");
                await press("Space");
            },
        },
        {
            content: "and from there to Issue, which has a key, too: hoot's Enter presses no button",
            trigger: ".modal-footer button[name=action_issue]",
            async run() {
                await tabTo(".modal-footer button[name=action_issue]");
                await press("alt+q");
            },
        },
        isInState("On its way", () => runScheduledActions("ir_cron_documents", "ir_cron_flush")),
        isInState("Issued"),
        {
            content: "Revoke and Re-issue have keys of their own",
            trigger: ".o_form_statusbar button[name=action_revoke]",
            run: () => press("alt+r"),
        },
        {
            content: "what was pressed by mistake is left by a key",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: () => press("Escape"),
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_statusbar button[name=action_open_reissue]",
            run: () => press("alt+e"),
        },
        {
            content: "Re-issue asks for its word, too",
            trigger: ".modal .o_field_dokstamp_confirmation input",
            run: () => press("Escape"),
        },
        { trigger: "body:not(:has(.modal)) .o_form_view" },
    ],
});
