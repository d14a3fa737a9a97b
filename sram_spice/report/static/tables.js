// Tables that one can sort: a button in each heading, aria-sort on the one that is sorted.
"use strict";
(() => {
  const number = (text) => {
    const found = text.replace(/[\u2212]/g, "-").replace(/,/g, "").match(/^\s*[+-]?\d+(\.\d+)?(e[+-]?\d+)?/i);
    return found ? Number(found[0]) : NaN;
  };
  const words = new Intl.Collator("en", { numeric: true });
  const missing = (text) => text === "" || text === "\u2013";

  function compare(a, b) {
    const [x, y] = [number(a), number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
    return words.compare(a, b);
  }

  function sort(table, column, direction) {
    const body = table.tBodies[0];
    const lines = [...body.rows].map((row, place) => ({ row, place, text: row.cells[column].textContent.trim() }));
    lines.sort((a, b) => {
      // What is missing stands last, whichever way.
      if (missing(a.text) || missing(b.text)) return missing(a.text) - missing(b.text) || a.place - b.place;
      return direction * compare(a.text, b.text) || a.place - b.place;
    });
    body.append(...lines.map((line) => line.row));
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const up = heading.getAttribute("aria-sort") !== "ascending";
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", up ? "ascending" : "descending");
        sort(table, column, up ? 1 : -1);
      });
    });
  }
})();
