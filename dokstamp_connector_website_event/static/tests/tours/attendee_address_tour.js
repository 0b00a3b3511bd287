import {registry} from "@web/core/registry";

const WARNING = ".o_dokstamp_shared_address";

/** The tours' own `edit` does not know an empty field for dates. */
const born =
    (day) =>
    ({anchor}) => {
        anchor.value = day;
    };

registry.category("web_tour.tours").add("dokstamp_attendee_address", {
    steps: () => [
        {trigger: "button[data-bs-target='#modal_ticket_registration']", run: "click"},
        {trigger: ".modal.show [data-increment-type='plus']", run: "click"},
        {trigger: ".modal.show .a-submit:not([disabled])", run: "click"},
        {trigger: ".modal.modal_shown.show form[id='attendee_registration']"},
        {trigger: "input[name^='1-name-']", run: "edit Ada Example"},
        {trigger: "input[name^='1-email-']", run: "edit family@example.com"},
        {trigger: "input[name^='2-name-']", run: "edit Ben Example"},
        {trigger: "input[name^='2-email-']", run: "edit ben@example.com"},
        {trigger: `${WARNING}.d-none:not(:visible)`},
        {trigger: "input[name^='2-email-']", run: "edit Family@example.com"},
        {trigger: `${WARNING}:not(.d-none)`},
        {trigger: "input[name^='1-birth_date-']", run: born("2001-02-03")},
        {trigger: "input[name^='2-birth_date-']", run: born("2002-04-03")},
        {
            trigger: "#attendee_registration button[type='submit']",
            run: "click",
            expectUnloadPage: true,
        },
        {trigger: ".o_wereg_confirmed .alert-warning"},
    ],
});
