import { registry } from "@web/core/registry";

const SAVE = ".o_form_button_save";
const SAVED = ".o_form_saved, .o_form_status_indicator_buttons.invisible";
const FIELDS = ".o_field_widget[name=field_ids] .o_data_row";
const TRIAL = ".o_dokstamp_trial";

const typed = (name, text, inside = "") => ({
    trigger: `${inside} .o_field_widget[name=${name}] input`,
    run: `edit ${text}`,
});
const chosen = (label) => ({
    trigger: `.o-autocomplete--dropdown-item:contains('${label}') a`,
    run: "click",
});
const pressed = (trigger, content) => ({ trigger, content, run: "click" });

/** An administrator makes a model by hand, in Settings > Technical > Models. */
registry.category("web_tour.tours").add("dokstamp_model_by_hand", {
    steps: () => [
        typed("name", "Evening class"),
        typed("model", "x_evening_class"),
        pressed(
            ".o_field_widget[name=field_id] .o_field_x2many_list_row_add a",
            "it has a name already; it gets a field more"
        ),
        typed("name", "x_kuerzel", ".modal"),
        typed("field_description", "Kürzel", ".modal"),
        pressed(".modal .o_field_widget[name=ttype] input"),
        pressed(".o_select_menu_item:contains('char')"),
        { trigger: ".modal .o_field_widget[name=ttype] input:value(char)" },
        pressed(".modal .o_form_button_save"),
        pressed(
            "body:not(:has(.modal)) .o_notebook .nav-link:contains('Access Rights')",
            "who may read it"
        ),
        pressed(".o_field_widget[name=access_ids] .o_field_x2many_list_row_add a"),
        typed("name", "x_evening_class.manager", ".o_selected_row"),
        typed("group_id", "DokStamp", ".o_selected_row"),
        chosen("DokStamp / Manager"),
        pressed(".o_selected_row .o_field_widget[name=perm_read] input"),
        pressed(SAVE),
        { trigger: SAVED },
    ],
});

/** A manager without other rights has the model that was made by hand feed courses. */
registry.category("web_tour.tours").add("dokstamp_source_setup", {
    steps: () => [
        {
            content: "a model is found by its technical name",
            ...typed("model_id", "evening_class"),
        },
        chosen("Evening class (x_evening_class)"),
        pressed(".o_field_widget[name=entity] input"),
        pressed(".o_select_menu_item:contains('Course')"),
        {
            content: "what DokStamp needs is there, marked, and filled in",
            trigger: `${FIELDS}:contains('Name (name)'):contains('Required') td[name=path]:contains('Name')`,
        },
        {
            content: "a label in another language is known too",
            trigger: `${FIELDS}:contains('Code (code)') td[name=path]:contains('Kürzel')`,
        },
        typed("trial_id", "Bot"),
        chosen("Botany"),
        {
            content: "what would be sent of a record is seen before anything is saved",
            trigger: `${TRIAL}:contains('becomes a new course') tr[data-name=code]:contains('BOT-1')`,
        },
        pressed(`${FIELDS}:contains('Code (code)') td[name=method]`),
        pressed(".o_selected_row .o_field_widget[name=method] input"),
        pressed(".o_select_menu_item:contains('Text with placeholders')"),
        {
            content: "a change is seen at once",
            trigger: ".o_selected_row .o_field_widget[name=path] input",
            run: "edit EVE-{x_kuerzel} && press Tab",
        },
        { trigger: `${TRIAL} tr[data-name=code]:contains('EVE-BOT-1')` },
        pressed(SAVE),
        {
            content: "nothing is lacking",
            trigger: ".alert:contains('It is complete and switched off')",
        },
        pressed(".o_statusbar_buttons button[name=action_switch_on]"),
        pressed(
            ".modal:contains('2 records of Evening class') button.btn-primary[name=action_confirm]",
            "it is asked first, with the number of records"
        ),
        {
            content: "it is on",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_buttons button[name=action_switch_off]",
        },
        pressed(
            ".o_statusbar_buttons button[name=action_delete]",
            "deleting is asked as well"
        ),
        pressed(".modal:contains('for good') button[special=cancel]"),
        { trigger: "body:not(:has(.modal)) " + SAVED },
    ],
});

/** A registrar opens a source, to see why a record is as it is. */
registry.category("web_tour.tours").add("dokstamp_source_seen", {
    steps: () => [
        {
            trigger:
                ".o_form_view .o_field_widget[name=field_ids] .o_data_row:contains('Status (completion_status)')",
        },
        {
            content: "values stand there by their labels",
            trigger: ".o_dokstamp_value_table:contains('Running'):contains('Enrolled')",
        },
        {
            content: "nothing can be changed",
            trigger: ".o_form_view:not(:has(button[name=action_switch_off]))",
        },
    ],
});
