// SPDX-License-Identifier: Apache-2.0
// Checks of what is handed to sendData().

import { OptionError, RoomError } from '../errors.js';
import { requireBoolean, requireString } from '../options.js';

/** The most that one message may carry, in bytes; text counts as UTF-8. */
export const kMaxDataBytes = 64 * 1024;

export interface SendDataOptions {
  /** What the message is about; receivers get it with the data. At most 256 bytes. Default: ''. */
  topic?: string;
  /** In order and without loss, or at once and perhaps never. Default: true. */
  reliable?: boolean;
  /** Participant ids. Default: everybody. */
  to?: readonly string[];
}

/** @internal */
export interface CheckedData {
  payload: string | Uint8Array;
  topic: string;
  reliable: boolean;
  to: string[];
}

/** @internal */
export function checkData(data: string | ArrayBuffer | ArrayBufferView, options: SendDataOptions): CheckedData {
  const topic = requireString(options.topic ?? '', 'topic', /^[^]{0,256}$/, 'a string of at most 256 bytes');
  const reliable = requireBoolean(options.reliable ?? true, 'reliable');
  const to = options.to ?? [];
  if (!Array.isArray(to) || !to.every((id) => typeof id === 'string')) throw new OptionError('to', 'an array of participant ids');
  let payload: string | Uint8Array;
  if (typeof data === 'string') payload = data;
  else if (data instanceof ArrayBuffer) payload = new Uint8Array(data);
  else if (ArrayBuffer.isView(data)) payload = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  else throw new OptionError('data', 'a string, an ArrayBuffer or a view of one');
  const encoder = new TextEncoder();
  if (encoder.encode(topic).length > 256) throw new OptionError('topic', 'a string of at most 256 bytes');
  const size = typeof payload === 'string' ? encoder.encode(payload).length : payload.byteLength;
  if (size > kMaxDataBytes) {
    throw new RoomError('data-too-large', `A message carries at most ${kMaxDataBytes} bytes, this one has ${size}. Send it in parts.`);
  }
  return { payload, topic, reliable, to: [...to] };
}
