// Tables of letters: putting one in, starting it, watching it, handing it back.
import {$, $$, ask, explain, inquire, say, sayLater} from "/desk/static/desk.js";

const upload = $("#upload");

async function send(file) {
  const problem = $(".problem", upload);
  problem.textContent = "";
  $("#uploading").hidden = false;
  const form = new FormData();
  form.append("file", file);
  try {
    const batch = await ask("POST", "/api/v1/batches", form);
    location.assign(`/desk/batches/${batch.id}`);
  } catch (error) {
    problem.textContent = explain(error);
    $("#uploading").hidden = true;
  }
}

if (upload) {
  const drop = $("#drop");
  const input = $("input[type=file]", upload);
  input.addEventListener("change", () => {
    if (input.files.length) send(input.files[0]);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
  });
}

const batch = document.body.dataset.batch;
const run = $("#run");
if (run) {
  run.addEventListener("click", async () => {
    run.disabled = true;
    try {
      await ask("POST", `/api/v1/batches/${batch}/run`, Object.fromEntries(new FormData($("#mapping"))));
      location.assign(`/desk/batches/${batch}`);
    } catch (error) {
      $(".problem", run.parentElement).textContent = explain(error);
      run.disabled = false;
    }
  });
}

const watched = document.body.dataset.watch;
if (watched) {
  const events = new EventSource(`/api/v1/batches/${watched}/events`);
  events.addEventListener("progress", (event) => {
    const told = JSON.parse(event.data);
    $("#progress").value = told.done;
    $("#told").textContent = `${told.done} / ${told.rows}`;
    if (told.state !== "running") {
      events.close();
      location.reload();
    }
  });
}

const register = $("#register");
if (register) {
  register.addEventListener("click", async () => {
    const yes = await inquire({title: "登记进研判工作台", text: "这批来信会进入研判工作台，开始计算受理和办结期限。编号已经登记过的不会重复。", yes: "登记"});
    if (!yes) return;
    try {
      await ask("POST", `/api/v1/batches/${batch}/registration`, {});
      sayLater("已开始登记，几分钟内会出现在研判工作台");
      location.reload();
    } catch (error) {
      say(explain(error), "problem");
    }
  });
}

for (const remove of $$("[data-delete]")) {
  remove.addEventListener("click", async () => {
    if (!await inquire({title: "删除这批表格和结果？", text: "已经登记进研判工作台的来信不受影响。", yes: "删除"})) return;
    try {
      await ask("DELETE", `/api/v1/batches/${remove.dataset.delete}`);
      location.reload();
    } catch (error) {
      say(explain(error), "problem");
    }
  });
}
