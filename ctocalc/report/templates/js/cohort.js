// The page of a batch: filters and order above, the rows that are left below.
document.documentElement.classList.add("live");
const find = (name) => document.querySelector(name);
const showRows = makeTable(find(".table-frame"));
let asked = nothingAsked(), order = {column: 0, descending: false, given: true};

function update() {
  const left = rows.filter((row) => isAsked(row, asked));
  showRows(order.given ? left : sorted(left, order.column, order.descending));
  find(".found").textContent = `${left.length} of ${rows.length} rows`;
  find(".find").value = asked.find;
  find("select.state").value = asked.state;
  find(".flag-choice").value = asked.flag;
  find(".only-outliers").checked = asked.outliers;
  for (const chart of document.querySelectorAll(".bars")) {
    [...chart.children].forEach((bar, place) => {
      const chosen = asked.measure === measureOf(bar) && asked.low === Number(bar.dataset.low);
      bar.classList.toggle("chosen", chosen);
      if (chosen) chart.setAttribute("aria-valuenow", place);
    });
    const chosen = chart.querySelector(".chosen title");
    chart.setAttribute("aria-valuetext", chosen === null ? "all lesions" : chosen.textContent);
  }
  find(".cohort thead").querySelectorAll("th").forEach((head, column) => {
    const way = order.given || order.column !== column ? "none" : order.descending ? "descending" : "ascending";
    head.setAttribute("aria-sort", way);
  });
}

function ask(change) {
  asked = {...asked, ...change};
  update();
}

find(".cohort thead tr").append(...columns.map((column, place) => {
  const head = document.createElement("th"), button = document.createElement("button");
  head.scope = "col";
  head.classList.toggle("number", column.number === true);
  button.type = "button";
  button.textContent = column.title;
  button.addEventListener("click", () => {
    const again = !order.given && order.column === place;
    order = {column: place, descending: again && !order.descending, given: false};
    update();
  });
  head.append(button);
  return head;
}));

find(".find").addEventListener("input", (event) => ask({find: event.target.value}));
find("select.state").addEventListener("change", (event) => ask({state: event.target.value}));
find(".flag-choice").addEventListener("change", (event) => ask({flag: event.target.value}));
find(".only-outliers").addEventListener("change", (event) => ask({outliers: event.target.checked}));
find(".clear").addEventListener("click", () => {
  order = {column: 0, descending: false, given: true};
  ask(nothingAsked());
});
for (const button of document.querySelectorAll(".pick")) {
  button.addEventListener("click", () => {
    ask(button.dataset.state === undefined ? {flag: button.dataset.flag} : {state: button.dataset.state});
    find(".table-frame").scrollIntoView({block: "nearest"});
  });
}
const measureOf = (bar) => Number(bar.closest(".histogram").dataset.measure);
const askBar = (bar) => ask({measure: measureOf(bar), low: Number(bar.dataset.low), high: Number(bar.dataset.high), last: bar.nextElementSibling === null});

// A histogram is one stop of the keyboard: arrows choose among its bars that hold lesions.
function stepBars(chart, key) {
  const bars = [...chart.querySelectorAll(".bar")].filter((bar) => bar.dataset.count !== "0");
  const at = bars.findIndex((bar) => bar.classList.contains("chosen"));
  const places = {ArrowRight: Math.min(at + 1, bars.length - 1), ArrowLeft: Math.max(at - 1, 0), Home: 0, End: bars.length - 1};
  if (key === "Escape" && at >= 0) ask({measure: null});
  else if (key in places) askBar(bars[places[key]]);
  else return false;
  return true;
}

for (const chart of document.querySelectorAll(".bars")) {
  for (const [name, value] of [["role", "slider"], ["tabindex", 0], ["aria-valuemin", 0], ["aria-valuemax", chart.children.length - 1]]) chart.setAttribute(name, value);
  chart.addEventListener("keydown", (event) => { if (stepBars(chart, event.key)) event.preventDefault(); });
  chart.addEventListener("click", (event) => {
    const bar = event.target.closest(".bar");
    if (bar !== null) bar.classList.contains("chosen") ? ask({measure: null}) : askBar(bar);
  });
}
update();
document.body.dataset.ready = "";
