// SPDX-License-Identifier: Apache-2.0
// Makes the head of a WebM file one that is right from the first byte on, whenever the file should end.
// https://www.rfc-editor.org/rfc/rfc8794 (EBML), https://www.rfc-editor.org/rfc/rfc9559 (Matroska)

const kSegment = 0x18538067;
const kSeekHead = 0x114d9b74;
const kInfo = 0x1549a966;
const kDuration = 0x4489;
const kVoid = 0xec;

interface Element {
  id: number;
  /** Where the element, its size field and its data begin. */
  start: number;
  size: number;
  data: number;
  end: number;
}

/** Octets of the variable-size integer that begins with `first` (RFC 8794, section 4). */
const widthOf = (first: number): number => Math.clz32(first) - 23;

function elementAt(bytes: Uint8Array, start: number): Element | null {
  if (start >= bytes.length || bytes[start] === 0) return null;
  const idWidth = widthOf(bytes[start]!);
  const size = start + idWidth;
  if (size >= bytes.length || bytes[size] === 0) return null;
  const id = bytes.subarray(start, size).reduce((value, byte) => value * 256 + byte, 0);
  const width = widthOf(bytes[size]!);
  const data = size + width;
  const length = bytes.subarray(size + 1, data).reduce((value, byte) => value * 256 + byte, bytes[size]! & (0xff >> width));
  return { id, start, size, data, end: data + length };
}

/** Turns an element of 9 octets or more into one that players skip (RFC 8794, section 11.3.2). */
function blank(bytes: Uint8Array, { start, end }: Element): void {
  const length = end - start - 9;
  bytes.fill(0, start, end);
  bytes[start] = kVoid;
  bytes[start + 1] = 0x01;
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(start + 5, length);
}

/**
 * A copy of the segment's head (Segment, SeekHead, Info, Tracks) that claims nothing yet: the segment's size is unknown, and
 * what stands in for the index' place and the duration is void. Its length is the same, so that the true values fit in later.
 */
export function openHead(segment: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(segment);
  const head = elementAt(bytes, 0);
  if (head?.id !== kSegment) throw new Error('the head does not begin with a segment');
  // All bits set: the size is not known (RFC 8794, section 6.2).
  bytes.fill(0xff, head.size, head.data);
  bytes[head.size] = 0xff >> (head.data - head.size - 1);
  for (let child = elementAt(bytes, head.data); child; child = elementAt(bytes, child.end)) {
    if (child.id === kSeekHead) blank(bytes, child);
    if (child.id !== kInfo) continue;
    for (let part = elementAt(bytes, child.data); part && part.start < child.end; part = elementAt(bytes, part.end)) {
      if (part.id === kDuration) blank(bytes, part);
    }
  }
  return bytes;
}
