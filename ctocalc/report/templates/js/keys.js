// The keyboard, for the vessel that is shown.
const JUMP_MM = 5, TURN_DEG = 5, ZOOMS = [1, 1.5, 2, 3];

const zoomed = (zoom, step) => ZOOMS[clamp(ZOOMS.indexOf(zoom) + step, 0, ZOOMS.length - 1)];

function keyChange(key, vessel, state, windows) {
  const to = (station) => ({station: clamp(station, 0, vessel.count - 1)});
  const jump = (mm) => to(nearest(vessel.mm, vessel.mm[state.station] + mm));
  const turn = (step) => ({rotation: (state.rotation + step + 360) % 360});
  const flip = (kind) => ({[kind]: !state[kind]});
  const preset = (number) => {
    const [level, width] = Object.values(windows)[number];
    return {level, width};
  };
  const changes = {
    ArrowLeft: () => to(state.station - 1), ArrowRight: () => to(state.station + 1),
    PageUp: () => jump(-JUMP_MM), PageDown: () => jump(JUMP_MM),
    Home: () => to(0), End: () => to(vessel.count - 1),
    ArrowUp: () => turn(TURN_DEG), ArrowDown: () => turn(-TURN_DEG),
    "+": () => ({zoom: zoomed(state.zoom, 1)}), "=": () => ({zoom: zoomed(state.zoom, 1)}),
    "-": () => ({zoom: zoomed(state.zoom, -1)}),
    1: () => preset(0), 2: () => preset(1), 3: () => preset(2),
    w: () => flip("wall"), l: () => flip("lumen"), c: () => flip("calcium"),
  };
  const asked = Object.hasOwn(changes, key) && !(vessel.bare && "wlc".includes(key));
  return asked ? changes[key]() : null;
}

// Arrows in a slider, and every key in a field, belong to that element.
const keepsKeys = (element) => element.closest("input, select, textarea, [role=tab]") !== null;
