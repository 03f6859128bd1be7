// What every page needs: asking the service, messages, dialogs, drafts that survive an expired login.

const csrf = document.querySelector("meta[name=csrf]").content;

export const $ = (selector, within = document) => within.querySelector(selector);
export const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

/** What the service answered instead of success. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.message);
    this.status = status;
    this.code = problem.code;
    this.details = problem.details || [];
  }
}

/** Ask the service; returns the answer's JSON, throws a Refusal. */
export async function ask(method, path, body) {
  const headers = {};
  if (csrf) headers["X-CSRF-Token"] = csrf;
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, {
      method, headers, body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
    });
  } catch (error) {
    throw new Refusal(0, {code: "offline", message: "连不上服务：请检查网络，填写的内容还在，稍后可以再试"});
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  let problem = {code: "internal", message: "服务出错，请稍后再试"};
  try {
    problem = (await answer.json()).error;
  } catch (error) {
    // A proxy in between may answer with a page of its own.
  }
  if (answer.status === 401) {
    keepDrafts();
    await loginAgain();
  }
  throw new Refusal(answer.status, problem);
}

/** Say a sentence for a few seconds; problems stay until clicked away. */
export function say(text, kind = "done") {
  const box = $(".toasts");
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "知道了";
  close.addEventListener("click", () => line.remove());
  line.append(close);
  box.append(line);
  if (kind === "done") setTimeout(() => line.remove(), 6000);
}

/** Say a sentence on the page that is loaded next. */
export function sayLater(text) {
  sessionStorage.setItem("say", text);
}

export function explain(error) {
  if (!(error instanceof Refusal)) throw error;
  const details = error.details.map((d) => d.reason).filter(Boolean);
  return details.length ? `${error.message}：${[...new Set(details)].join("；")}` : error.message;
}

/** Run something; what the service refuses is said, not thrown. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    say(explain(error), "problem");
    return undefined;
  }
}

/** Run something, then load a page that says it is done; what the service refuses is said here. */
export async function carryOut(done, action, page = location.href) {
  try {
    await action();
  } catch (error) {
    say(explain(error), "problem");
    return;
  }
  sayLater(done);
  if (page === location.href) location.reload();
  else location.assign(page);
}

/** Run something when a form is sent; what the service refuses stands in the form. */
export function onSubmit(id, run) {
  const form = $(id);
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    $(".problem", form).textContent = "";
    try {
      await run(new FormData(form), form);
    } catch (error) {
      $(".problem", form).textContent = explain(error);
    }
  });
}

/** Ask a question in a dialog; resolves to the form's values, or null. `fields` is HTML-free: [{name,label,...}]. */
export function inquire({title, text = "", fields = [], yes = "确定", no = "取消"}) {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  form.method = "dialog";
  const heading = document.createElement("h2");
  heading.textContent = title;
  heading.id = `dialog-${Date.now()}`;
  dialog.setAttribute("aria-labelledby", heading.id);
  form.append(heading);
  for (const line of text.split("\n").filter(Boolean)) {
    const p = document.createElement("p");
    p.textContent = line;
    form.append(p);
  }
  for (const field of fields) form.append(control(field));
  const row = document.createElement("p");
  row.className = "row end";
  const cancel = button(no, "");
  cancel.addEventListener("click", () => dialog.close(""));
  const submit = button(yes, "primary");
  submit.type = "submit";
  if (no) row.append(cancel);
  row.append(submit);
  form.append(row);
  dialog.append(form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    form.addEventListener("submit", () => { dialog.returnValue = "yes"; });
    dialog.addEventListener("close", () => {
      const values = dialog.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null;
      dialog.remove();
      resolve(values);
    });
    dialog.returnValue = "";
    dialog.showModal();
    const first = $("input, textarea, select", form) || submit;
    first.focus();
  });
}

function control({name, label, type = "text", value = "", options = [], required = true, rows = 3}) {
  const wrap = document.createElement("label");
  wrap.textContent = label;
  let input;
  if (type === "textarea") {
    input = document.createElement("textarea");
    input.rows = rows;
  } else if (type === "select") {
    input = document.createElement("select");
    for (const [key, text] of options) input.append(new Option(text, key));
  } else {
    input = document.createElement("input");
    input.type = type;
  }
  input.name = name;
  input.required = required;
  if (value) input.value = value;
  if (type !== "select") input.maxLength = 1000;
  wrap.append(input);
  return wrap;
}

export function button(text, kind) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = text;
  return made;
}

async function loginAgain() {
  const here = location.pathname + location.search;
  await inquire({title: "登录已失效", text: "请重新登录，登录后会回到这一页，写了一半的内容会保留。", yes: "去登录", no: ""});
  location.assign(`/desk/login?reason=expired&next=${encodeURIComponent(here)}`);
}

// What somebody has typed must not be lost to an expired login: it waits in this tab only.
function keepDrafts() {
  const drafts = $$("textarea[data-draft], input[data-draft]").filter((x) => x.value).map((x) => [x.dataset.draft, x.value]);
  sessionStorage.setItem(`draft:${location.pathname}`, JSON.stringify(drafts));
}

function restoreDrafts() {
  const key = `draft:${location.pathname}`;
  const kept = sessionStorage.getItem(key);
  if (!kept) return;
  sessionStorage.removeItem(key);
  for (const [name, value] of JSON.parse(kept)) {
    const input = $(`[data-draft="${CSS.escape(name)}"]`);
    if (input) input.value = value;
  }
  say("登录前写的内容已恢复");
}

export function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey
    || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox"
    || Boolean($("dialog[open]"));
}

for (const back of $$("[data-back]")) back.addEventListener("click", () => history.back());
for (const control of $$("[data-submit]")) control.addEventListener("change", () => control.form.requestSubmit());
for (const print of $$("[data-print]")) print.addEventListener("click", () => window.print());
restoreDrafts();

// After every other module has run: a page that says "done" must already listen to the keys.
document.addEventListener("DOMContentLoaded", () => {
  const later = sessionStorage.getItem("say");
  if (!later || !$(".toasts")) return;
  sessionStorage.removeItem("say");
  say(later);
});

const tour = $("[data-tour]");
if (tour) {
  import("/desk/static/tour.js").then((module) => {
    tour.addEventListener("click", () => module.show());
    module.firstVisit();
  });
}
