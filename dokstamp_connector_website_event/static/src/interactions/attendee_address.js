import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/** While attendees are typed in: two of them have one address. It stops nothing. */
export class AttendeeAddress extends Interaction {
    static selector = "#attendee_registration";
    dynamicContent = {
        // What is typed has the page looked at anew.
        "input": {"t-on-input": () => undefined},
        ".o_dokstamp_shared_address": {
            "t-att-class": () => ({"d-none": !this.isAddressShared()}),
        },
    };

    /** Whether two attendees with other names have the same address. */
    isAddressShared() {
        const names = new Map();
        return this.attendees().some(({name, address}) => {
            const known = names.get(address);
            names.set(address, known ?? name);
            return known !== undefined && known !== name;
        });
    }

    /** Those of whom name and address are typed already. */
    attendees() {
        const typed = new Map();
        for (const {name: key, value} of this.el.querySelectorAll("input")) {
            const [number, kind] = key.split("-");
            if (kind === "name" || kind === "email") {
                const attendee = typed.get(number) || {};
                typed.set(number, {...attendee, [kind]: value.trim().toLowerCase()});
            }
        }
        return [...typed.values()]
            .map(({name, email: address}) => ({name, address}))
            .filter(({name, address}) => name && address);
    }
}

registry
    .category("public.interactions")
    .add("dokstamp_connector_website_event.attendee_address", AttendeeAddress);
