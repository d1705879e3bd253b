// What is drawn over an image: pure functions over pixels, without a browser.
//
// A canvas is { width, height, data } with four bytes RGBA for each pixel, in rows from the top. MR images
// are grey, and a colour laid over grey at any opacity keeps its hue: colour is what was drawn over them,
// and the hue says which segment.

// Difference of the largest and the smallest of red, green and blue, 0 to 255. Grey has none;
// interpolation and rounding stay far below this.
const COLOURED = 24;
const HUE_TOLERANCE = 10;

// { hue in degrees, chroma 0 to 255 } of a colour with components 0 to 255.
export function hueOf(red, green, blue) {
  const largest = Math.max(red, green, blue);
  const chroma = largest - Math.min(red, green, blue);
  if (chroma === 0) return { hue: 0, chroma };
  let sector;
  if (largest === red) sector = (green - blue) / chroma;
  else if (largest === green) sector = (blue - red) / chroma + 2;
  else sector = (red - green) / chroma + 4;
  return { hue: (sector * 60 + 360) % 360, chroma };
}

// Hue in degrees of a RecommendedDisplayCIELabValue: three integers 0 to 65535, scaled as DICOM PS3.3
// C.10.7.1.1 says, white point D50, through XYZ (D50 to sRGB, Bradford) to sRGB.
export function hueOfCieLab([l, a, b]) {
  const fy = ((l / 65535) * 100 + 16) / 116;
  const fx = fy + ((a / 65535) * 255 - 128) / 500;
  const fz = fy - ((b / 65535) * 255 - 128) / 200;
  const linear = (f) => (f > 6 / 29 ? f ** 3 : (f - 4 / 29) * 3 * (6 / 29) ** 2);
  const [x, y, z] = [0.9642 * linear(fx), linear(fy), 0.8249 * linear(fz)];
  const component = (c) => {
    const bounded = Math.min(1, Math.max(0, c));
    return 255 * (bounded <= 0.0031308 ? 12.92 * bounded : 1.055 * bounded ** (1 / 2.4) - 0.055);
  };
  return hueOf(
    component(3.1339 * x - 1.6169 * y - 0.4906 * z),
    component(-0.9788 * x + 1.9161 * y + 0.0335 * z),
    component(0.0719 * x - 0.229 * y + 1.4052 * z)
  ).hue;
}

function pixelAt(canvas, x, y) {
  const column = Math.floor(x);
  const row = Math.floor(y);
  if (column < 0 || row < 0 || column >= canvas.width || row >= canvas.height) return null;
  const at = 4 * (row * canvas.width + column);
  return [canvas.data[at], canvas.data[at + 1], canvas.data[at + 2]];
}

function countPixels(canvas, holds) {
  let count = 0;
  for (let at = 0; at < canvas.data.length; at += 4) {
    if (holds(canvas.data[at], canvas.data[at + 1], canvas.data[at + 2])) ++count;
  }
  return count;
}

export function colouredPixels(canvas) {
  return countPixels(canvas, (r, g, b) => hueOf(r, g, b).chroma >= COLOURED);
}

// Share of the canvas that is not as good as black.
export function brightShare(canvas) {
  return countPixels(canvas, (r, g, b) => Math.max(r, g, b) >= 32) / (canvas.width * canvas.height);
}

function segmentOf(rgb, hues) {
  const { hue, chroma } = hueOf(...rgb);
  if (chroma < COLOURED) return 0;
  const distance = (other) => Math.min(Math.abs(hue - other), 360 - Math.abs(hue - other));
  let best = -1; // a colour that belongs to none of them
  for (const [number, other] of hues) {
    if (distance(other) <= HUE_TOLERANCE && (best < 0 || distance(other) < distance(hues.get(best)))) {
      best = number;
    }
  }
  return best;
}

// Holds what is drawn against the masks. `labels` has the number of a segment, or 0, for each pixel of the
// image, in rows; `corners` are the places on the canvas of the centres of the first pixel, of the last
// one in the first row and of the first one in the last row; `hues` maps segment numbers to degrees.
// The answer maps each segment's number, and -1 for colours of none, to
// { expected, drawn, agreement }: pixels of the mask, pixels drawn and their Dice coefficient.
export function compareWithMasks(canvas, { labels, rows, columns }, corners, hues) {
  const tally = new Map();
  for (const number of [-1, ...hues.keys()]) tally.set(number, { expected: 0, drawn: 0, common: 0 });
  const [origin, right, down] = corners;
  for (let row = 0; row < rows; ++row) {
    for (let column = 0; column < columns; ++column) {
      const across = column / (columns - 1);
      const along = row / (rows - 1);
      const rgb = pixelAt(
        canvas,
        origin[0] + across * (right[0] - origin[0]) + along * (down[0] - origin[0]),
        origin[1] + across * (right[1] - origin[1]) + along * (down[1] - origin[1])
      );
      const drawn = rgb ? segmentOf(rgb, hues) : 0;
      const expected = labels[row * columns + column];
      if (expected) ++tally.get(expected).expected;
      if (drawn) ++tally.get(drawn).drawn;
      if (expected && drawn === expected) ++tally.get(expected).common;
    }
  }
  const answer = new Map();
  for (const [number, { expected, drawn, common }] of tally) {
    answer.set(number, { expected, drawn, agreement: expected + drawn ? (2 * common) / (expected + drawn) : 1 });
  }
  return answer;
}
