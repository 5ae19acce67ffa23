// A score from the exported definition and the facts of a lesion, as the package scores them: by
// three-valued logic, with the fewest and the most points that intervals and open answers leave.
const NOTHING_GIVEN = {answer: "missing", measured: null, borderline: false, source: "not given"};
const HOLDS = {
  ">": (value, cut) => value > cut, ">=": (value, cut) => value >= cut,
  "<": (value, cut) => value < cut, "<=": (value, cut) => value <= cut,
};

const isGiven = (fact) => fact.source !== "not given" && fact.answer !== "unknown";
const partsOf = (clause) => clause.all_of ?? clause.any_of ?? clause.first_given_of;
const factsIn = (clause) => "fact" in clause ? [clause.fact] : partsOf(clause).flatMap(factsIn);

// A clause as it comes out: the best call (null: open), and which answers remain possible.
function judge(clause, facts) {
  if ("fact" in clause) return judgeFact(clause, facts[clause.fact] ?? NOTHING_GIVEN);
  if (!("first_given_of" in clause)) {
    return combine(partsOf(clause).map((part) => judge(part, facts)), "any_of" in clause);
  }
  const given = (part) => factsIn(part).some((name) => isGiven(facts[name] ?? NOTHING_GIVEN));
  return judge(partsOf(clause).find(given) ?? partsOf(clause)[0], facts);
}

function judgeFact(check, fact) {
  const {best, can} = weigh(check, fact);
  const lead = {fact: check.fact, source: fact.source};
  return {best, can, borderline: best !== null && can.length > 1, lead};
}

function weigh(check, fact) {
  if (fact.measured !== null) return weighNumber(check.rule, fact.measured);
  if (fact.answer === "unknown" && check.unknown_counts) return {best: true, can: [true]};
  if (fact.answer !== "yes" && fact.answer !== "no") return {best: null, can: [true, false]};
  const best = (fact.answer === "yes") === check.rule.threshold;
  return {best, can: fact.borderline ? [true, false] : [best]};
}

function weighNumber(rule, {value, low, high}) {
  const exact = value !== null && low === null && high === null;
  const lowest = exact ? value : low ?? -Infinity, highest = exact ? value : high ?? Infinity;
  const signs = rule.rival === null ? [rule.comparator] : [rule.comparator, rule.rival];
  const readings = [lowest, highest].flatMap((end) => signs.map((sign) => HOLDS[sign](end, rule.threshold)));
  const can = [true, false].filter((answer) => readings.includes(answer));
  if (can.length === 1) return {best: can[0], can};
  // A value whose interval is open on one side estimates but a part: it tells what more would not change.
  const openEnd = high === null ? highest : lowest, bound = (low === null) !== (high === null);
  const changed = (sign) => HOLDS[sign](value, rule.threshold) !== HOLDS[sign](openEnd, rule.threshold);
  if (value === null || (bound && signs.some(changed))) return {best: null, can};
  return {best: HOLDS[rule.comparator](value, rule.threshold), can};
}

// One decisive answer settles it: true among any of them, false among all of them.
function combine(parts, decisive) {
  const bests = parts.map((part) => part.best);
  const best = bests.includes(decisive) ? decisive : bests.includes(null) ? null : !decisive;
  const can = [];
  if (parts.some((part) => part.can.includes(decisive))) can.push(decisive);
  if (parts.every((part) => part.can.includes(!decisive))) can.push(!decisive);
  return {
    best, can, lead: parts[bests.indexOf(best)].lead,
    borderline: can.length > 1 && parts.some((part) => part.borderline),
  };
}

function findItem(item, facts) {
  const worth = item.levels.map((level) => [level.points, judge(level.clause, facts)]);
  const most = (kept) => Math.max(0, ...worth.filter(([, verdict]) => kept(verdict.can)).map(([points]) => points));
  const low = most((can) => !can.includes(false)), high = most((can) => can.includes(true));
  const [level, verdict] = worth.find(([, each]) => each.best !== false) ?? worth.at(-1);
  const points = verdict.best === null ? null : verdict.best ? level : 0;
  return {
    item: item.item, points, low, high, source: verdict.lead.source,
    present: low > 0 ? true : points === null ? null : points > 0,
    borderline: low < high && worth.some(([, each]) => each.borderline),
  };
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const allTold = (numbers) => numbers.includes(null) ? null : sum(numbers);
const groupOf = (definition, points) => definition.groups.findLast((group) => HOLDS[group.comparator](points, group.lower)) ?? null;

function sharedGroup(definition, {points, low, high}) {
  if (low === null) return null;
  if (points !== null) return groupOf(definition, points);
  const lowest = groupOf(definition, low);
  return lowest === groupOf(definition, high) ? lowest : null;
}

// `facts` by name; `basis` says what the calcium fraction among them means; `common` is what all
// definitions share: the ways of crossing, and the age below which no occlusion is a CTO.
function evaluate(definition, facts, basis, common) {
  const excluded = definition.not_scored_if;
  if (excluded !== null && judge(excluded.clause, facts).best === true) {
    return {points: null, low: null, high: null, imageOnly: null, group: null, rate: null, items: [], strategies: null};
  }
  const said = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact.source !== "image"));
  const fromImage = (item) => definition.filled_from_image.includes(item.item);
  const items = definition.items.map((item) => findItem(item, fromImage(item) ? facts : said));
  const pointsOf = (found) => allTold(found.map((item) => item.points));
  const total = definition.adds_up
    ? {points: pointsOf(items), low: sum(items.map((item) => item.low)), high: sum(items.map((item) => item.high))}
    : {points: null, low: null, high: null};
  const group = sharedGroup(definition, total);
  return {
    ...total, items,
    imageOnly: definition.filled_from_image.length > 0 && definition.adds_up ? pointsOf(items.filter(fromImage)) : null,
    group: group?.name ?? null,
    rate: holdsFor(definition, facts, basis, common.cto_months) ? group?.published_rate ?? null : null,
    strategies: byStrategy(definition, said, common.strategies),
  };
}

// Whether a published rate may stand beside the score.
function holdsFor(definition, facts, basis, youngest) {
  const fromCt = Object.values(facts).some((fact) => fact.source === "image" || fact.source === "reader");
  const months = facts.duration_months?.measured?.value ?? null;
  return !(definition.calcium_area_item && basis === "corrected")
    && !(definition.modality === "angiography" && fromCt)
    && (months === null || months >= youngest);
}

// The points of each way of crossing: [name, fewest, most]; null where none is asked, or one was given.
function byStrategy(definition, said, strategies) {
  const choices = Object.keys(Object.values(strategies)[0]);
  const asked = choices.every((choice) => choice in definition.facts);
  if (!asked || choices.some((choice) => isGiven(said[choice] ?? NOTHING_GIVEN))) return null;
  return Object.entries(strategies).map(([name, answers]) => {
    const chosen = Object.entries(answers).map(([choice, answer]) => [choice, {...NOTHING_GIVEN, answer, source: "given"}]);
    const found = definition.items.map((item) => findItem(item, {...said, ...Object.fromEntries(chosen)}));
    return [name, sum(found.map((item) => item.low)), sum(found.map((item) => item.high))];
  });
}
