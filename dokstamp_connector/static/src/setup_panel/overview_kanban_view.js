import { SetupPanel } from "@dokstamp_connector/setup_panel/setup_panel";
import { registry } from "@web/core/registry";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";

/** The accounts, below what is left to set up. */
export class OverviewKanbanRenderer extends KanbanRenderer {
    static template = "dokstamp_connector.OverviewKanbanRenderer";
    static components = { ...KanbanRenderer.components, SetupPanel };

    /** What comes first, or who can do it, the panel says. */
    get showNoContentHelper() {
        return false;
    }
}

registry.category("views").add("dokstamp_overview_kanban", {
    ...kanbanView,
    Renderer: OverviewKanbanRenderer,
});
