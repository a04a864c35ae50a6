// The filter of the claims page; without it the whole table is shown.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector(".claims-filter");
  if (!form) return;
  const rows = [...document.querySelectorAll("#claims tbody tr")];
  const apply = () => {
    let shown = 0;
    for (const row of rows) {
      const fits =
        (!form.verdict.value || row.dataset.verdict === form.verdict.value) &&
        (!form.topic.value || row.dataset.topic === form.topic.value);
      row.hidden = !fits;
      shown += fits;
    }
    form.count.value = `${shown} of ${rows.length} claims`;
    const query = new URLSearchParams();
    if (form.verdict.value) query.set("verdict", form.verdict.value);
    if (form.topic.value) query.set("topic", form.topic.value);
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  };
  const asked = new URLSearchParams(location.search);
  for (const name of ["verdict", "topic"]) if (asked.has(name)) form[name].value = asked.get(name);
  form.hidden = false;
  form.addEventListener("change", apply);
  apply();
});

// What is wider than its box scrolls, so the keyboard must be able to get there.
const reachable = () => {
  for (const block of document.querySelectorAll("pre")) {
    if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
  }
};
addEventListener("load", reachable);
addEventListener("resize", reachable);
