// Drawing the lot of a week.
import {$, ask, explain, say, sayLater} from "/desk/static/desk.js";

const draw = $("#draw");
if (draw) {
  draw.addEventListener("click", async () => {
    draw.disabled = true;
    try {
      const made = await ask("POST", `/api/v1/learning/lots/${draw.dataset.week}`);
      sayLater(`已抽到${made.drawn.length}封`);
      location.reload();
    } catch (error) {
      say(explain(error), "problem");
      draw.disabled = false;
    }
  });
}
