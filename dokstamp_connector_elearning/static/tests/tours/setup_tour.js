import {
    isInState,
    runScheduledActions,
    sandboxAddress,
} from "@dokstamp_connector/../tests/tours/steps";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const APP = "dokstamp_connector.dokstamp_connector_menu_root";
const step = (name, state) => `.o_dokstamp_setup li[data-step=${name}][data-state=${state}]`;
const pressed = (trigger, content) => ({ trigger, content, run: "click" });
const pressedIn = (name, label) => pressed(`${step(name, "todo")} button:contains('${label}')`);
const back = pressed(".o_breadcrumb .o_back_button, .breadcrumb a:contains('Overview')");

/** Somebody who knows nothing of it but what the screens say. */
registry.category("web_tour.tours").add("dokstamp_first_ten_minutes", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        pressed(`.o_app[data-menu-xmlid='${APP}']`),
        {
            content: "the first screen says what comes first, and what after it",
            trigger: `.o_dokstamp_setup:has(li[data-step=institution][data-state=later]) li[data-step=account][data-state=todo]`,
        },
        pressed(".o_dokstamp_setup button:contains('Try it with the sandbox')"),
        pressed(".o_dokstamp_try_it:contains('python -m sandbox') button:contains('Fill them in')"),
        {
            content: "the address that the sandbox has printed",
            trigger: ".o_form_view .o_field_widget[name=base_url] input",
            async run(helpers) {
                await helpers.edit(await sandboxAddress());
            },
        },
        {
            trigger: ".o_statusbar_buttons button:contains('Test connection')",
            async run(helpers) {
                document.querySelector(".o_form_view").dataset.isBefore = "yes";
                await helpers.click();
            },
        },
        {
            content: "the screen is shown anew, as what the test says asks for",
            trigger:
                ".o_form_view:not([data-is-before]):has(.o_arrow_button_current:contains('Connected'))",
        },
        back,
        { trigger: step("account", "done") },
        pressedIn("institution", "Choose institution"),
        {
            content: "what stands on diplomas is seen before it is made",
            trigger: ".modal .o_field_widget[name=diploma_note]:contains('Ten Minutes School')",
        },
        {
            content: "the country is asked for in place",
            trigger: ".modal .o_field_widget[name=country_id] input",
            run: "edit Portugal",
        },
        pressed(".o-autocomplete--dropdown-item:contains('Portugal') a"),
        {
            trigger:
                ".modal .o_field_widget[name=diploma_note]:contains('Ten Minutes School, Portugal')",
        },
        pressed(".modal-footer button:contains('Create from the company')"),
        { trigger: `${step("institution", "done")}:contains('Portugal')` },
        {
            content: "eLearning feeds it",
            trigger: `${step("sources", "done")}:contains('eLearning')`,
        },
        pressedIn("missing", "Mend it"),
        pressed(".o_data_row:contains('No date of birth') button:contains('Mend')"),
        pressed(
            ".o_form_view .o_field_widget[name=date_of_birth] input, .o_form_view .o_field_widget[name=date_of_birth] button"
        ),
        {
            trigger: ".o_form_view .o_field_widget[name=date_of_birth] input",
            run: "edit 02/03/2001",
        },
        pressed(".o_form_button_save"),
        pressed(".o_form_saved .breadcrumb a:contains('Overview'), .breadcrumb a:contains('Overview')"),
        { trigger: step("missing", "done") },
        pressedIn("rehearsal", "Rehearse"),
        {
            content: "meanwhile the scheduler works",
            trigger: ".o_form_view:contains('Nothing is sent')",
            run: () => runScheduledActions("ir_cron_run"),
        },
        back,
        { trigger: `${step("rehearsal", "done")}:contains('Nothing was sent')` },
        pressedIn("load", "First load"),
        pressed(".modal-footer button:contains('First load')"),
        {
            trigger: ".o_form_view:contains('First load')",
            run: () => runScheduledActions("ir_cron_run", "ir_cron_flush", "ir_cron_run"),
        },
        back,
        { trigger: step("load", "done") },
        pressedIn("address", "Issue with this address"),
        pressed(".modal-footer button:contains('Issue with this address')"),
        { trigger: step("address", "done") },
        pressedIn("certificates", "Issue the first one"),
        pressed(".o_data_row:contains('Lea Learner') .o_list_record_selector input"),
        pressed(".o_control_panel button:contains('Issue certificate')"),
        pressed(".modal .o_field_dokstamp_confirmation input"),
        pressed(".modal-footer button[name=action_issue]:enabled"),
        {
            trigger: ".o_form_view .o_field_widget[name=number]",
            run: () => runScheduledActions("ir_cron_documents", "ir_cron_flush"),
        },
        { trigger: ".o_dokstamp_verification a[href*='/verify/']" },
        isInState("Issued"),
        pressed("nav .o_nav_entry:contains('Overview'), .o_menu_sections a:contains('Overview')"),
        { trigger: step("certificates", "done") },
    ],
});
