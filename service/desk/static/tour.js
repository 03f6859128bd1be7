// A short tour at the first visit; it can be asked for again at the foot of each page.
import {button} from "/desk/static/desk.js";

const SEEN = "tour-seen";
const STEPS = [
  ["研判工作台", "来信按风险档次和剩余天数排好。高档在前，逾期的标明天数。点一行打开，或者用键盘：j、k 上下移动，回车打开，e 确认研判。"],
  ["为什么是这个判断", "单件页在原文里标出起作用的字词：加下划线的抬高风险，虚线的压低风险，指上去会显示分量。每个标签、因素都可以确认或更正，要写理由；降低风险档次须由另一人批准。"],
  ["人作决定", "这里的结果只是辅助研判，不作为处理依据。低分不影响法定期限：15日内受理，60日内办结。本系统只看事项，不看人，也不能按人检索。"],
];

export function firstVisit() {
  if (!localStorage.getItem(SEEN)) show();
}

export function show() {
  const dialog = document.createElement("dialog");
  dialog.className = "tour";
  dialog.setAttribute("aria-labelledby", "tour-title");
  const title = document.createElement("h2");
  title.id = "tour-title";
  const text = document.createElement("p");
  const place = document.createElement("span");
  place.className = "hint";
  const skip = button("跳过", "");
  const next = button("下一步", "primary");
  const row = document.createElement("p");
  row.className = "row end";
  row.append(place, skip, next);
  dialog.append(title, text, row);
  let step = 0;
  const draw = () => {
    [title.textContent, text.textContent] = STEPS[step];
    place.textContent = `${step + 1} / ${STEPS.length}`;
    next.textContent = step + 1 < STEPS.length ? "下一步" : "开始使用";
  };
  next.addEventListener("click", () => {
    step += 1;
    if (step < STEPS.length) draw();
    else dialog.close();
  });
  skip.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    localStorage.setItem(SEEN, "1");
    dialog.remove();
  });
  draw();
  document.body.append(dialog);
  dialog.showModal();
  next.focus();
}
