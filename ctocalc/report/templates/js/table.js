// Only the rows in sight are in the document: thousands scroll as easily as ten.
const BEYOND = 12;

function cellOf(row, column) {
  const cell = document.createElement("td"), words = column.text(row);
  if (column.number) cell.classList.add("number");
  if (column.measure !== undefined && row.outliers.includes(column.measure)) cell.classList.add("outlier");
  if (column.title === "Case" && row.hasPage) {
    const link = document.createElement("a");
    link.href = `${encodeURIComponent(row.name)}/report.html`;
    link.textContent = words;
    cell.append(link);
  } else cell.textContent = words;
  return cell;
}

function spaceOf(height) {
  const row = document.createElement("tr"), cell = document.createElement("td");
  row.className = "space";
  cell.colSpan = columns.length;
  cell.style.height = `${height}px`;
  row.append(cell);
  return row;
}

function rowOf(row, place) {
  const line = document.createElement("tr");
  line.setAttribute("aria-rowindex", place + 2);
  line.append(...columns.map((column) => cellOf(row, column)));
  return line;
}

// Widths by the longest word of each column: they must not jump while rows come and go.
function widthsOf(table) {
  const group = document.createElement("colgroup");
  for (const column of columns) {
    const title = Math.max(...column.title.split(" ").map((word) => word.length)) + 2;
    const longest = rows.reduce((most, row) => Math.max(most, column.text(row).length), title);
    const col = document.createElement("col");
    col.style.width = `${Math.min(longest, 60) + 2}ch`;
    group.append(col);
  }
  table.prepend(group);
}

function makeTable(frame) {
  widthsOf(frame.querySelector("table"));
  const body = frame.querySelector("tbody");
  let list = [], height = 0, first = -1, last = -1;
  const measure = () => {
    body.replaceChildren(rowOf(list[0], 0));
    height = body.firstElementChild.getBoundingClientRect().height;
  };
  const draw = (fresh) => {
    if (list.length === 0) {
      body.replaceChildren();
      return;
    }
    if (height === 0) measure();
    const from = Math.max(0, Math.floor(frame.scrollTop / height) - BEYOND);
    const to = Math.min(list.length, Math.ceil((frame.scrollTop + frame.clientHeight) / height) + BEYOND);
    if (!fresh && from === first && to === last) return;
    [first, last] = [from, to];
    body.replaceChildren(
      spaceOf(from * height), ...list.slice(from, to).map((row, n) => rowOf(row, from + n)),
      spaceOf((list.length - to) * height));
  };
  frame.addEventListener("scroll", () => draw(false));
  new ResizeObserver(() => {
    height = 0;
    draw(true);
  }).observe(frame);
  return (rows) => {
    list = rows;
    frame.classList.toggle("short", list.length <= BEYOND);
    frame.scrollTop = 0;
    frame.querySelector("table").setAttribute("aria-rowcount", rows.length + 1);
    draw(true);
  };
}
