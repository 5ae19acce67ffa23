// Grey values and contours at any place of a section.  Rows of a section run along the binormal,
// columns along the normal; clock angles go from the normal (12 o'clock) to the binormal (3).
function windowTable(level, width) {
  return (hu) => {
    const share = (hu - (level - width / 2)) / width;
    return Math.round(255 * Math.min(1, Math.max(0, share)));
  };
}

// HU along one line through every section, as `rows` places: four pixels and weights each.
function lineThrough(vessel, angle) {
  const {size} = vessel, middle = (size - 1) / 2, line = [];
  for (let row = 0; row < size; row += 1) {
    const offset = middle - row;
    const b = Math.min(size - 1, Math.max(0, middle + offset * Math.sin(angle)));
    const n = Math.min(size - 1, Math.max(0, middle + offset * Math.cos(angle)));
    const b0 = Math.min(size - 2, Math.floor(b)), n0 = Math.min(size - 2, Math.floor(n));
    const tb = b - b0, tn = n - n0, first = b0 * size + n0;
    line.push([[first, (1 - tb) * (1 - tn)], [first + 1, (1 - tb) * tn],
      [first + size, tb * (1 - tn)], [first + size + 1, tb * tn]]);
  }
  return line;
}

function radiusAt(contour, count, station, angle) {
  const turn = 2 * Math.PI, place = ((angle % turn + turn) % turn) / turn * count;
  const first = Math.floor(place) % count, share = place - Math.floor(place);
  const a = contour[station * count + first], b = contour[station * count + (first + 1) % count];
  return a < 0 || b < 0 ? NaN : ((1 - share) * a + share * b) / MICRON;
}
