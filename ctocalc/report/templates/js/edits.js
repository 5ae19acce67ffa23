// A reader's edits over the automatic answers: what they make of lesions, facts and scores.
const OCCLUSIONS = "occlusions", IN_STENT = "in_stent", NEAR_END_MM = 1;
const ALIKE = {bend_deg: "bend_over_45", bend_over_45: "bend_deg"};
const UNSEEN = {answer: "missing", measured: null, borderline: false, source: "image"};

const keyOf = (vessel, lesion, item) => JSON.stringify([vessel, lesion, item]);
const exactly = (value, source) => ({...UNSEEN, measured: {value, low: value, high: value}, source});
const overlap = (a, b) => a.start_mm < b.end_mm && a.end_mm > b.start_mm;

const answerOf = (edits, vessel, lesion, item) => edits.get(keyOf(vessel, lesion, item)) ?? null;
const occlusionsOf = (edits, vessel) => answerOf(edits, vessel.vessel, null, OCCLUSIONS) ?? vessel.occlusions ?? [];

// The lesions as the edits leave them.  One whose occlusions were moved is known by its extent only,
// unless it was measured there when the review was applied; one that was left in place keeps its
// facts, but its extent is a reader's then, and exact.
function lesionsOf(data, edits, vessel) {
  const moved = answerOf(edits, vessel.vessel, null, OCCLUSIONS);
  if (moved === null) return vessel.facts.map((lesion) => ({...lesion, number: lesion.lesion}));
  const groups = [];
  for (const part of moved) {
    const before = groups.at(-1);
    if (before !== undefined && part[0] - before.at(-1)[1] < data.same_cto_gap_mm) before.push(part);
    else groups.push([part]);
  }
  return groups.map((parts, place) => {
    const lesion = {number: place + 1, start_mm: parts[0][0], end_mm: parts.at(-1)[1]};
    const automatic = vessel.facts.filter((found) => overlap(found, lesion));
    const {calls = {}, facts, apparent} = automatic.length === 1 ? automatic[0] : {};
    const again = vessel.anew.find((found) => JSON.stringify(found.occlusions) === JSON.stringify(parts));
    if (again !== undefined) return {...lesion, calls, apparent: again.apparent, facts: again.facts};
    const left = automatic.length === 1 && isLeft(vessel, automatic[0], parts);
    return {
      ...lesion, calls, apparent: left ? apparent : {},
      facts: {...(left ? facts : vessel.open), ...extentOf(lesion, parts, vessel)},
    };
  });
}

// Whether the reader left every occlusion of a lesion where it was found.
function isLeft(vessel, found, parts) {
  const before = vessel.occlusions.filter(([start_mm, end_mm]) => overlap({start_mm, end_mm}, found));
  return JSON.stringify(before) === JSON.stringify(parts);
}

function extentOf(lesion, parts, vessel) {
  const length = lesion.end_mm - lesion.start_mm;
  const cut = lesion.start_mm < NEAR_END_MM || lesion.end_mm > vessel.length_mm - NEAR_END_MM;
  const measured = cut ? {value: null, low: Math.max(length - NEAR_END_MM, 0), high: null} : exactly(length, "").measured;
  return {
    length_mm: {...UNSEEN, measured, source: "reader"},
    multiple_occlusions: {...UNSEEN, answer: parts.length > 1 ? "yes" : "no", source: "reader"},
  };
}

const told = (question, answer, source) => typeof answer === "string" ? question.words[answer]
  : {...question.settles, ...Object.fromEntries(question.number.map((name) => [name, exactly(answer, source)]))};

function factsOf(data, edits, vessel, lesion, basis) {
  const facts = {...lesion.facts, ...(basis === "apparent" ? lesion.apparent : {})};
  for (const [item, question] of Object.entries(data.clinical)) {
    const answer = answerOf(edits, question.by_vessel ? vessel.vessel : null, null, item);
    if (answer === null) continue;
    Object.assign(facts, told(question, answer, "given"));
    if (item === IN_STENT) for (const name of data.calcium) facts[name] = UNSEEN;
  }
  for (const [item, question] of Object.entries(data.questions)) {
    const answer = answerOf(edits, vessel.vessel, lesion.number, item);
    if (answer !== null) Object.assign(facts, told(question, answer, "reader"));
  }
  return facts;
}

// Every edition on both bases: {system, edition, title, corrected, apparent}.
function scoresOf(data, edits, vessel, lesion) {
  return data.definitions.map((definition) => {
    const on = (basis) => evaluate(definition, factsOf(data, edits, vessel, lesion, basis), basis, data.common);
    return {definition, corrected: on("corrected"), apparent: definition.calcium_area_item ? on("apparent") : null};
  });
}

function answer(edits, vessel, lesion, item, value) {
  if (value === null) edits.delete(keyOf(vessel, lesion, item));
  else edits.set(keyOf(vessel, lesion, item), value);
  if (value !== null && item in ALIKE) edits.delete(keyOf(vessel, lesion, ALIKE[item]));
}

// New occlusions: calls stay with the lesion they were made of, and go with a lesion that is gone.
function setOcclusions(data, edits, vessel, pairs) {
  const before = lesionsOf(data, edits, vessel);
  answer(edits, vessel.vessel, null, OCCLUSIONS, pairs && [...pairs].sort((a, b) => a[0] - b[0]));
  const after = lesionsOf(data, edits, vessel), calls = [];
  for (const [key, value] of edits) {
    const [name, number, item] = JSON.parse(key);
    if (name !== vessel.vessel || number === null) continue;
    edits.delete(key);
    const old = before.find((lesion) => lesion.number === number);
    const now = after.filter((lesion) => old !== undefined && overlap(lesion, old));
    if (now.length === 1) calls.push([keyOf(name, now[0].number, item), value]);
  }
  for (const [key, value] of calls) edits.set(key, value);
}

// Entry before exit, within the vessel, and none inside another.
function inOrder(vessel, pairs) {
  const ends = [...pairs].sort((a, b) => a[0] - b[0]).flat();
  return ends.every((mm) => Number.isFinite(mm) && mm >= 0 && mm <= vessel.length_mm)
    && pairs.every(([start, end]) => start < end)
    && ends.every((mm, place) => place === 0 || ends[place - 1] <= mm);
}

// The edits as a review file holds them, each beside the automatic value that it replaced.
function editList(data, edits) {
  const list = [];
  const add = (vessel, lesion, item, automatic) => {
    const reader = answerOf(edits, vessel, lesion?.number ?? null, item);
    if (reader === null) return;
    const place = lesion && {number: lesion.number, start_mm: lesion.start_mm, end_mm: lesion.end_mm};
    list.push({vessel, lesion: place, item, automatic: data.blind ? null : automatic ?? null, reader});
  };
  const clinical = Object.entries(data.clinical);
  for (const vessel of data.vessels) {
    add(vessel.vessel, null, OCCLUSIONS, vessel.occlusions);
    for (const lesion of lesionsOf(data, edits, vessel)) {
      for (const item of Object.keys(data.questions)) add(vessel.vessel, lesion, item, lesion.calls[item]);
    }
    for (const [item, fact] of clinical) if (fact.by_vessel) add(vessel.vessel, null, item, vessel.clinical[item]);
  }
  for (const [item, fact] of clinical) if (!fact.by_vessel) add(null, null, item, data.vessels[0]?.clinical[item]);
  return list;
}

// Reads a saved review; an Error says in a sentence why it is not taken.
function readEdits(data, review) {
  if (review?.schema !== data.schema || !Array.isArray(review.edits)) throw new Error("This is no review of ctocalc.");
  if (review.case_id !== data.case_id) throw new Error("This review is of another case.");
  if (review.result_digest !== data.result_digest) throw new Error("This review was made on another result; give it to ctocalc analyze --review.");
  const edits = new Map();
  for (const {vessel, lesion, item, reader} of review.edits) {
    const question = data.questions[item] ?? data.clinical[item];
    const known = item === OCCLUSIONS ? Array.isArray(reader)
      : question !== undefined && (typeof reader === "string" ? reader in question.words : Number.isFinite(reader) && question.number.length > 0);
    const there = vessel === null || data.vessels.some((each) => each.vessel === vessel);
    if (!known || !there) throw new Error("This review answers a question that is not asked here.");
    edits.set(keyOf(vessel, lesion?.number ?? null, item), reader);
  }
  return edits;
}
