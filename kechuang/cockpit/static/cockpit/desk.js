"use strict";
/* The editor of a draft: a fault leads to its line. */
document.addEventListener("click", (event) => {
  const fault = event.target.closest("[data-line]");
  if (!fault) return;
  const place = document.querySelector(`textarea[name=${fault.dataset.file}]`);
  if (!place) return;
  const lines = place.value.split("\n"), number = Math.min(Number(fault.dataset.line), lines.length);
  const from = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  place.focus();
  place.setSelectionRange(from, from + lines[number - 1].length);
  const height = parseFloat(getComputedStyle(place).lineHeight);
  place.scrollTop = Math.max((number - 4) * height, 0);
  place.scrollIntoView({ block: "nearest" });
});
