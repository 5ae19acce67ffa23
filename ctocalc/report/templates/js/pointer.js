// Mouse and touch: along the vessel for position, on the section for window, level and position.
function dragging(element, start, move) {
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const begun = start(event);
    element.setPointerCapture(event.pointerId);
    const follow = (next) => move(next, begun, event);
    const stop = () => {
      element.removeEventListener("pointermove", follow);
      element.removeEventListener("pointerup", stop);
      element.removeEventListener("pointercancel", stop);
    };
    element.addEventListener("pointermove", follow);
    element.addEventListener("pointerup", stop);
    element.addEventListener("pointercancel", stop);
  });
}

function followAlong(element, vessel, store, turns) {
  const go = (event) => {
    const box = element.getBoundingClientRect();
    const mm = vessel.start_mm + (event.clientX - box.left) / box.width * vessel.length_mm;
    store.set({station: nearest(vessel.mm, mm)});
  };
  dragging(element, (event) => {
    go(event);
    return store.state.rotation;
  }, (event, rotation, first) => {
    go(event);
    const turned = Math.round((event.clientY - first.clientY) / 2 / 5) * 5;
    if (turns && event.pointerType === "mouse") store.set({rotation: (rotation + turned + 3600) % 360});
  });
}

function followSection(canvas, vessel, store) {
  dragging(canvas, () => ({level: store.state.level, width: store.state.width}), (event, begun, first) => {
    store.set({
      width: clamp(Math.round(begun.width + 4 * (event.clientX - first.clientX)), 50, 4000),
      level: clamp(Math.round(begun.level + 4 * (event.clientY - first.clientY)), -500, 2000),
    });
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    store.set({station: clamp(store.state.station + Math.sign(event.deltaY), 0, vessel.count - 1)});
  }, {passive: false});
}
