// The cross-section at the shared position, seen from proximal: 12 o'clock up, 3 on the right.
const COLOURS = {wall: "#f0e442", lumen: "#56b4e9", calcium: "#ff7f2a"};
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
  context.strokeStyle = COLOURS[kind];
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

// Marching squares at half a pixel's share; each cell gives at most two pieces of line.
function strokeCalcium(context, vessel, station, place) {
  const {size, pixels, pixel_mm: pixel} = vessel, half = (size - 1) / 2, level = 127.5;
  const share = (b, n) => b < 0 || n < 0 || b >= size || n >= size ? 0
    : vessel.calcium[station * pixels + b * size + n];
  context.strokeStyle = COLOURS.calcium;
  context.beginPath();
  for (let b = -1; b < size; b += 1) {
    for (let n = -1; n < size; n += 1) {
      const corner = [[b, n], [b + 1, n], [b + 1, n + 1], [b, n + 1]];
      const value = corner.map(([i, j]) => share(i, j)), cuts = [];
      for (let side = 0; side < 4; side += 1) {
        const next = (side + 1) % 4;
        if ((value[side] >= level) === (value[next] >= level)) continue;
        const t = (level - value[side]) / (value[next] - value[side]);
        cuts.push([0, 1].map((axis) => corner[side][axis] + t * (corner[next][axis] - corner[side][axis])));
      }
      for (let pair = 0; pair + 1 < cuts.length; pair += 2) {
        context.moveTo(...place((cuts[pair][0] - half) * pixel, (cuts[pair][1] - half) * pixel));
        context.lineTo(...place((cuts[pair + 1][0] - half) * pixel, (cuts[pair + 1][1] - half) * pixel));
      }
    }
  }
  context.stroke();
}
