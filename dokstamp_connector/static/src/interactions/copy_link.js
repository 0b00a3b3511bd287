import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const SHOWN = 2000; // milliseconds that "Copied" stands on the button

/** Copies the link that the button names, and says so on the button. */
export class CopyLink extends Interaction {
    static selector = ".o_dokstamp_copy";
    dynamicContent = {
        _root: { "t-on-click.prevent": this.onClick },
        ".o_dokstamp_to_copy": { "t-att-class": () => ({ "d-none": this.isCopied }) },
        ".o_dokstamp_copied": { "t-att-class": () => ({ "d-none": !this.isCopied }) },
    };

    setup() {
        this.isCopied = false;
    }

    async onClick() {
        await this.waitFor(this.copy(this.el.dataset.link));
        this.isCopied = true;
        this.waitForTimeout(() => (this.isCopied = false), SHOWN);
    }

    /** Browsers give a clipboard to pages that begin with https:// alone, if at all. */
    async copy(text) {
        try {
            await browser.navigator.clipboard.writeText(text);
        } catch {
            this.copySelected(text);
        }
    }

    copySelected(text) {
        const field = document.createElement("textarea");
        field.value = text;
        this.el.after(field);
        field.select();
        document.execCommand("copy");
        field.remove();
        this.el.focus();
    }
}

registry
    .category("public.interactions")
    .add("dokstamp_connector.copy_link", CopyLink);
