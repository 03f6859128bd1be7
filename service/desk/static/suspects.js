// Looking for labels in doubt, in the background.
import {$, ask, explain, say} from "/desk/static/desk.js";

const PATH = "/api/v1/learning/suspects";

function on(id, method) {
  const control = $(id);
  if (!control) return;
  control.addEventListener("click", async () => {
    control.disabled = true;
    try {
      await ask(method, PATH);
      location.reload();
    } catch (error) {
      say(explain(error), "problem");
      control.disabled = false;
    }
  });
}
on("#search", "POST");
on("#stop-search", "DELETE");

async function look() {
  try {
    const {state} = await ask("GET", PATH);
    if (state !== "waiting" && state !== "running") {
      location.reload();
      return;
    }
  } catch (error) {
    // The service may be away for a moment; the search goes on.
  }
  setTimeout(look, 2000);
}
if (document.body.dataset.searching) setTimeout(look, 2000);
