// Assess letters with fetch: Node 18 or newer, or a page of the office's own system behind the same address.
// PETITION_RISK_URL and PETITION_RISK_KEY (scope score) say where and as whom.
const url = process.env.PETITION_RISK_URL ?? "http://127.0.0.1:8080";
const answer = await fetch(`${url}/api/v1/score`, {
  method: "POST",
  headers: {
    "Authorization": `Bearer ${process.env.PETITION_RISK_KEY}`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    petitions: [
      { id: "a", body: "开发商拖欠三百多名工人工资半年，多次反映无人处理。" },
      { id: "b", body: "" },
    ],
    evidence: 3,
  }),
});
const said = await answer.json();
if (!said.ok) {
  console.error(`${said.error.message}（request_id ${said.error.request_id}）`);
  process.exit(1);
}
for (const result of said.results) {
  if (result.ok) {
    const { risk_band: band, mass_incident_risk: risk, due } = result.assessment;
    console.log(result.id, band, risk.toFixed(2), due.departments.join("、"));
  } else {
    console.log(result.id, result.error.details.map((d) => d.reason).join("；"));
  }
}
