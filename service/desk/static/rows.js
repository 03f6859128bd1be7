// Lists that are walked by keyboard: j and k move, Enter opens.
import {$, $$, typing} from "/desk/static/desk.js";

const lines = $$("[data-rows] tbody tr");
let at = -1;

function go(to) {
  if (!lines.length) return;
  if (at >= 0) lines[at].classList.remove("at");
  at = Math.max(0, Math.min(lines.length - 1, to));
  lines[at].classList.add("at");
  $("a.title", lines[at]).focus({preventScroll: true});
  lines[at].scrollIntoView({block: "nearest"});
}

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  if (event.key === "j") go(at + 1);
  else if (event.key === "k") go(at - 1);
  else return;
  event.preventDefault();
});
