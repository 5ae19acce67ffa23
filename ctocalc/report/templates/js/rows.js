// The rows of the cohort, and how each of their columns is shown and put in order.
const page = JSON.parse(document.getElementById("data").textContent);

const rows = page.rows.map(([name, vessel, lesion, state, hasPage, values, stump, scores, flags, outliers]) => ({
  name, vessel, lesion, state, hasPage, values, stump, scores, flags, outliers,
  words: [name, vessel, state, stump, ...flags].join(" ").toLowerCase(),
}));

const total = (score) => {
  if (score === null) return "";
  const [points, low, high] = score;
  if (low === null || high === null) return "not scored";
  if (low === high) return String(low);
  return points === null ? `${low} to ${high}` : `${points} (${low} to ${high})`;
};

// A total that is an interval is put in order by its fewest points, then its most.
const ranked = (score) => score === null || score[1] === null ? null : (score[0] ?? score[1]) + score[2] / 1000;

const columns = [
  {title: "Case", text: (row) => row.name, key: (row) => row.name},
  {title: "Vessel", text: (row) => row.vessel, key: (row) => row.vessel},
  {title: "Lesion", text: (row) => row.lesion === null ? "" : String(row.lesion), key: (row) => row.lesion, number: true},
  {title: "State", text: (row) => row.state, key: (row) => row.state},
  ...page.measures.map(([title, unit, digits], n) => ({
    title: unit ? `${title}, ${unit}` : title, number: true, measure: n,
    text: (row) => row.values[n] === null ? (row.lesion === null ? "" : "?") : row.values[n].toFixed(digits) + (row.outliers.includes(n) ? " ▲" : ""),
    key: (row) => row.values[n],
  })),
  {title: "Proximal stump", text: (row) => row.stump, key: (row) => row.stump || null},
  ...page.scores.map((title, n) => ({title, text: (row) => total(row.scores[n]), key: (row) => ranked(row.scores[n])})),
  {title: "Flags", text: (row) => row.flags.join(", "), key: (row) => row.flags.length},
];

// In order of a column; what is empty comes last either way, equals keep the batch's order.
function sorted(list, column, descending) {
  const {key} = columns[column], way = descending ? -1 : 1;
  return list.map((row, place) => [key(row), place, row]).sort(([a, i], [b, j]) => {
    if (a === null || b === null) return (a === null) - (b === null) || i - j;
    if (a === b) return i - j;
    return typeof a === "string" ? way * a.localeCompare(b, "en", {numeric: true}) || i - j : way * (a - b);
  }).map(([, , row]) => row);
}
