// The packed sections of a vessel, unpacked once, when its pictures are first asked for.
const OUTSIDE_HU = -32768;
const MICRON = 1000, HUNDREDTH = 100;

async function inflate(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

async function unpack(record) {
  const buffer = await inflate(record.block);
  const count = record.mm.length, pixels = record.size * record.size;
  let at = 0;
  const take = (Type, length) => {
    const part = new Type(buffer, at, length);
    at += part.byteLength;
    return part;
  };
  const vessel = {
    ...record, count, pixels,
    hu: take(Int16Array, count * pixels),
    wall: take(Int16Array, count * record.angles),
    lumen: take(Int16Array, count * record.angles),
    thickness: take(Int16Array, count * record.rays),
    calcium: take(Uint8Array, record.bare ? 0 : count * pixels),
    fieldMm: record.size * record.pixel_mm,
    block: null,
  };
  if (at !== buffer.byteLength) throw new Error("the packed sections have another size");
  return vessel;
}

const nearest = (mm, place) => {
  let best = 0;
  for (let n = 1; n < mm.length; n += 1) if (Math.abs(mm[n] - place) < Math.abs(mm[best] - place)) best = n;
  return best;
};
