// The review: a reader's edits, what follows from them at once, and the file that keeps them.
const STEP_MM = 0.5;

function makeReviewer(data, place) {
  const find = (name) => place.querySelector(name);
  const review = {data, edits: new Map(), saved: true};
  const changed = () => {
    review.saved = false;
    drawReview(review, place);
  };
  const refuse = (words) => { find(".review-word").textContent = words; };
  review.answer = (where, item, value) => {
    answer(review.edits, where.vessel, where.number, item, value);
    changed();
  };
  review.setOcclusions = (vessel, pairs) => {
    const found = pairs?.map(([start, end]) => [start, end]) ?? null;
    if (found !== null && !inOrder(vessel, found)) {
      refuse("Entries and exits must follow each other along the vessel; nothing was changed.");
      drawReview(review, place);
      return false;
    }
    setOcclusions(data, review.edits, vessel, found);
    changed();
    return true;
  };
  review.moveCap = (vessel, number, end, mm) => {
    const pairs = occlusionsOf(review.edits, vessel).map((pair) => [...pair]);
    pairs[number][end] = Math.round(mm * 100) / 100;
    return review.setOcclusions(vessel, pairs);
  };
  review.shownMm = async (vessel) => {
    const {store, vessel: shownVessel} = await viewerOf(document.getElementById(vessel.anchor));
    return shownVessel.mm[store.state.station];
  };
  review.load = (content) => {
    review.edits = readEdits(data, content);
    find(".reader").value = content.reader ?? "";
    find(".comment").value = content.comment ?? "";
    find(".final").checked = content.status === "final";
    review.saved = true;
    drawReview(review, place);
  };
  listenToFile(review, place, refuse);
  window.addEventListener("beforeunload", (event) => { if (!review.saved) event.preventDefault(); });
  if (data.kept !== null) review.load({...data.kept, schema: data.schema, case_id: data.case_id, result_digest: data.result_digest});
  else drawReview(review, place);
  return review;
}

function listenToFile(review, place, refuse) {
  const find = (name) => place.querySelector(name);
  for (const name of [".reader", ".comment", ".final"]) {
    find(name).addEventListener("input", () => {
      review.saved = false;
      showState(review, place);
    });
  }
  find(".save").addEventListener("click", () => {
    if (!find(".reader").reportValidity()) return;
    saveFile(`review_${review.data.case_id}_${find(".reader").value}.json`, reviewRecord(review, place));
    review.saved = true;
    showState(review, place);
  });
  find(".load").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    try {
      review.load(JSON.parse(await file.text()));
      refuse("The review was loaded.");
    } catch (error) {
      refuse(error instanceof SyntaxError ? "This file is no review of ctocalc." : error.message);
    }
  });
  place.addEventListener("toggle", () => drawHandles(review, place));
}

function reviewRecord(review, place) {
  const find = (name) => place.querySelector(name), {data} = review;
  return {
    schema: data.schema, case_id: data.case_id, reader: find(".reader").value,
    when: `${new Date().toISOString().slice(0, 19)}Z`, version: data.version,
    result_digest: data.result_digest, status: find(".final").checked ? "final" : "draft",
    blind: data.blind, comment: find(".comment").value, edits: editList(data, review.edits),
  };
}

function saveFile(name, record) {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(record, null, 1)}\n`], {type: "application/json"}));
  const link = make("a", {href: url, download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function drawReview(review, place) {
  const {data} = review, focused = document.activeElement?.id;
  place.querySelector(".questions").replaceChildren(
    ...data.vessels.map((vessel) => vesselFields(review, vessel)), patientFields(review));
  if (focused) document.getElementById(focused)?.focus({preventScroll: true});
  drawScores(review, place);
  drawHandles(review, place);
}

function drawScores(review, place) {
  place.querySelector(".follows").replaceChildren(...scoreTables(review));
  showState(review, place);
}

function showState(review, place) {
  const count = editList(review.data, review.edits).length;
  const state = place.querySelector(".review-state");
  state.textContent = `${count} answer${count === 1 ? "" : "s"}${review.saved ? "" : ", not saved yet ●"}`;
  state.classList.toggle("unsaved", !review.saved);
}

// Entry and exit of every occlusion as handles on the straightened vessel: to drag, or with arrows.
function drawHandles(review, place) {
  for (const vessel of review.data.vessels) {
    const section = document.getElementById(vessel.anchor);
    const strip = section?.querySelector("canvas.straightened")?.parentElement;
    if (!strip) continue;
    const record = page.vessels[Number(vessel.anchor.split("-")[1])];
    const pairs = place.open ? occlusionsOf(review.edits, vessel) : [];
    const held = document.activeElement?.classList.contains("cap") ? document.activeElement.dataset.cap : null;
    strip.querySelectorAll(".cap").forEach((handle) => handle.remove());
    pairs.forEach((pair, number) => ["entry", "exit"].forEach((name, end) => {
      const handle = make("button", {
        type: "button", class: `cap ${name}`, role: "slider", "data-cap": `${number}-${end}`, "aria-valuemin": 0,
        "aria-valuemax": vessel.length_mm.toFixed(1), "aria-valuenow": pair[end].toFixed(1),
        "aria-label": `${name} of occlusion ${number + 1}, mm`,
      });
      handle.style.left = `${(pair[end] - record.start_mm) / record.length_mm * 100}%`;
      moveByHand(review, place, {vessel, record, number, end, handle, strip});
      strip.append(handle);
      if (held === handle.dataset.cap) handle.focus({preventScroll: true});
    }));
  }
}

function moveByHand(review, place, {vessel, record, number, end, handle, strip}) {
  handle.addEventListener("keydown", (event) => {
    const step = {ArrowLeft: -STEP_MM, ArrowRight: STEP_MM, PageDown: 10 * STEP_MM, PageUp: -10 * STEP_MM}[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    review.moveCap(vessel, number, end, clamp(occlusionsOf(review.edits, vessel)[number][end] + step, 0, vessel.length_mm));
  });
  handle.addEventListener("pointerdown", (event) => {
    event.stopPropagation();
    handle.setPointerCapture(event.pointerId);
    const pairs = occlusionsOf(review.edits, vessel).map((pair) => [...pair]);
    const follow = (next) => {
      const box = strip.getBoundingClientRect();
      const mm = record.start_mm + (next.clientX - box.left) / box.width * record.length_mm;
      const moved = pairs.map((pair) => [...pair]);
      moved[number][end] = Math.round(clamp(mm, 0, vessel.length_mm) * 100) / 100;
      if (!inOrder(vessel, moved)) return;
      setOcclusions(review.data, review.edits, vessel, moved);
      review.saved = false;
      handle.style.left = `${(moved[number][end] - record.start_mm) / record.length_mm * 100}%`;
      drawScores(review, place);
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("lostpointercapture", () => drawReview(review, place), {once: true});
  });
}
