// One petition: confirming, correcting, approving, undoing, moving along; and what happens when somebody was quicker.
import {$, $$, ask, button, explain, inquire, Refusal, say, sayLater, typing} from "/desk/static/desk.js";

const {id, revision, band} = document.body.dataset;
const list = (name) => document.body.dataset[name].split(",").filter(Boolean);
const rank = {low: 0, medium: 1, high: 2};
const bandNames = {high: "高", medium: "中", low: "低"};
const base = `/api/v1/petitions/${id}`;
const UNSENT = `unsent:${id}`;

/** Send a decision made at the revision on this page; a conflict keeps it for a second look. */
async function send(what, path, body, done) {
  try {
    await ask("POST", `${base}/${path}`, {...body, seen: Number(revision)});
  } catch (error) {
    if (error instanceof Refusal && error.status === 409) {
      sessionStorage.setItem(UNSENT, JSON.stringify({what, path, body, done}));
      await inquire({
        title: "有人先改了这件事项",
        text: `${error.message}。\n您的内容没有丢：${what}${body.reason ? `（${body.reason}）` : ""}。看过最新情况后，可以再提交。`,
        yes: "看最新情况", no: "",
      });
      location.reload();
      return;
    }
    if (error instanceof Refusal && (error.status === 401 || error.status === 0)) {
      sessionStorage.setItem(UNSENT, JSON.stringify({what, path, body, done}));
    }
    say(explain(error), "problem");
    return;
  }
  sayLater(done);
  location.reload();
}

function offerUnsent() {
  const kept = sessionStorage.getItem(UNSENT);
  if (!kept) return;
  const {what, path, body, done} = JSON.parse(kept);
  const box = document.createElement("div");
  box.className = "notice";
  const text = document.createElement("p");
  text.textContent = `还没有提交：${what}${body.reason ? `，理由“${body.reason}”` : ""}`;
  const again = button("按现在的情况提交", "primary small");
  again.addEventListener("click", () => {
    sessionStorage.removeItem(UNSENT);
    send(what, path, body, done);
  });
  const drop = button("放弃", "small");
  drop.addEventListener("click", () => {
    sessionStorage.removeItem(UNSENT);
    box.remove();
  });
  const row = document.createElement("p");
  row.className = "row";
  row.append(again, drop);
  box.append(text, row);
  $("#unsent").append(box);
}

async function correct(what, change, note = "") {
  const values = await inquire({
    title: what, text: note, fields: [{name: "reason", label: "理由", type: "textarea", rows: 2}], yes: "更正",
  });
  if (values) await send(what, "reviews", {decision: "correct", reason: values.reason, ...change}, "已更正，可在办理记录里撤销");
}

const confirm = $("#confirm");
if (confirm) {
  confirm.addEventListener("click", async () => {
    const values = await inquire({
      title: "确认研判结果",
      fields: [{name: "reason", label: "理由", value: "已看原信，研判结果一致"}],
      yes: "确认",
    });
    if (values) await send("确认研判", "reviews", {decision: "confirm", reason: values.reason}, "已确认");
  });
}

for (const to of $$("[data-band-to]")) {
  to.addEventListener("click", async () => {
    const wanted = to.dataset.bandTo;
    const lower = rank[wanted] < rank[band];
    const what = `风险档由“${bandNames[band]}”改为“${bandNames[wanted]}”`;
    const values = await inquire({
      title: what,
      text: lower ? "降低风险档次须由另一位审批人员批准，批准前仍按现在的档次排列。" : "",
      fields: [{name: "reason", label: "理由", type: "textarea", rows: 2}],
      yes: lower ? "报请批准" : "更正",
    });
    if (values) {
      await send(what, "reviews", {decision: "correct", band: wanted, reason: values.reason}, lower ? "已报请批准" : "已更正，可在办理记录里撤销");
    }
  });
}

const flip = (names, name) => names.includes(name) ? names.filter((n) => n !== name) : [...names, name];

for (const one of $$("[data-tag]")) {
  one.addEventListener("click", () => {
    const tags = flip(list("tags"), one.dataset.tag);
    const own = $$("[data-subtag]").filter((s) => tags.includes(s.dataset.of)).map((s) => s.dataset.subtag);
    correct(one.getAttribute("aria-label"), {tags, subtags: list("subtags").filter((s) => own.includes(s))});
  });
}
function correctSubtag(name, tag, what) {
  const subtags = flip(list("subtags"), name);
  const tags = list("tags").includes(tag) ? list("tags") : [...list("tags"), tag];
  correct(what, {tags, subtags});
}
for (const one of $$("[data-subtag]")) {
  one.addEventListener("click", () => correctSubtag(one.dataset.subtag, one.dataset.of, one.getAttribute("aria-label")));
}
const add = $("#add-subtag");
if (add) {
  add.addEventListener("change", () => {
    const option = add.selectedOptions[0];
    if (option.value) correctSubtag(option.value, option.dataset.of, `${option.textContent}：改为是`);
    add.value = "";
  });
}
for (const one of $$("[data-factor]")) {
  one.addEventListener("click", () => correct(one.getAttribute("aria-label"), {factors: flip(list("factors"), one.dataset.factor)}));
}

for (const one of $$("[data-level]")) {
  one.addEventListener("click", () => correct(
    `若不答复：${one.textContent}`, {level: Number(one.dataset.level)},
    "只用来改进模型，不改动这件事项的风险档。",
  ));
}

for (const one of $$("[data-decide]")) {
  one.addEventListener("click", async () => {
    const approve = one.dataset.decide === "yes";
    const what = approve ? "批准降档" : "驳回降档";
    const review = one.closest("[data-review]").dataset.review;
    const values = await inquire({
      title: what, fields: [{name: "reason", label: "理由", value: approve ? "情况属实，同意" : ""}], yes: approve ? "批准" : "驳回",
    });
    if (values) await send(what, `reviews/${review}/decision`, {approve, reason: values.reason}, approve ? "已批准" : "已驳回");
  });
}

for (const one of $$("[data-undo]")) {
  one.addEventListener("click", async () => {
    try {
      await ask("DELETE", `${base}/reviews/${one.dataset.undo}`);
    } catch (error) {
      say(explain(error), "problem");
      return;
    }
    sayLater("已撤销");
    location.reload();
  });
}

for (const one of $$("[data-step]")) {
  one.addEventListener("click", async () => {
    const values = await inquire({
      title: one.textContent,
      fields: [{name: "reason", label: "说明（不予受理、重新办理须写明理由）", type: "textarea", rows: 2, required: one.dataset.step === "declined"}],
      yes: one.textContent,
    });
    if (values) await send(one.textContent, "state", {state: one.dataset.step, reason: values.reason}, `已改为“${one.textContent}”`);
  });
}
const extend = $("#extend");
if (extend) {
  extend.addEventListener("click", async () => {
    const values = await inquire({title: "延长办理期限30日", text: "只能延长一次，须经本机关负责人批准并告知信访人。", fields: [{name: "reason", label: "理由", type: "textarea", rows: 2}], yes: "延期"});
    if (values) await send("延期30日", "extension", {reason: values.reason}, "已延期");
  });
}

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  const rail = $$(".rail a[href*='/petitions/']");
  const at = rail.findIndex((a) => a.hasAttribute("aria-current"));
  if (event.key === "j" && at + 1 < rail.length) rail[at + 1].click();
  else if (event.key === "k" && at > 0) rail[at - 1].click();
  else if (event.key === "e" && confirm) confirm.click();
  else return;
  event.preventDefault();
});
const current = $(".rail a[aria-current]");
if (current) current.scrollIntoView({block: "nearest"});
offerUnsent();
