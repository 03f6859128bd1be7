// The week picker.
import {$} from "/desk/static/desk.js";

const week = $("#week");
if (week) week.addEventListener("change", () => location.assign(`/desk/weekly/${week.value}`));
