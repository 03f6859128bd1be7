// Staff, keys, departments, and checking the audit log.
import {$, $$, ask, carryOut, explain, inquire, onSubmit, say, sayLater} from "/desk/static/desk.js";

const roleNames = {viewer: "查阅", triager: "研判", approver: "审批", admin: "管理员", auditor: "审计"};

onSubmit("#add-user", async (data) => {
  const body = {username: data.get("username"), password: data.get("password"), roles: data.getAll("roles")};
  await ask("POST", "/api/v1/users", body);
  sayLater(`已添加 ${body.username}`);
  location.reload();
});

onSubmit("#add-key", async (data) => {
  const body = {name: data.get("name"), scopes: data.getAll("scopes"), days: Number(data.get("days"))};
  const made = await ask("POST", "/api/v1/keys", body);
  await inquire({title: "密钥已发放", text: "只显示这一次，请马上复制交给对方：", fields: [{name: "secret", label: "密钥", value: made.secret}], yes: "我已复制", no: ""});
  location.reload();
});

for (const button of $$("[data-do]")) {
  button.addEventListener("click", () => act(button.dataset.do, button.closest("tr").dataset));
}

async function act(what, row) {
  const user = `/api/v1/users/${encodeURIComponent(row.user || "")}`;
  if (what === "roles") {
    const options = Object.entries(roleNames);
    const values = await inquire({
      title: `${row.user} 的角色`, text: `现在：${row.roles.split(",").map((r) => roleNames[r]).join("、")}`,
      fields: [{name: "role", label: "改为", type: "select", options}], yes: "改角色",
    });
    if (values) await carryOut("角色已改，对方须重新登录", () => ask("PATCH", user, {roles: [values.role]}));
  } else if (what === "password") {
    const values = await inquire({title: `重设 ${row.user} 的密码`, fields: [{name: "password", label: "新密码（至少10个字符）", type: "password"}], yes: "重设"});
    if (values) await carryOut("密码已重设，请告诉本人登录后改掉", () => ask("PATCH", user, {password: values.password}));
  } else if (what === "disable" || what === "enable") {
    const active = what === "enable";
    if (active || await inquire({title: `停用 ${row.user}？`, text: "停用后不能登录，以前的记录保留。", yes: "停用"})) {
      await carryOut(active ? "已启用" : "已停用", () => ask("PATCH", user, {active}));
    }
  } else if (what === "department") {
    const values = await inquire({
      title: "责任部门",
      fields: [
        {name: "departments", label: "承办，用顿号分开，第一个为主办", value: row.departments},
        {name: "mediation", label: "先行调解", type: "select", options: [["yes", "是"], ["no", "否"]], value: row.mediation},
        {name: "basis", label: "依据", value: row.basis},
      ],
      yes: "保存",
    });
    if (!values) return;
    const body = {
      departments: values.departments.split(/[、,，;；]/).map((d) => d.trim()).filter(Boolean),
      mediation: values.mediation === "yes", basis: values.basis,
    };
    await carryOut("责任部门已改", () => ask("PUT", `/api/v1/departments/${row.subtag}`, body));
  } else if (what === "reset") {
    await carryOut("已恢复默认", () => ask("DELETE", `/api/v1/departments/${row.subtag}`));
  }
}

for (const button of $$("[data-revoke]")) {
  button.addEventListener("click", async () => {
    if (await inquire({title: "撤销这个密钥？", text: "撤销后对方系统马上不能再用，无法恢复。", yes: "撤销"})) {
      await carryOut("密钥已撤销", () => ask("DELETE", `/api/v1/keys/${button.dataset.revoke}`));
    }
  });
}

if ($("#verify")) {
  $("#verify").addEventListener("click", async () => {
    try {
      const verdict = await ask("GET", "/api/v1/audit/verification");
      const text = verdict.broken_at ? `从第${verdict.broken_at}条起被改动过：请立即告诉单位负责人，保留现场。` : `共${verdict.rows}条，全部完好。\n末条校验值：${verdict.head}\n请定期把校验值抄在系统之外。`;
      await inquire({title: verdict.broken_at ? "审计记录不完好" : "审计记录完好", text, yes: "知道了", no: ""});
    } catch (error) {
      say(explain(error), "problem");
    }
  });
}
