// One vessel: its pictures and controls about one shared position.
const clockTime = (degrees) => {
  const minutes = degrees * 2, hour = Math.floor(minutes / 60) || 12;
  return minutes % 60 ? `${hour}:${String(minutes % 60).padStart(2, "0")}` : `${hour}`;
};
const spoken = (rows) => rows.slice(0, 4).map(([name, value]) => `${name} ${value}`).join(", ");

function makeViewer(section, vessel, windows, say) {
  const find = (name) => section.querySelector(name);
  const [level, width] = Object.values(windows)[0];
  const store = makeStore({
    station: nearest(vessel.mm, Number(section.dataset.firstMm)), rotation: 0, level, width,
    zoom: 1, wall: !vessel.bare, lumen: !vessel.bare, calcium: !vessel.bare,
  });
  const cut = makeCut(vessel);
  const draw = () => {
    const {state} = store, rows = rowsOf(vessel, state.station);
    drawSection(find("canvas.section"), vessel, state);
    drawStraight(find("canvas.straightened"), vessel, cut(state), state);
    if (!vessel.bare) {
      drawDial(find(".dial"), vessel, state);
      drawReadout(find(".readout"), rows);
    }
    moveMarks(section, vessel, state);
    showControls(find, vessel, state, rows);
  };
  let asked = 0;
  const later = () => {
    if (asked === 0) asked = requestAnimationFrame(() => {
      asked = 0;
      draw();
    });
  };
  store.listen((state, changed) => {
    later();
    if (changed.includes("station")) say(spoken(rowsOf(vessel, state.station)));
  });
  connect(section, find, vessel, store);
  new ResizeObserver(later).observe(find(".explorer"));
  return {store, vessel, draw};
}

function moveMarks(section, vessel, state) {
  for (const cursor of section.querySelectorAll(".cursor")) {
    cursor.setAttribute("x1", vessel.mm[state.station]);
    cursor.setAttribute("x2", vessel.mm[state.station]);
  }
  for (const mark of section.querySelectorAll(".rotation-mark")) {
    mark.setAttribute("y1", state.rotation);
    mark.setAttribute("y2", state.rotation);
  }
}

function showControls(find, vessel, state, rows) {
  const place = find(".position"), word = `${vessel.mm[state.station].toFixed(1)} mm`;
  place.max = vessel.count - 1;
  place.value = state.station;
  place.setAttribute("aria-valuetext", spoken(rows));
  find(".position-word").textContent = word;
  find(".rotation").value = state.rotation;
  find(".rotation-word").textContent = `${state.rotation}°`;
  find(".straight-word").textContent = `upper edge at ${clockTime(state.rotation)} o'clock`;
  for (const name of ["level", "width"]) {
    find(`.${name}`).value = state[name];
    find(`.${name}-word`).textContent = `${state[name]} HU`;
  }
  find(".zoom-word").textContent = `${state.zoom}×`;
  for (const button of find(".controls").querySelectorAll("[data-contour]")) {
    button.setAttribute("aria-pressed", state[button.dataset.contour]);
  }
  for (const button of find(".controls").querySelectorAll(".preset")) {
    const chosen = Number(button.dataset.centre) === state.level && Number(button.dataset.width) === state.width;
    button.setAttribute("aria-pressed", chosen);
  }
}

function connect(section, find, vessel, store) {
  const slide = (name, key) => find(name).addEventListener("input", (event) => store.set({[key]: Number(event.target.value)}));
  slide(".position", "station");
  slide(".rotation", "rotation");
  slide(".level", "level");
  slide(".width", "width");
  for (const button of find(".controls").querySelectorAll(".preset")) {
    button.addEventListener("click", () => store.set({level: Number(button.dataset.centre), width: Number(button.dataset.width)}));
  }
  for (const button of find(".controls").querySelectorAll("[data-contour]")) {
    button.addEventListener("click", () => store.set({[button.dataset.contour]: !store.state[button.dataset.contour]}));
  }
  find(".zoom-in").addEventListener("click", () => store.set({zoom: zoomed(store.state.zoom, 1)}));
  find(".zoom-out").addEventListener("click", () => store.set({zoom: zoomed(store.state.zoom, -1)}));
  followSection(find("canvas.section"), vessel, store);
  for (const strip of section.querySelectorAll(".along .frame, .along .chart")) {
    followAlong(strip, vessel, store, strip.querySelector("canvas") !== null);
  }
}
