// Draws the figures that stand in the page, with plotly's own script.
import {$$} from "/desk/static/desk.js";

const quiet = {displayModeBar: false, responsive: true, locale: "en"};

export function draw(place, figure) {
  window.Plotly.react(place, figure.data, figure.layout, quiet);
}

for (const place of $$("[data-figure]")) draw(place, JSON.parse(place.dataset.figure));

// A chart is drawn for the screen; the paper is narrower.
window.addEventListener("beforeprint", () => { for (const place of $$("[data-figure]")) window.Plotly.Plots.resize(place); });
