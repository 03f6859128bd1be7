// A letter that is assessed and forgotten.
import {$, ask, explain} from "/desk/static/desk.js";

const form = $("#try");

async function assess(lens) {
  const body = Object.fromEntries(new FormData(form));
  const answer = await ask("POST", `/desk/try?lens=${encodeURIComponent(lens)}`, body);
  $("#tried").innerHTML = answer.html;
  $("#tried").scrollIntoView({block: "nearest"});
  $("#lens").addEventListener("change", (event) => run(event.target.value));
}

async function run(lens) {
  const submit = $("button.primary", form);
  submit.disabled = true;
  $(".problem", form).textContent = "";
  try {
    await assess(lens);
  } catch (error) {
    $(".problem", form).textContent = explain(error);
  }
  submit.disabled = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run("");
});
