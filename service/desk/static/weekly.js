// The week picker, asking for a scan, and watching it.
import {$, ask, explain, inquire, say} from "/desk/static/desk.js";

const week = $("#week");
if (week) week.addEventListener("change", () => location.assign(`/desk/weekly/${week.value}`));

const scan = $("#scan");
if (scan) {
  scan.addEventListener("click", async () => {
    const yes = await inquire({title: "扫描上一周", text: "用登记簿里的来信生成上一周的周报，在后台进行，几分钟内完成。", yes: "扫描"});
    if (!yes) return;
    try {
      await ask("POST", "/api/v1/scans", {});
      location.assign("/desk/weekly");
    } catch (error) {
      say(explain(error), "problem");
    }
  });
}

const table = $("#scan-file");
if (table) {
  table.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = $(".problem", table);
    problem.textContent = "";
    $("button", table).disabled = true;
    try {
      await ask("POST", "/api/v1/scans", new FormData(table));
      location.assign("/desk/weekly");
    } catch (error) {
      problem.textContent = explain(error);
      $("button", table).disabled = false;
    }
  });
}

const watched = $("[data-scan]");
if (watched) {
  const events = new EventSource(`/api/v1/scans/${watched.dataset.scan}/events`);
  events.addEventListener("progress", (event) => {
    const told = JSON.parse(event.data);
    $("#scan-told").textContent = told.stage ? `${told.stage} ${told.share === null ? "" : `${Math.round(100 * told.share)}%`}` : "";
    if (told.state !== "waiting" && told.state !== "running") {
      events.close();
      location.assign("/desk/weekly");
    }
  });
}
