// The pages that begin and end a login.
import {$, ask, explain, say} from "/desk/static/desk.js";

function bind(id, run) {
  const form = $(id);
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const submit = $("button.primary", form);
    submit.disabled = true;
    $(".problem", form).textContent = "";
    try {
      await run(Object.fromEntries(new FormData(form)), form);
    } catch (error) {
      $(".problem", form).textContent = explain(error);
      submit.disabled = false;
    }
  });
}

/** The login page answers 401 for a wrong password: that is no expired session, so it asks by itself. */
async function begin(path, body) {
  const answer = await fetch(path, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error((await answer.json()).error.message);
}

function beginning(id, run) {
  const form = $(id);
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = $(".problem", form);
    problem.textContent = "";
    const submit = $("button.primary", form);
    submit.disabled = true;
    try {
      await run(Object.fromEntries(new FormData(form)));
    } catch (error) {
      problem.textContent = error instanceof TypeError ? "连不上服务：请检查网络后再试" : error.message;
      submit.disabled = false;
    }
  });
}

beginning("#login", async ({username, password}) => {
  await begin("/api/v1/session", {username, password});
  location.assign($("#login").dataset.next);
});

beginning("#setup", async ({username, password, again}) => {
  if (password !== again) throw new Error("两次输入的密码不一样");
  // The secret stands after the #, so no server on the way ever sees it.
  await begin("/api/v1/setup", {username, password, token: location.hash.slice(1)});
  history.replaceState(null, "", location.pathname);
  location.assign("/desk");
});

bind("#password", async (values, form) => {
  await ask("PUT", "/api/v1/session/password", values);
  form.reset();
  location.assign("/desk/login");
});

const logout = $("#logout");
if (logout) {
  logout.addEventListener("click", async () => {
    try {
      await ask("DELETE", "/api/v1/session");
      location.assign("/desk/login");
    } catch (error) {
      say(explain(error), "problem");
    }
  });
}
