import { registry } from "@web/core/registry";

const STUDENTS = "/odoo/action-dokstamp_connector.dokstamp_student_action";
const QUEUE = "/odoo/action-dokstamp_connector.dokstamp_sync_record_action";

registry.category("web_tour.tours").add("dokstamp_registrar_student", {
    url: STUDENTS,
    steps: () => [
        {
            content: "A student is held back, and the list says why",
            trigger:
                ".o_data_row:contains(Tess Example):contains(Failed):contains(No date of birth)",
        },
        {
            trigger: ".o_data_row:contains(Tess Example) td[name=name]",
            run: "click",
        },
        {
            content: "The form says it too",
            trigger: ".o_form_view .alert-danger:contains(No date of birth)",
        },
        {
            trigger: "div[name=date_of_birth] input, div[name=date_of_birth] button",
            run: "click",
        },
        {
            trigger: "div[name=date_of_birth] input",
            run: "edit 02/03/2001",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Completed, the student is on its way",
            trigger: ".o_form_saved .o_form_statusbar:contains(On its way)",
        },
        {
            trigger: ".o_form_button_create",
            run: "click",
        },
        {
            trigger: "div[name=name] input:value()",
            run: "edit Tariq Example",
        },
        {
            trigger: "div[name=email] input",
            run: "edit tariq@example.com",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved .o_form_statusbar:contains(On its way)",
        },
    ],
});

registry.category("web_tour.tours").add("dokstamp_manager_retry", {
    url: QUEUE,
    steps: () => [
        {
            content: "The queue opens with what is not done yet, and its reason",
            trigger: ".o_data_row:contains(Tess Example):contains(DokStamp refused it)",
        },
        {
            trigger: ".o_data_row:contains(Tess Example) .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button:contains(Retry)",
            run: "click",
        },
        {
            content: "It is due again, without a reason",
            trigger:
                ".o_data_row:contains(Tess Example):contains(On its way):not(:contains(refused))",
        },
        {
            trigger: ".o_data_row:contains(Tess Example) button[name=action_open_record]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_form_statusbar:contains(On its way)",
        },
    ],
});
