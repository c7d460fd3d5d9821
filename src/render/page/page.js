const filter = document.getElementById("filter");
if (filter) {
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of document.querySelectorAll("tr[data-row]")) {
      const hidden = !row.textContent.toLowerCase().includes(wanted);
      row.hidden = hidden;
      document.getElementById(row.dataset.row).hidden = hidden;
    }
  });
}
for (const button of document.querySelectorAll("button[data-open]")) {
  button.addEventListener("click", () => {
    for (const part of document.querySelectorAll("details")) part.open = button.dataset.open === "1";
  });
}
// A link to an application opens it.
addEventListener("hashchange", () => {
  const part = document.getElementById(location.hash.slice(1));
  if (part) part.open = true;
});
