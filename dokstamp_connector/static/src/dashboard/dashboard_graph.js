import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";

import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

const DANGER = "#dc3545";

/** A small bar chart: how many on each day, or in each month. */
export class DashboardGraph extends Component {
    static template = "dokstamp_connector.DashboardGraph";
    static props = { graph: Object };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const chart = new Chart(this.canvas.el, this.config());
                return () => chart.destroy();
            },
            () => [JSON.stringify(this.props.graph)]
        );
    }

    /** What a screen reader says instead of the picture. */
    get description() {
        const { title, labels, series } = this.props.graph;
        const told = labels.map((label, index) => {
            const values = series.map((one) => `${one.label} ${one.values[index]}`);
            return `${label}: ${values.join(", ")}`;
        });
        return `${title}. ${told.join("; ")}`;
    }

    config() {
        const scheme = cookie.get("color_scheme");
        const text = getCustomColor(scheme, "#495057", "#C9CCD2");
        const { labels, series } = this.props.graph;
        return {
            type: "bar",
            data: {
                labels,
                datasets: series.map(({ label, values, tone }) => ({
                    label,
                    data: values,
                    backgroundColor: tone === "danger" ? DANGER : getColor(1, scheme, "odoo"),
                })),
            },
            options: {
                animation: false,
                maintainAspectRatio: false,
                plugins: { legend: { display: false } },
                scales: {
                    x: {
                        stacked: true,
                        grid: { display: false },
                        ticks: { color: text, maxTicksLimit: 7, maxRotation: 0 },
                    },
                    y: {
                        stacked: true,
                        beginAtZero: true,
                        ticks: { color: text, maxTicksLimit: 4, precision: 0 },
                        grid: { display: false },
                    },
                },
            },
        };
    }
}
