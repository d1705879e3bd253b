import assert from 'node:assert';
import test from 'node:test';
import { brightShare, colouredPixels, compareWithMasks, hueOf, hueOfCieLab } from './overlay.mjs';

const GREY = [90, 90, 90];
const ORANGE = [218, 94, 0];
const YELLOW = [250, 227, 69];
const HUES = new Map([[1, hueOf(...ORANGE).hue], [2, hueOf(...YELLOW).hue]]);
const SIZE = 24; // of the image; the canvas is three times as large
const CORNERS = [[1.5, 1.5], [3 * SIZE - 1.5, 1.5], [1.5, 3 * SIZE - 1.5]];

const half = (colour) => colour.map((c, i) => Math.round((c + GREY[i]) / 2));

// A square of segment 1 within a frame of segment 2.
function masks(shift = 0) {
  const labels = new Uint8Array(SIZE * SIZE);
  for (let row = 4; row < 16; ++row) {
    for (let column = 4; column < 16; ++column) {
      const inner = row >= 7 && row < 13 && column >= 7 && column < 13;
      labels[row * SIZE + column + shift] = inner ? 1 : 2;
    }
  }
  return { labels, rows: SIZE, columns: SIZE };
}

function drawn({ labels }, colours = [GREY, half(ORANGE), half(YELLOW)]) {
  const width = 3 * SIZE;
  const data = new Uint8ClampedArray(4 * width * width);
  for (let y = 0; y < width; ++y) {
    for (let x = 0; x < width; ++x) {
      const label = labels[Math.floor(y / 3) * SIZE + Math.floor(x / 3)];
      data.set([...colours[label], 255], 4 * (y * width + x));
    }
  }
  return { width, height: width, data };
}

test('a colour laid over grey keeps its hue', () => {
  assert.ok(Math.abs(hueOf(...half(ORANGE)).hue - hueOf(...ORANGE).hue) < 1);
});

test('CIELab values give the hue of the colour they stand for', () => {
  assert.ok(Math.abs(hueOfCieLab([35976, 44539, 49401]) - hueOf(213, 94, 0).hue) < 1);
  assert.ok(Math.abs(hueOfCieLab([58687, 30716, 52165]) - hueOf(240, 228, 66).hue) < 1);
});

test('a segment drawn where its mask is agrees completely', () => {
  const answer = compareWithMasks(drawn(masks()), masks(), CORNERS, HUES);
  assert.deepEqual(answer.get(1), { expected: 36, drawn: 36, agreement: 1 });
  assert.deepEqual(answer.get(2), { expected: 108, drawn: 108, agreement: 1 });
  assert.equal(answer.get(-1).drawn, 0);
});

test('an image without a segment agrees with no mask', () => {
  const bare = drawn({ labels: new Uint8Array(SIZE * SIZE) });
  assert.equal(colouredPixels(bare), 0);
  assert.equal(brightShare(bare), 1);
  assert.equal(compareWithMasks(bare, masks(), CORNERS, HUES).get(1).agreement, 0);
});

test('a segment that is drawn elsewhere agrees less', () => {
  const answer = compareWithMasks(drawn(masks(2)), masks(), CORNERS, HUES);
  assert.ok(answer.get(1).agreement < 0.7);
});

test("segments with each other's colours do not agree", () => {
  const swapped = drawn(masks(), [GREY, half(YELLOW), half(ORANGE)]);
  assert.equal(compareWithMasks(swapped, masks(), CORNERS, HUES).get(1).agreement, 0);
});

test('a colour of no segment is counted as such', () => {
  const blue = drawn(masks(), [GREY, [40, 40, 200], half(YELLOW)]);
  assert.equal(compareWithMasks(blue, masks(), CORNERS, HUES).get(-1).drawn, 36);
});
