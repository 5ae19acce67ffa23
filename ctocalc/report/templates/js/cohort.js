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
  for (const bar of document.querySelectorAll(".bar")) {
    const measure = Number(bar.closest(".histogram").dataset.measure);
    bar.classList.toggle("chosen", asked.measure === measure && asked.low === Number(bar.dataset.low));
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
for (const bar of document.querySelectorAll(".bar")) {
  bar.addEventListener("click", () => {
    const measure = Number(bar.closest(".histogram").dataset.measure), low = Number(bar.dataset.low);
    const same = asked.measure === measure && asked.low === low;
    ask(same ? {measure: null} : {measure, low, high: Number(bar.dataset.high)});
  });
}
update();
document.body.dataset.ready = "";
