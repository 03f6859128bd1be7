"""The page behind the one-time link: makes the first administrator."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from service.deps import public
from service.security.passwords import LEAST

router = APIRouter(include_in_schema=False)

#: The secret stands after the #, so the page reads it there; no server on the way ever sees it.
_PAGE: Final = f"""<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>建立管理员</title>
<style>body{{font:16px/1.8 sans-serif;max-width:26em;margin:4em auto;padding:0 1em}}input,button{{font:inherit;width:100%;
box-sizing:border-box;padding:.4em}}label{{display:block;margin:1em 0}}</style>
<h1>建立第一个管理员</h1>
<form>
<label>账号<input name="username" required autocomplete="username"></label>
<label>密码（至少{LEAST}个字符）<input name="password" type="password" required minlength="{LEAST}"
autocomplete="new-password"></label>
<button>建立</button>
</form>
<p role="status"></p>
<script type="module">
const form = document.querySelector("form"), status = document.querySelector("[role=status]");
form.addEventListener("submit", async (event) => {{
  event.preventDefault();
  const body = {{...Object.fromEntries(new FormData(form)), token: location.hash.slice(1)}};
  const answer = await fetch("api/v1/setup", {{
    method: "POST", headers: {{"Content-Type": "application/json"}}, body: JSON.stringify(body),
  }});
  if (answer.ok) {{
    form.remove();
    history.replaceState(null, "", location.pathname);
    status.textContent = "已建立并登录。请在“管理”里添加其他人员的账号。";
  }} else {{
    status.textContent = (await answer.json()).error.message;
  }}
}});
</script>
</html>
"""


@router.get("/setup")
@public
def page() -> HTMLResponse:
    """Show the form."""
    return HTMLResponse(_PAGE)
