// The cuts of the risk: what another pair would give, and making it count.
import {$, $$, ask, explain, inquire, say, sayLater} from "/desk/static/desk.js";
import {draw} from "/desk/static/charts.js";

const place = $("#cuts");
const percent = (x) => `${Math.round(100 * x)}%`;

/** Read the curve at a cut; between two points it is a straight line. */
function at(points, cut) {
  let k = points.findIndex((p) => p.at >= cut);
  if (k < 0) k = points.length - 1;
  if (k === 0) return points[0];
  const [a, b] = [points[k - 1], points[k]];
  const t = (cut - a.at) / (b.at - a.at || 1);
  const mix = (name) => a[name] + t * (b[name] - a[name]);
  return {above: mix("above"), recall: mix("recall"), precision: mix("precision")};
}

if (place && place.dataset.curve) {
  const {points} = JSON.parse(place.dataset.curve);
  const high = $("#high");
  const medium = $("#medium");
  const weekly = $("#weekly");
  const reset = () => {
    high.value = place.dataset.high;
    medium.value = place.dataset.medium;
    show();
  };

  const show = () => {
    const letters = Number(weekly.value) || 0;
    for (const [name, input] of [["high", high], ["medium", medium]]) {
      const cut = Number(input.value);
      const found = at(points, cut);
      $(`#${name}-value`).textContent = cut.toFixed(2);
      $(`[data-out=${name}-load]`).textContent = `${Math.round(letters * found.above)}封`;
      $(`[data-out=${name}-share]`).textContent = percent(found.above);
      $(`[data-out=${name}-recall]`).textContent = percent(found.recall);
      $(`[data-out=${name}-precision]`).textContent = percent(found.precision);
    }
    const cuts = [["高", Number(high.value), "#9f1d1a"], ["中", Number(medium.value), "#7a5200"]];
    draw($("#cut-chart"), {
      data: [
        {type: "scatter", mode: "lines", name: "会升级的来信看到", x: points.map((p) => p.at), y: points.map((p) => p.recall), line: {color: "#1f3a5f", width: 2}},
        {type: "scatter", mode: "lines", name: "要先看的来信", x: points.map((p) => p.at), y: points.map((p) => p.above), line: {color: "#7a5200", width: 2, dash: "dash"}},
      ],
      layout: {
        font: {family: '"Microsoft YaHei","Noto Sans CJK SC",sans-serif', size: 12, color: "#1b2430"},
        margin: {l: 44, r: 12, t: 30, b: 40}, legend: {orientation: "h", y: 1.12},
        xaxis: {range: [0, 1], fixedrange: true, title: {text: "分档线"}, gridcolor: "#e6eaef", zeroline: false},
        yaxis: {range: [0, 1.02], fixedrange: true, tickformat: ".0%", gridcolor: "#e6eaef", zeroline: false},
        shapes: cuts.map(([, x, color]) => ({type: "line", x0: x, x1: x, y0: 0, y1: 1, yref: "paper", line: {color, width: 1.5, dash: "dot"}})),
        annotations: cuts.map(([text, x, color]) => ({x, y: 0.04, yref: "paper", text, showarrow: false, xanchor: "left", xshift: 3, font: {color}})),
      },
    });
  };

  high.addEventListener("input", () => {
    if (Number(medium.value) >= Number(high.value)) medium.value = (Number(high.value) - 0.01).toFixed(2);
    show();
  });
  medium.addEventListener("input", () => {
    if (Number(high.value) <= Number(medium.value)) high.value = (Number(medium.value) + 0.01).toFixed(2);
    show();
  });
  weekly.addEventListener("input", show);
  reset();

  if ($("#change")) {
    $("#back").addEventListener("click", reset);
    $("#change").addEventListener("click", async () => {
      const values = await inquire({
        title: `高档线 ${Number(high.value).toFixed(2)}，中档线 ${Number(medium.value).toFixed(2)}`,
        text: "从现在起新研判的来信按这两条线分档。",
        fields: [{name: "reason", label: "理由", type: "textarea", rows: 2}], yes: "改分档线",
      });
      if (!values) return;
      try {
        await ask("PUT", "/api/v1/model/cuts", {high: Number(high.value), medium: Number(medium.value), reason: values.reason});
      } catch (error) {
        say(explain(error), "problem");
        return;
      }
      sayLater("分档线已改，已记入审计");
      location.reload();
    });
  }
}
