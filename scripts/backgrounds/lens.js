// SPDX-License-Identifier: Apache-2.0
// The lens of the background pictures: light is added up linearly, blurred by a disc as a lens does it, and toned like film.

const kWidth = 1280;
const kHeight = 720;

/** Chance that is the same in every run. */
function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, range: (low, high) => low + (high - low) * next(), pick: (list) => list[Math.floor(next() * list.length)] };
}

/** A drawing surface of the picture's size. */
function sheet() {
  const canvas = new OffscreenCanvas(kWidth, kHeight);
  return canvas.getContext('2d', { willReadFrequently: true });
}

const kLinear = Float32Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});

/** Linear light, three floats a pixel, and how much of it covers, one float. */
function lightOf(context, gain = 1) {
  const { data } = context.getImageData(0, 0, kWidth, kHeight);
  const light = new Float32Array(kWidth * kHeight * 3);
  const cover = new Float32Array(kWidth * kHeight);
  for (let pixel = 0; pixel < cover.length; pixel++) {
    const alpha = data[pixel * 4 + 3] / 255;
    cover[pixel] = alpha;
    for (let c = 0; c < 3; c++) light[pixel * 3 + c] = kLinear[data[pixel * 4 + c]] * alpha * gain;
  }
  return { light, cover };
}

/** The blur of a lens: every point becomes an even disc of `radius` px. Rows are summed once, so the cost is one pass a row of the disc. */
function disc(plane, channels, radius) {
  if (radius < 0.5) return plane;
  const reach = Math.floor(radius);
  const result = new Float32Array(plane.length);
  const halves = [];
  for (let dy = -reach; dy <= reach; dy++) {
    const half = Math.floor(Math.sqrt(radius * radius - dy * dy));
    halves.push(half);
  }
  const sums = new Float64Array(kWidth + 1);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < kHeight; y++) {
      for (let x = 0; x < kWidth; x++) sums[x + 1] = sums[x] + plane[(y * kWidth + x) * channels + c];
      const left = plane[y * kWidth * channels + c];
      const right = plane[(y * kWidth + kWidth - 1) * channels + c];
      for (let dy = -reach; dy <= reach; dy++) {
        const target = y + dy;
        if (target < 0 || target >= kHeight) continue;
        const half = halves[dy + reach];
        const base = target * kWidth;
        for (let x = 0; x < kWidth; x++) {
          const from = x - half;
          const to = x + half + 1;
          let sum = sums[Math.min(kWidth, to)] - sums[Math.max(0, from)];
          if (from < 0) sum -= from * left;
          if (to > kWidth) sum += (to - kWidth) * right;
          result[(base + x) * channels + c] += sum;
        }
      }
    }
  }
  // Rows beyond the top and the bottom are as the disc's visible part is.
  for (let y = 0; y < kHeight; y++) {
    let seen = 0;
    for (let dy = -reach; dy <= reach; dy++) if (y - dy >= 0 && y - dy < kHeight) seen += 2 * halves[dy + reach] + 1;
    const scale = 1 / seen;
    for (let index = y * kWidth * channels; index < (y + 1) * kWidth * channels; index++) result[index] *= scale;
  }
  return result;
}

/** Puts a layer, blurred by `radius`, over what is there; `glow` adds its light instead. */
function expose(film, context, { radius = 0, gain = 1, glow = false } = {}) {
  const { light, cover } = lightOf(context, gain);
  const spread = disc(light, 3, radius);
  const veil = glow ? null : disc(cover, 1, radius);
  for (let pixel = 0; pixel < cover.length; pixel++) {
    const keep = veil ? 1 - veil[pixel] : 1;
    for (let c = 0; c < 3; c++) film[pixel * 3 + c] = film[pixel * 3 + c] * keep + spread[pixel * 3 + c];
  }
}

/** A shoulder like film's, a vignette, a little grain against banding, and out as WebP. */
async function develop(film, { exposure = 1, vignette = 0.25, grain = 1.2, seed = 1, quality = 0.82 } = {}) {
  const context = sheet();
  const image = context.createImageData(kWidth, kHeight);
  const random = chance(seed);
  for (let y = 0; y < kHeight; y++) {
    for (let x = 0; x < kWidth; x++) {
      const dx = x / kWidth - 0.5;
      const dy = y / kHeight - 0.5;
      const shade = exposure * (1 - vignette * Math.min(1, (dx * dx + dy * dy) * 2));
      const pixel = y * kWidth + x;
      const noise = (random.next() + random.next() - 1) * grain;
      for (let c = 0; c < 3; c++) {
        const value = film[pixel * 3 + c] * shade;
        const toned = value < 0.6 ? value : 0.6 + 0.4 * (1 - Math.exp(-(value - 0.6) / 0.4));
        const share = toned <= 0.0031308 ? toned * 12.92 : 1.055 * toned ** (1 / 2.4) - 0.055;
        image.data[pixel * 4 + c] = share * 255 + noise;
      }
      image.data[pixel * 4 + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  const blob = await context.canvas.convertToBlob({ type: 'image/webp', quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

const scenes = {};

globalThis.makePicture = (name) => {
  const film = new Float32Array(kWidth * kHeight * 3);
  return develop(film, scenes[name](film) ?? {});
};
Object.assign(globalThis, { kWidth, kHeight, chance, sheet, expose, scenes });
