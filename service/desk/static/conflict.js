// The last word in a dispute: what was chosen, with what was never in dispute, goes out as whole groups of labels.
import {$, $$, ask, explain, sayLater} from "/desk/static/desk.js";

const {id, settled: kept} = document.body.dataset;
const parents = JSON.parse(document.body.dataset.parents);
const form = $("#settle");

/** Return what is to be sent; throws a sentence for the clerk where the choices do not fit together. */
function verdict() {
  const settled = JSON.parse(kept);
  const chosen = $$("input[type=radio]:checked", form).filter((x) => x.dataset.group);
  const of = (group) => chosen.filter((x) => x.dataset.group === group);
  const yes = (group) => [...settled[group], ...of(group).filter((x) => x.value === "1").map((x) => x.name)];
  const body = {reason: $("[name=reason]", form).value};
  if (of("tags").length || of("subtags").length) body.tags = yes("tags");
  if (of("subtags").length) {
    for (const x of of("subtags")) {
      if (x.value === "1" && !body.tags.includes(x.dataset.of)) {
        throw new Error(`“${x.dataset.label}”要裁定为“是”，它所属的标签也要是“是”`);
      }
    }
    const under = new Set(body.tags);
    body.subtags = yes("subtags").filter((name) => under.has(parents[name]));
  }
  if (of("factors").length) body.factors = yes("factors");
  const level = $("input[name=level]:checked", form);
  if (level) body.level = Number(level.value);
  return body;
}

if (form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = $(".problem", form);
    problem.textContent = "";
    let body;
    try {
      body = verdict();
    } catch (error) {
      problem.textContent = error.message;
      return;
    }
    try {
      await ask("POST", `/api/v1/learning/conflicts/${id}`, body);
    } catch (error) {
      problem.textContent = explain(error);
      return;
    }
    sayLater("已裁定，已记入审计");
    location.assign("/desk/learning/conflicts");
  });
}
