import { registry } from "@web/core/registry";

const SAVE = ".o_form_button_save";
const SAVED = ".o_form_saved, .o_form_status_indicator_buttons.invisible";
const ROW = ".o_field_widget[name=field_ids] .o_data_row:contains('Name (name)')";

/** A manager without other rights sets up a source; its model has the label School Course. */
registry.category("web_tour.tours").add("dokstamp_source_setup", {
    steps: () => [
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Courses of the school",
        },
        {
            content: "a model is found by its technical name",
            trigger: ".o_field_widget[name=model_id] input",
            run: "edit school.course",
        },
        {
            trigger:
                ".o-autocomplete--dropdown-item:contains('School Course (test.dokstamp.school.course)') a",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=entity] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Course')",
            run: "click",
        },
        {
            content: "what the registry needs is there, to be filled, and marked",
            trigger: ROW + ":contains('Required')",
        },
        {
            content: "it may be saved half done",
            trigger: SAVE,
            run: "click",
        },
        {
            content: "and says what it lacks",
            trigger:
                ".o_form_view:has(button[name=action_switch_on]) .alert:contains('Name (name)')",
        },
        {
            trigger: ROW + " td[name=path]",
            run: "click",
        },
        {
            trigger: ".o_data_row.o_selected_row .o_model_field_selector",
            run: "click",
        },
        {
            content: "fields are called by both names; none with several values is offered",
            trigger:
                ".o_model_field_selector_popover:not(:has([data-name=file_ids])) [data-name=name] button",
            run: "click",
        },
        {
            trigger: SAVE,
            run: "click",
        },
        {
            content: "nothing is lacking any more",
            trigger: ".alert:contains('It is complete and switched off')",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_switch_on]",
            run: "click",
        },
        {
            content: "it is asked first, with the number of records",
            trigger: ".modal:contains('2 records of School Course') button.btn-primary[name=action_confirm]",
            run: "click",
        },
        {
            content: "it is on",
            trigger:
                "body:not(:has(.modal)) .o_statusbar_buttons button[name=action_switch_off]",
        },
        {
            content: "deleting is asked as well",
            trigger: ".o_statusbar_buttons button[name=action_delete]",
            run: "click",
        },
        {
            trigger: ".modal:contains('for good') button[special=cancel]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) " + SAVED,
        },
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
            content: "values stand there by both names",
            trigger: ".o_field_widget[name=field_ids]:contains('Enrolled (enrolled)')",
        },
        {
            content: "nothing can be changed",
            trigger: ".o_form_view:not(:has(button[name=action_switch_off]))",
        },
    ],
});
