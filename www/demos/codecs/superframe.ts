// SPDX-License-Identifier: Apache-2.0
// The sizes of a VP9 picture, taken apart and put together again as a server does that forwards only some of them.
// https://storage.googleapis.com/downloads.webmproject.org/docs/vp9/vp9-bitstream-specification-v0.7-20170222-draft.pdf, annex B

/** The frames in a chunk, smallest size first; one when it is no superframe. */
export function framesOf(chunk: Uint8Array): Uint8Array[] {
  const marker = chunk.at(-1) ?? 0;
  const count = (marker & 7) + 1;
  const bytes = ((marker >> 3) & 3) + 1;
  const index = chunk.length - 2 - count * bytes;
  if ((marker & 0xe0) !== 0xc0 || index < 0 || chunk[index] !== marker) return [chunk];
  const frames: Uint8Array[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    let size = 0;
    for (let b = bytes - 1; b >= 0; b--) size = size * 256 + chunk[index + 1 + i * bytes + b]!;
    frames.push(chunk.subarray(at, (at += size)));
  }
  return frames;
}

/** A chunk of these frames. */
export function chunkOf(frames: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const sizes = frames.reduce((sum, { length }) => sum + length, 0);
  const single = frames.length === 1;
  const chunk = new Uint8Array(sizes + (single ? 0 : 2 + 4 * frames.length));
  const view = new DataView(chunk.buffer);
  let at = 0;
  frames.forEach((frame, i) => {
    chunk.set(frame, at);
    at += frame.length;
    if (!single) view.setUint32(sizes + 1 + 4 * i, frame.length, true);
  });
  if (!single) chunk[sizes] = chunk[chunk.length - 1] = 0xc0 | (3 << 3) | (frames.length - 1);
  return chunk;
}
