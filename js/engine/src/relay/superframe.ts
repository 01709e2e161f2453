// SPDX-License-Identifier: Apache-2.0
// Joins the layers of one VP9 picture for the decoder (the format's Annex B).

/** `frames` lowest layer first, 1 to 8 of them. One alone is returned as it is. */
export function joinSuperframe(frames: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (frames.length === 1) return frames[0]!;
  const bytes = Math.max(1, Math.ceil((32 - Math.clz32(Math.max(...frames.map((it) => it.byteLength)))) / 8));
  const total = frames.reduce((sum, it) => sum + it.byteLength, 0);
  const marker = 0xc0 | ((bytes - 1) << 3) | (frames.length - 1);
  const joined = new Uint8Array(total + 2 + bytes * frames.length);
  let at = 0;
  for (const frame of frames) {
    joined.set(frame, at);
    at += frame.byteLength;
  }
  joined[at++] = marker;
  for (const { byteLength } of frames) for (let i = 0; i < bytes; i++) joined[at++] = (byteLength >> (8 * i)) & 0xff;
  joined[at] = marker;
  return joined;
}
