// Lists that are walked by keyboard: j and k move, Enter opens; loaded again, a list stands where it stood.
import {$, $$, typing} from "/desk/static/desk.js";

export const lines = $$("[data-rows] tbody tr");
let at = -1;

/** The line that the reader stands on, if any. */
export const current = () => lines[at];

function go(to) {
  if (!lines.length) return;
  if (at >= 0) lines[at].classList.remove("at");
  at = Math.max(0, Math.min(lines.length - 1, to));
  lines[at].classList.add("at");
  $("a.title", lines[at]).focus({preventScroll: true});
  lines[at].scrollIntoView({block: "nearest"});
}

/** Load the list again after a decision and stand on the same line, or on the next of those that are still there. */
export function reload() {
  const next = at < 0 ? [] : lines.slice(at).map((line) => line.dataset.id);
  sessionStorage.setItem("row", JSON.stringify({page: location.href, next}));
  location.reload();
}

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  if (event.key === "j") go(at + 1);
  else if (event.key === "k") go(at - 1);
  else return;
  event.preventDefault();
});

const kept = JSON.parse(sessionStorage.getItem("row") || "null");
sessionStorage.removeItem("row");
if (kept && kept.page === location.href && kept.next.length) {
  const here = kept.next.map((id) => lines.findIndex((line) => line.dataset.id === id)).find((place) => place >= 0);
  go(here === undefined ? lines.length - 1 : here);
}
