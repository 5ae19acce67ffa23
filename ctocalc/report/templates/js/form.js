// The form of the review: questions as fields, each beside the automatic answer.
const READER_PATTERN = "[A-Za-z0-9_\\-]{1,16}";
const spacedWord = (name) => name.replaceAll("_", " ").replace(" deg", "");
const roundMm = (mm) => Math.round(mm * 10) / 10;
const asText = (value, missing = "cannot tell") => value === null || value === undefined ? missing
  : typeof value === "number" ? String(Math.round(value * 10) / 10) : spacedWord(value);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

// One question: a list of words, or a number; empty is the automatic answer.
function questionField(review, where, item, question, automatic) {
  const id = `review-${where.anchor}-${where.number ?? 0}-${item}`;
  const now = answerOf(review.edits, where.vessel, where.number, item);
  const clinical = where.number === null, given = automatic !== null && automatic !== undefined;
  const asMeasured = review.data.blind ? "not answered" : !clinical ? `as measured: ${asText(automatic)}` : given ? `as given: ${asText(automatic)}` : "not given";
  const parts = [];
  const change = (value) => review.answer(where, item, value);
  const words = Object.keys(question.words);
  if (question.number.length > 0) {
    const field = make("input", {
      id, type: "number", min: 0, max: question.highest, step: "any", 
      placeholder: review.data.blind ? "" : asText(automatic, clinical ? "not given" : "cannot tell"),
      value: typeof now === "number" ? now : "",
    });
    field.addEventListener("change", () => {
      if (field.value !== "" && !field.checkValidity()) field.reportValidity();
      else change(field.value === "" ? null : Number(field.value));
    });
    parts.push(field);
  }
  if (words.length > 0) {
    const list = make("select", {id: parts.length ? `${id}-word` : id, "aria-label": question.meaning},
      make("option", {value: ""}, parts.length ? "or …" : asMeasured),
      ...words.map((word) => make("option", {value: word}, spacedWord(word))));
    list.value = typeof now === "string" ? now : "";
    list.addEventListener("change", () => change(list.value || null));
    parts.push(list);
  }
  const label = make("label", {htmlFor: id, title: question.meaning}, question.label);
  return make("div", {class: now === null ? "answer" : "answer edited"}, label, make("span", {class: "fields"}, ...parts));
}

function occlusionFields(review, vessel) {
  const pairs = occlusionsOf(review.edits, vessel), edited = answerOf(review.edits, vessel.vessel, null, OCCLUSIONS) !== null;
  const rows = pairs.map((pair, place) => {
    const ends = ["entry", "exit"].map((name, end) => {
      const id = `review-${vessel.anchor}-${place}-${name}`;
      const field = make("input", {id, type: "number", min: 0, max: vessel.length_mm, step: 0.1, value: roundMm(pair[end])});
      field.addEventListener("change", () => review.moveCap(vessel, place, end, Number(field.value)));
      const here = make("button", {type: "button", id: `${id}-here`}, `${name} here`);
      here.addEventListener("click", async () => review.moveCap(vessel, place, end, await review.shownMm(vessel)));
      return make("span", {class: "cap-field"}, make("label", {htmlFor: id}, name), field, here);
    });
    const gone = make("button", {type: "button", id: `review-${vessel.anchor}-${place}-remove`}, "remove");
    gone.addEventListener("click", () => review.setOcclusions(vessel, pairs.filter((_, other) => other !== place)));
    return make("li", {}, `Occlusion ${place + 1}, mm: `, ...ends, gone);
  });
  const add = make("button", {type: "button", id: `review-${vessel.anchor}-add`}, "Add an occlusion at the shown position");
  add.addEventListener("click", async () => {
    const mm = await review.shownMm(vessel);
    review.setOcclusions(vessel, [...pairs, [Math.max(mm - 2, 0), Math.min(mm + 2, vessel.length_mm)]]);
  });
  const none = make("button", {type: "button", id: `review-${vessel.anchor}-none`}, "No occlusion");
  none.addEventListener("click", () => review.setOcclusions(vessel, []));
  const back = make("button", {type: "button", id: `review-${vessel.anchor}-back`, disabled: !edited}, review.data.blind ? "Not answered" : "As measured");
  back.addEventListener("click", () => review.setOcclusions(vessel, null));
  const state = edited && pairs.length === 0 ? [make("p", {}, "The reader sees no total occlusion.")] : [];
  return make("div", {class: edited ? "occlusions edited" : "occlusions"},
    make("ol", {}, ...rows), ...state, make("p", {class: "buttons"}, add, " ", none, " ", back));
}

function vesselFields(review, vessel) {
  const {data, edits} = review, clinical = Object.entries(data.clinical).filter(([, fact]) => fact.by_vessel);
  const lesions = lesionsOf(data, edits, vessel).map((lesion) => make("fieldset", {class: "calls"},
    make("legend", {}, `Lesion ${lesion.number}, ${lesion.start_mm.toFixed(1)} to ${lesion.end_mm.toFixed(1)} mm`),
    ...Object.entries(data.questions).map(([item, question]) => questionField(
      review, {vessel: vessel.vessel, anchor: vessel.anchor, number: lesion.number}, item, question, lesion.calls[item]))));
  return make("fieldset", {class: "of-vessel"}, make("legend", {}, vessel.vessel), occlusionFields(review, vessel), ...lesions,
    make("fieldset", {class: "calls"}, make("legend", {}, `Clinical facts, ${vessel.vessel}`),
      ...clinical.map(([item, fact]) => questionField(
        review, {vessel: vessel.vessel, anchor: vessel.anchor, number: null}, item, fact, vessel.clinical[item]))));
}

function patientFields(review) {
  const facts = Object.entries(review.data.clinical).filter(([, fact]) => !fact.by_vessel);
  const given = review.data.vessels[0]?.clinical ?? {};
  return make("fieldset", {class: "calls"}, make("legend", {}, "Clinical facts, patient"),
    ...facts.map(([item, fact]) => questionField(review, {vessel: null, anchor: "patient", number: null}, item, fact, given[item])));
}

// Totals as tables show them elsewhere.
function span({points, low, high}) {
  if (low === null) return "not scored";
  if (low === high) return String(low);
  return points === null ? `${low} to ${high}` : `${points} (${low} to ${high})`;
}

function scoreRow(before, after) {
  const cells = [["corrected", before?.corrected], ["corrected", after.corrected], ["apparent", before?.apparent], ["apparent", after.apparent]];
  const row = make("tr", {"data-system": after.definition.system, "data-edition": after.definition.edition},
    make("th", {scope: "row"}, after.definition.title));
  cells.forEach(([basis, total], place) => {
    const cell = make("td", {"data-basis": basis, "data-of": place % 2 ? "review" : "automatic"}, total ? span(total) : "");
    const [, twin] = cells[place - 1] ?? [];
    if (place % 2 && total && twin && span(total) !== span(twin)) cell.className = "changed";
    row.append(cell);
  });
  row.append(make("td", {class: "group"}, after.corrected.group ?? "open"));
  return row;
}

function scoreTables(review) {
  const {data, edits} = review, tables = [];
  for (const vessel of data.blind ? [] : data.vessels) {
    const automatic = lesionsOf(data, new Map(), vessel);
    for (const lesion of lesionsOf(data, edits, vessel)) {
      const twins = automatic.filter((each) => overlap(each, lesion));
      const before = twins.length === 1 ? scoresOf(data, new Map(), vessel, twins[0]) : [];
      const rows = scoresOf(data, edits, vessel, lesion).map((after, place) => scoreRow(before[place], after));
      const heads = ["Score", "Corrected, automatic", "with the review", "Apparent, automatic", "with the review", "Group"];
      tables.push(make("div", {class: "scroll"}, make("table", {class: "reviewed-scores", "data-vessel": vessel.vessel, "data-lesion": lesion.number},
        make("caption", {}, `${vessel.vessel}, lesion ${lesion.number}: ${lesion.start_mm.toFixed(1)} to ${lesion.end_mm.toFixed(1)} mm`),
        make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", {scope: "col"}, head)))), make("tbody", {}, ...rows))));
    }
  }
  return tables;
}
