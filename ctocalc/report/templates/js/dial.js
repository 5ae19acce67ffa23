// The clock of the calcium: every ray from the wall's centre that crosses enough of it.
const DIAL_RADIUS = 42;

function coveredRays(vessel, station) {
  const first = station * vessel.rays, from = Math.round(vessel.arc_from_mm * HUNDREDTH), rays = [];
  for (let ray = 0; ray < vessel.rays; ray += 1) rays.push(vessel.thickness[first + ray] >= from);
  return rays;
}

function arcsPath(rays) {
  const step = 2 * Math.PI / rays.length, pieces = [];
  const point = (angle) => `${(DIAL_RADIUS * Math.sin(angle)).toFixed(2)} ${(-DIAL_RADIUS * Math.cos(angle)).toFixed(2)}`;
  rays.forEach((covered, ray) => {
    if (covered) pieces.push(`M${point((ray - 0.5) * step)}A${DIAL_RADIUS} ${DIAL_RADIUS} 0 0 1 ${point((ray + 0.5) * step)}`);
  });
  return pieces.join("");
}

function drawDial(dial, vessel, state) {
  const arc = vessel.columns.calcium_arc_deg[state.station];
  dial.querySelector(".arcs").setAttribute("d", arcsPath(coveredRays(vessel, state.station)));
  dial.querySelector(".arc-word").textContent = arc === null ? "?" : `${arc.toFixed(0)}°`;
  dial.querySelector(".hand").setAttribute("transform", `rotate(${state.rotation})`);
}
