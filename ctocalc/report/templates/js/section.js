// The cross-section at the shared position, seen from proximal: 12 o'clock up, 3 on the right.
const colourOf = (kind) => getComputedStyle(document.documentElement).getPropertyValue(`--${kind}-on-image`);
const BAR_MM = 2;

// Give a canvas one pixel per pixel of the screen; return how thick a thin line is there.
function fitCanvas(canvas) {
  const box = canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(box.width * ratio));
  const height = Math.max(1, Math.round(box.height * ratio));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  return ratio * parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

function sectionPixels(vessel, station, grey) {
  const {size, pixels} = vessel, image = new ImageData(size, size);
  const first = station * pixels;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const hu = vessel.hu[first + x * size + (size - 1 - y)];
      const at = 4 * (y * size + x), value = hu === OUTSIDE_HU ? 0 : grey(hu);
      image.data[at] = image.data[at + 1] = image.data[at + 2] = value;
      image.data[at + 3] = 255;
    }
  }
  return image;
}

function drawSection(canvas, vessel, state) {
  const thin = fitCanvas(canvas), {size} = vessel, context = canvas.getContext("2d");
  const small = new OffscreenCanvas(size, size);
  small.getContext("2d").putImageData(
    sectionPixels(vessel, state.station, windowTable(state.level, state.width)), 0, 0);
  const shown = size / state.zoom, from = (size - shown) / 2;
  context.imageSmoothingQuality = "high";
  context.drawImage(small, from, from, shown, shown, 0, 0, canvas.width, canvas.height);
  const perMm = canvas.width / (vessel.fieldMm / state.zoom), middle = canvas.width / 2;
  const place = (right, up) => [middle + right * perMm, middle - up * perMm];
  context.lineWidth = 1.8 * thin;
  for (const kind of ["wall", "lumen"]) {
    if (state[kind]) strokeContour(context, vessel, state.station, kind, place, thin);
  }
  if (state.calcium) strokeCalcium(context, vessel, state.station, place);
  context.strokeStyle = "#fff";
  context.lineWidth = 3 * thin;
  const inset = 10 * thin;
  context.beginPath();
  context.moveTo(inset, canvas.height - inset);
  context.lineTo(inset + BAR_MM * perMm, canvas.height - inset);
  context.stroke();
}

function strokeContour(context, vessel, station, kind, place, thin) {
  const count = vessel.angles;
  context.strokeStyle = colourOf(kind);
  context.setLineDash(kind === "wall" ? [6 * thin, 4 * thin] : []);
  context.beginPath();
  let drawing = false;
  for (let n = 0; n <= count; n += 1) {
    const angle = 2 * Math.PI * n / count;
    const radius = vessel[kind][station * count + n % count] / MICRON;
    if (radius < 0) {
      drawing = false;
      continue;
    }
    const [x, y] = place(radius * Math.sin(angle), radius * Math.cos(angle));
    if (drawing) context.lineTo(x, y); else context.moveTo(x, y);
    drawing = true;
  }
  context.stroke();
  context.setLineDash([]);
}

function strokeCalcium(context, vessel, station, place) {
  const {size, pixels, pixel_mm: pixel} = vessel, half = (size - 1) / 2;
  const share = (b, n) => vessel.calcium[station * pixels + b * size + n];
  strokePieces(context, halfFilled(share, size, size), (b, n) => place((b - half) * pixel, (n - half) * pixel));
}

function strokePieces(context, pieces, place) {
  context.strokeStyle = colourOf("calcium");
  context.beginPath();
  for (const [from, to] of pieces) {
    context.moveTo(...place(...from));
    context.lineTo(...place(...to));
  }
  context.stroke();
}

// Marching squares at half a pixel's share of calcium, none beyond the rim: pieces of line, at most
// two from each cell.
function halfFilled(share, rows, columns) {
  const level = 127.5, pieces = [];
  const at = (i, j) => i < 0 || j < 0 || i >= rows || j >= columns ? 0 : share(i, j);
  for (let i = -1; i < rows; i += 1) {
    for (let j = -1; j < columns; j += 1) {
      const value = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      if (value.every((each) => each < level) || value.every((each) => each >= level)) continue;
      const corner = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]], cuts = [];
      for (let side = 0; side < 4; side += 1) {
        const next = (side + 1) % 4;
        if ((value[side] >= level) === (value[next] >= level)) continue;
        const t = (level - value[side]) / (value[next] - value[side]);
        cuts.push([0, 1].map((axis) => corner[side][axis] + t * (corner[next][axis] - corner[side][axis])));
      }
      for (let pair = 0; pair + 1 < cuts.length; pair += 2) pieces.push([cuts[pair], cuts[pair + 1]]);
    }
  }
  return pieces;
}
