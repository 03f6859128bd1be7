// The inbox: choosing lines, keys, confirming and accepting many at once, saved views.
import {$, $$, ask, attempt, explain, inquire, say, sayLater, typing} from "/desk/static/desk.js";
import {current, lines, reload} from "/desk/static/rows.js";

const box = (line) => $("input[type=checkbox]", line);
const chosen = () => lines.filter((line) => box(line).checked);

function count() {
  const many = chosen().length;
  for (const place of $$("[data-chosen]")) place.textContent = many;
  for (const id of ["#bulk-confirm", "#bulk-accept", "#split"]) if ($(id)) $(id).disabled = many === 0;
  if ($("#choose-all")) $("#choose-all").checked = many > 0 && many === lines.length;
}

document.addEventListener("keydown", (event) => {
  const line = current();
  if (typing(event) || !line) return;
  if (event.key === "x") {
    box(line).checked = !box(line).checked;
    count();
  } else if (event.key === "Enter" && document.activeElement.tagName !== "BUTTON") $("a.title", line).click();
  else if (event.key === "e" && $("#bulk-confirm")) confirm([line]);
  else return;
  event.preventDefault();
});

for (const line of lines) box(line).addEventListener("change", count);
if ($("#choose-all")) {
  $("#choose-all").addEventListener("change", (event) => {
    for (const line of lines) box(line).checked = event.target.checked;
    count();
  });
}

/** Do the same for many petitions; what fails is told by title and stays chosen. */
async function each(some, path, body, done) {
  const failed = [];
  for (const line of some) {
    const {id, revision} = line.dataset;
    try {
      await ask("POST", `/api/v1/petitions/${id}/${path}`, {...body, seen: Number(revision)});
    } catch (error) {
      failed.push(`${$("a.title", line).textContent}：${explain(error)}`);
    }
  }
  const good = some.length - failed.length;
  if (failed.length) {
    await inquire({title: `${good}件${done}，${failed.length}件没有成功`, text: failed.join("\n"), yes: "知道了", no: ""});
  } else sayLater(`${good}件${done}`);
  reload();
}

async function confirm(some) {
  const values = await inquire({
    title: `确认${some.length}件的研判结果`,
    text: some.length > 1 ? "标签、因素和风险档都与原信一致的，才批量确认。" : $("a.title", some[0]).textContent,
    fields: [{name: "reason", label: "理由", value: "已看原信，研判结果一致"}],
    yes: "确认",
  });
  if (values) await each(some, "reviews", {decision: "confirm", reason: values.reason}, "已确认");
}

if ($("#bulk-confirm")) $("#bulk-confirm").addEventListener("click", () => confirm(chosen()));
if ($("#bulk-accept")) {
  $("#bulk-accept").addEventListener("click", async () => {
    const some = chosen().filter((line) => line.dataset.state === "pending");
    if (!some.length) {
      say("选中的事项都不是“待受理”", "problem");
      return;
    }
    const values = await inquire({
      title: `受理${some.length}件`,
      text: "选中的待受理事项改为“已受理”，办结期限从收到之日起60日。",
      fields: [{name: "reason", label: "说明（可不填）", required: false}],
      yes: "受理",
    });
    if (values) await each(some, "state", {state: "accepted", reason: values.reason}, "已受理");
  });
}

const matter = $("#matter") && $("#matter").dataset.matter;
const why = {name: "reason", label: "理由"};
if ($("#split")) {
  $("#split").addEventListener("click", async () => {
    const values = await inquire({title: `把${chosen().length}封拆成另一事项`, text: "以后不会再因为文字相似而合到一起，周报也照此归并。", fields: [why], yes: "拆分"});
    if (!values) return;
    const petitions = chosen().map((line) => line.dataset.id);
    const done = await attempt(() => ask("POST", `/api/v1/matters/${matter}/split`, {petitions, reason: values.reason}));
    if (done) {
      sayLater("已拆成另一事项");
      location.assign(`/desk/inbox?view=all&matter=${done.matter.id}`);
    }
  });
  $("#merge").addEventListener("click", async () => {
    const values = await inquire({title: "并入别的事项", text: "事项编号在那个事项的列表上方，形如 M-0123456789ab。", fields: [{name: "other", label: "事项编号"}, why], yes: "合并"});
    if (!values) return;
    const done = await attempt(() => ask("POST", `/api/v1/matters/${matter}/merge`, {matters: [values.other.trim()], reason: values.reason}));
    if (done) {
      sayLater("已合并");
      location.assign(`/desk/inbox?view=all&matter=${done.matter.id}`);
    }
  });
}

const keep = $("#keep-view");
if (keep) {
  keep.addEventListener("click", async () => {
    const values = await inquire({title: "保存为我的视图", fields: [{name: "name", label: "名称"}], yes: "保存"});
    if (!values) return;
    const done = await attempt(() => ask("POST", "/api/v1/views", {name: values.name.slice(0, 64), query: keep.dataset.query}));
    if (done) location.reload();
  });
}
for (const forget of $$("[data-forget]")) {
  forget.addEventListener("click", async () => {
    await attempt(() => ask("DELETE", `/api/v1/views/${forget.dataset.forget}`));
    location.reload();
  });
}
count();
