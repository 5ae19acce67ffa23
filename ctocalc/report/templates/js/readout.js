// The numbers of the station that is shown.
const UNTOLD = "cannot be told";
const WALL_WORDS = {
  seen: "seen", bridged: "from its neighbours", reader: "a reader's outline", shared: "in another vessel", none: "no wall found",
};
const shown = (value, digits, unit) => value === null ? UNTOLD : value.toFixed(digits) + unit;

function rowsOf(vessel, station) {
  if (vessel.bare) return [["Position", `${vessel.mm[station].toFixed(1)} mm`]];
  const at = (name) => vessel.columns[name][station];
  const spread = (name, digits) => {
    const low = at(`${name}_low`), high = at(`${name}_high`);
    return low === null || high === null || low === high ? "" : ` (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  };
  const state = at("occluded") === null ? `occlusion ${UNTOLD}`
    : at("occluded") ? `occluded, lesion\u00a0${at("lesion")}`
    : at("lesion") ? `in lesion\u00a0${at("lesion")}` : "outside lesions";
  return [
    ["Position", `${vessel.mm[station].toFixed(1)} mm, ${state}`],
    ["Calcium fraction", shown(at("calcium_fraction"), 2, spread("calcium_fraction", 2))],
    ["apparent", shown(at("calcium_fraction_apparent"), 2, "")],
    ["Calcium arc", shown(at("calcium_arc_deg"), 0, `°${spread("calcium_arc_deg", 0)}`)],
    ["largest single", shown(at("calcium_arc_largest_deg"), 0, "°")],
    ["Wall area", `${shown(at("wall_area_mm2"), 1, " mm²")}, ${WALL_WORDS[vessel.wall_source[station]]}`],
    ["Lumen area", shown(at("lumen_area_mm2"), 1, " mm²")],
    ["Lumen", shown(at("lumen_hu"), 0, " HU")],
    ["Stenosis", shown(at("stenosis_percent"), 0, " %")],
  ];
}

function drawReadout(list, rows) {
  list.replaceChildren(...rows.flatMap(([name, value]) => {
    const term = document.createElement("dt"), word = document.createElement("dd");
    term.textContent = name;
    word.textContent = value;
    return [term, word];
  }));
}
