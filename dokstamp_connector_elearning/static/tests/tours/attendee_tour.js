import {
    expect,
    isInState,
    runScheduledActions,
} from "@dokstamp_connector/../tests/tours/steps";
import { registry } from "@web/core/registry";

const isAt = (percent) => ({
    content: `the bar is at ${percent} %`,
    trigger: `.o_dokstamp_run_progress:contains('${percent}')`,
    run: () => expect(window.isTheSamePage, "the page was loaded again"),
});

const row = (name, text) => `.o_field_x2many .o_data_row:contains('${name}'):contains('${text}')`;

registry.category("web_tour.tours").add("dokstamp_attendees", {
    steps: () => [
        {
            content: "select all attendees",
            trigger: ".o_list_view:has(.o_data_row:contains('Lou Late')) thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "issue their certificates",
            trigger: ".o_control_panel button:contains('Issue certificate')",
            run: "click",
        },
        {
            content: "who did not complete gets none, and the reason stands beside the name",
            trigger: ".modal .o_data_row:contains('Nora Notyet'):contains('Not completed.')",
        },
        {
            content: "the confirmation counts the others",
            trigger: ".modal .o_field_dokstamp_confirmation:contains('notifies 2 people') input",
            run: "click",
        },
        {
            trigger: ".modal-footer button[name=action_issue]",
            run: "click",
        },
        isInState("Running", () => {
            window.isTheSamePage = true;
        }),
        {
            content: "pause the run",
            trigger: ".o_form_statusbar button[name=action_pause]",
            run: "click",
        },
        {
            content: "while it pauses the scheduler makes no document",
            trigger: ".alert:contains('Paused')",
            run: () => runScheduledActions("ir_cron_documents", "ir_cron_flush"),
        },
        isAt(0),
        {
            content: "let it go on",
            trigger: ".o_form_statusbar button[name=action_resume]",
            run: "click",
        },
        isInState("Running", () => runScheduledActions("ir_cron_documents", "ir_cron_flush")),
        {
            content: "one is issued",
            trigger: row("Lea Learner", "Issued"),
        },
        {
            content: "the other failed by itself, and says why",
            trigger: row("Lou Late", "The selected course is closed."),
        },
        isAt(100),
        {
            content: "try that one again",
            trigger: ".o_form_statusbar button[name=action_retry_failed]",
            run: "click",
        },
        {
            content: "its document is made anew, as what it says may have been corrected",
            trigger: row("Lou Late", "On its way"),
            run: () => runScheduledActions("ir_cron_documents", "ir_cron_flush"),
        },
        {
            trigger: row("Lou Late", "Issued"),
            run: () => expect(window.isTheSamePage, "the page was loaded again"),
        },
        isInState("Done"),
    ],
});
