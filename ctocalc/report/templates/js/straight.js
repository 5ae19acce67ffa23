// The vessel cut lengthwise at any rotation; distances along it as in the charts below.
const COLUMN_MM = 0.25;

// The two stations about each column and the share of the second; null where there is none.
function columnsOf(vessel) {
  const count = Math.max(1, Math.round(vessel.length_mm / COLUMN_MM)), columns = [];
  const {mm} = vessel, last = mm.length - 1, reach = 0.3;
  let at = 0;
  for (let column = 0; column < count; column += 1) {
    const place = vessel.start_mm + (column + 0.5) * vessel.length_mm / count;
    while (at < last - 1 && mm[at + 1] < place) at += 1;
    if (place < mm[0] - reach || place > mm[last] + reach) columns.push(null);
    else if (last === 0) columns.push([0, 0, 0]);
    else columns.push([at, at + 1, clamp((place - mm[at]) / (mm[at + 1] - mm[at]), 0, 1)]);
  }
  return columns;
}

function straightPixels(vessel, columns, angle, grey) {
  const line = lineThrough(vessel, angle), {size, pixels, hu} = vessel;
  const image = new ImageData(columns.length, size);
  const sample = (station, places) => {
    let sum = 0;
    for (const [pixel, weight] of places) {
      const value = hu[station * pixels + pixel];
      if (value === OUTSIDE_HU) return NaN;
      sum += weight * value;
    }
    return sum;
  };
  columns.forEach((column, x) => {
    for (let y = 0; y < size; y += 1) {
      const value = column === null ? NaN
        : (1 - column[2]) * sample(column[0], line[y]) + column[2] * sample(column[1], line[y]);
      const at = 4 * (y * columns.length + x), shade = Number.isNaN(value) ? 0 : grey(value);
      image.data[at] = image.data[at + 1] = image.data[at + 2] = shade;
      image.data[at + 3] = 255;
    }
  });
  return image;
}

// Where the cut meets calcium, in mm along the vessel and rows from the upper edge.
function cutCalcium(vessel, angle) {
  const line = lineThrough(vessel, angle), {size, pixels, calcium, mm} = vessel;
  const share = (station, row) => line[row].reduce((sum, [pixel, weight]) => sum + weight * calcium[station * pixels + pixel], 0);
  const along = (index) => {
    const first = clamp(Math.floor(index), 0, mm.length - 2);
    return mm.length < 2 ? mm[0] : mm[first] + (index - first) * (mm[first + 1] - mm[first]);
  };
  return halfFilled(share, vessel.count, size).map((piece) => piece.map(([index, row]) => [along(index), row]));
}

// The cut itself, made anew only when rotation or window changed, not at every step along it.
function makeCut(vessel) {
  const columns = columnsOf(vessel), cut = new OffscreenCanvas(columns.length, vessel.size);
  let made = "", turned = null, calcium = [];
  return ({rotation, level, width}) => {
    const asked = `${rotation} ${level} ${width}`, angle = rotation * Math.PI / 180;
    if (asked !== made) {
      cut.getContext("2d").putImageData(straightPixels(vessel, columns, angle, windowTable(level, width)), 0, 0);
      made = asked;
    }
    if (rotation !== turned) {
      if (!vessel.bare) calcium = cutCalcium(vessel, angle);
      turned = rotation;
    }
    return {picture: cut, calcium};
  };
}

function drawStraight(canvas, vessel, cut, state) {
  const thin = fitCanvas(canvas), context = canvas.getContext("2d");
  const angle = state.rotation * Math.PI / 180;
  context.imageSmoothingQuality = "high";
  context.drawImage(cut.picture, 0, 0, canvas.width, canvas.height);
  const x = (mm) => (mm - vessel.start_mm) / vessel.length_mm * canvas.width;
  const y = (mm) => canvas.height / 2 - mm / vessel.fieldMm * canvas.height;
  context.lineWidth = 1.5 * thin;
  for (const kind of ["wall", "lumen"]) {
    if (!state[kind]) continue;
    context.strokeStyle = colourOf(kind);
    context.setLineDash(kind === "wall" ? [6 * thin, 4 * thin] : []);
    strokeEdge(context, vessel, kind, angle, (mm, radius) => [x(mm), y(radius)]);
    strokeEdge(context, vessel, kind, angle + Math.PI, (mm, radius) => [x(mm), y(-radius)]);
  }
  context.setLineDash([]);
  if (state.calcium) strokePieces(context, cut.calcium, (mm, row) => [x(mm), (row + 0.5) / vessel.size * canvas.height]);
  strokeLimits(context, vessel, x, canvas.height, thin);
  context.setLineDash([]);
  context.strokeStyle = "#fff";
  context.lineWidth = 1.6 * thin;
  strokeVertical(context, x(vessel.mm[state.station]), canvas.height);
}

function strokeEdge(context, vessel, kind, angle, place) {
  let drawing = false;
  context.beginPath();
  vessel.mm.forEach((mm, station) => {
    const radius = radiusAt(vessel[kind], vessel.angles, station, angle);
    if (Number.isNaN(radius)) drawing = false;
    else {
      if (drawing) context.lineTo(...place(mm, radius)); else context.moveTo(...place(mm, radius));
      drawing = true;
    }
  });
  context.stroke();
}

function strokeLimits(context, vessel, x, height, thin) {
  context.strokeStyle = "#fff";
  context.setLineDash([5 * thin, 4 * thin]);
  for (const [start, end] of vessel.bands) {
    strokeVertical(context, x(start), height);
    strokeVertical(context, x(end), height);
  }
}

function strokeVertical(context, x, height) {
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
}
