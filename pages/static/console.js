// Keys on the worklist: j down, k up, Enter does it. Without this script every link and form works all the same.
"use strict";
(function () {
  function rows() { return Array.from(document.querySelectorAll("[data-row]")); }
  function here() { return rows().indexOf(document.activeElement && document.activeElement.closest("[data-row]")); }
  function go(to) {
    const all = rows(), row = all[Math.max(0, Math.min(all.length - 1, to))];
    if (row) { row.querySelector("a.button").focus(); row.scrollIntoView({ block: "nearest" }); }
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (event.key === "j") { go(here() + 1); } else if (event.key === "k") { go(here() - 1); } else { return; }
    event.preventDefault();
  });
  // The worklist is not drawn anew while somebody is in one of its rows.
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target.id === "worklist" && (here() >= 0 || document.querySelector("#worklist details[open]"))) event.preventDefault();
  });
})();
