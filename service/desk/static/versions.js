// Versions of the model: training and watching it, promoting, going back, the shadow.
import {$, $$, ask, carryOut, inquire, onSubmit, sayLater} from "/desk/static/desk.js";

const current = document.body.dataset.current;
const LEARNING = "/api/v1/learning";
const leave = (done, action) => carryOut(done, action, "/desk/learning/versions");

onSubmit("#train", async (data) => {
  await ask("POST", `${LEARNING}/versions`, {version: data.get("version")});
  location.reload();
});

onSubmit("#promote", async (data, form) => {
  const {version} = form.dataset;
  const sure = await inquire({title: `启用 ${version}？`, text: `从下一次研判起代替 ${current}。随时可以退回。`, yes: "启用"});
  if (!sure) return;
  await ask("POST", `${LEARNING}/promotion`, {version, instead_of: current, reason: data.get("reason")});
  sayLater(`已启用 ${version}，已记入审计`);
  location.assign("/desk/learning/versions");
});

const back = $("#rollback");
if (back) {
  back.addEventListener("click", async () => {
    const values = await inquire({
      title: `退回 ${back.dataset.before}`, text: `从下一次研判起不再用 ${current}。`,
      fields: [{name: "reason", label: "理由", type: "textarea", rows: 2}], yes: "退回",
    });
    if (values) await leave("已退回，已记入审计", () => ask("POST", `${LEARNING}/rollback`, {instead_of: current, reason: values.reason}));
  });
}

const stop = $("#stop-training");
if (stop) {
  stop.addEventListener("click", async () => {
    if (await inquire({title: "停止训练？", text: "没有训完的模型不保留。", yes: "停止"})) {
      await leave("训练已停止", () => ask("DELETE", `${LEARNING}/training`));
    }
  });
}

for (const one of $$("[data-shadow]")) {
  one.addEventListener("click", async () => {
    const version = one.dataset.shadow;
    const values = await inquire({
      title: `让 ${version} 旁路试评`, text: "它跟着评新登记的来信，只记不用，不影响任何事项。",
      fields: [{name: "days", label: "几天（1到31）", value: "7"}], yes: "开始",
    });
    if (values) await leave("已开始旁路试评", () => ask("POST", `${LEARNING}/shadow`, {version, days: Number(values.days)}));
  });
}
const stopShadow = $("#stop-shadow");
if (stopShadow) {
  stopShadow.addEventListener("click", async () => {
    if (await inquire({title: "停止旁路试评？", text: "已经评过的保留，可以继续看差异。", yes: "停止"})) {
      await leave("旁路试评已停止", () => ask("DELETE", `${LEARNING}/shadow`));
    }
  });
}

const since = $("[data-since]");
function tick() {
  const minutes = Math.max(0, Math.floor((Date.now() - new Date(since.dataset.since)) / 60000));
  since.textContent = minutes ? `${minutes}分钟` : "不到1分钟";
}
if (since) {
  tick();
  setInterval(tick, 10000);
}

if (document.body.dataset.training) {
  const events = new EventSource(`${LEARNING}/training/events`);
  const shown = document.body.dataset.training;
  events.addEventListener("progress", (event) => {
    const told = JSON.parse(event.data);
    // The stages are drawn by the server: a new one, or the end, shows the page again.
    const now = `${told.stage} ${told.tries}`;
    if (told.state !== "waiting" && told.state !== "running" || now !== shown) {
      events.close();
      location.reload();
    }
  });
}
