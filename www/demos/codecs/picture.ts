// SPDX-License-Identifier: Apache-2.0
// A canvas as a frame of the colours that both codecs are told of: browsers' own conversions differ from one another.

import { VideoFrame } from 'tessera-rtc/codecs';

/** What both encoders are given and both decoders told: BT.601 in the limited range. */
export const kColors: VideoColorSpaceInit = { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false };

/** `width` and `height` are even. */
export function frameOf({ data, width, height }: ImageData, timestamp: number): VideoFrame {
  const planes = new Uint8Array((width * height * 3) / 2);
  const [u, v] = [width * height, (width * height * 5) / 4];
  for (let y = 0, chroma = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2, chroma++) {
      let [red, green, blue] = [0, 0, 0];
      for (const at of [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1]) {
        const [r, g, b] = [data[4 * at]!, data[4 * at + 1]!, data[4 * at + 2]!];
        planes[at] = (66 * r + 129 * g + 25 * b + 4224) >> 8;
        red += r;
        green += g;
        blue += b;
      }
      planes[u + chroma] = (-38 * red - 74 * green + 112 * blue + 131584) >> 10;
      planes[v + chroma] = (112 * red - 94 * green - 18 * blue + 131584) >> 10;
    }
  }
  return new VideoFrame(planes, { format: 'I420', codedWidth: width, codedHeight: height, timestamp, colorSpace: kColors });
}
