// The filter over the table of changes or findings. Without it the page shows everything.
(() => {
  "use strict";
  const form = document.getElementById("filter");
  if (!form) return;
  const search = document.getElementById("search");
  const status = document.getElementById("matches");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const blocks = [...document.querySelectorAll(".block")];
  const groups = [...document.querySelectorAll(".group")];
  const rows = [];
  for (const block of blocks) {
    for (const row of block.querySelectorAll("tr[data-a]")) rows.push({ row, block, kind: row.dataset.a, text: null });
  }
  const noun = form.dataset.noun;
  const number = new Intl.NumberFormat("en").format;

  const textOf = entry => {
    // Made once and only when something is searched: on a large page it is most of the memory.
    if (entry.text === null) entry.text = entry.row.textContent.toLowerCase();
    return entry.text;
  };

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(word => word !== "");
    const kinds = new Set(boxes.filter(box => box.checked).map(box => box.value));
    const full = new Set();
    let shown = 0;
    for (const entry of rows) {
      const match = kinds.has(entry.kind) && words.every(word => textOf(entry).includes(word));
      if (entry.row.hidden === match) entry.row.hidden = !match;
      if (match) {
        ++shown;
        full.add(entry.block);
      }
    }
    for (const block of blocks) block.hidden = !full.has(block);
    for (const group of groups) group.hidden = !group.querySelector(".block:not([hidden])");
    status.textContent = shown === rows.length
      ? rows.length === 1 ? "1 is shown." : `All ${number(rows.length)} ${noun} are shown.`
      : `${number(shown)} of ${number(rows.length)} ${noun} ${shown === 1 ? "is" : "are"} shown.`;
  };

  let timer = 0;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(apply, rows.length > 5000 ? 200 : 60);
  };
  const open = wanted => {
    for (const entry of rows) {
      if (entry.row.hidden) continue;
      const details = entry.row.querySelector("details");
      if (details) details.open = wanted;
    }
  };

  form.addEventListener("submit", event => {
    event.preventDefault();
    apply();
  });
  search.addEventListener("input", soon);
  for (const box of boxes) box.addEventListener("change", soon);
  document.getElementById("open").addEventListener("click", () => open(true));
  document.getElementById("close").addEventListener("click", () => open(false));
  for (const id of ["open", "close"]) document.getElementById(id).hidden = !document.querySelector("tr[data-a] details");
  form.hidden = false;
  // The browser may have kept what was typed before a reload.
  apply();
})();
