// SPDX-License-Identifier: Apache-2.0
// The test photograph without its file format: whole, and as the landscape model takes it (cut and halved with whole numbers,
// so that every maker gets the same bytes).
import { PNG } from 'pngjs';

function decode(png) {
  const { width, height, data } = PNG.sync.read(Buffer.from(png));
  if (width !== 512 || height !== 512) throw new Error(`the photograph is ${width} x ${height}, not 512 x 512`);
  return data;
}

/**
 * @param {Uint8Array} png astronaut.png, 512 x 512
 * @returns {Uint8Array} its pixels, 3 bytes each (red, green, blue)
 */
export function wholePhoto(png) {
  return decode(png).filter((_, i) => i % 4 < 3);
}

/**
 * @param {Uint8Array} png astronaut.png, 512 x 512
 * @returns {Uint8Array} its upper 288 rows at 256 x 144, 3 bytes a pixel (red, green, blue): each the rounded mean of 2 x 2
 */
export function photoForModel(png) {
  const data = decode(png);
  const out = new Uint8Array(256 * 144 * 3);
  for (let y = 0; y < 144; y++) {
    for (let x = 0; x < 256; x++) {
      for (let c = 0; c < 3; c++) {
        const at = (dx, dy) => data[((2 * y + dy) * 512 + 2 * x + dx) * 4 + c];
        out[(y * 256 + x) * 3 + c] = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) >> 2;
      }
    }
  }
  return out;
}
