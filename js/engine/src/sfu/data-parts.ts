// SPDX-License-Identifier: Apache-2.0
// Data messages over signalling, cut into parts that fit its messages.

/** `text` of a text, `bytes` (base64) of everything else. All but the last have `more`. */
export interface DataPart {
  topic: string;
  text?: string;
  bytes?: string;
  more?: true;
}

/** Characters of a part: JSON may make six bytes of one, and a message has 65536. */
const kPartCharacters = 9000;
/** What one participant may leave unfinished, in characters: the largest message, as base64. */
const kMostWaiting = 96 * 1024;

const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
};

/** @internal */
export function partsOf(topic: string, data: string | Uint8Array): DataPart[] {
  const name = typeof data === 'string' ? 'text' : 'bytes';
  const whole = typeof data === 'string' ? data : toBase64(data);
  const parts: DataPart[] = [];
  for (let i = 0; i === 0 || i < whole.length; i += kPartCharacters) {
    parts.push({ topic, [name]: whole.slice(i, i + kPartCharacters), ...(i + kPartCharacters < whole.length ? { more: true as const } : {}) });
  }
  return parts;
}

/** @internal Puts together what comes in order from each sender; what makes no sense is dropped. */
export class DataParts {
  readonly #waiting = new Map<string, string>();

  /** The whole message with its last part, else undefined. */
  add(from: string, part: DataPart): { topic: string; data: string | Uint8Array } | undefined {
    const { topic, text, bytes, more } = part;
    const piece = text ?? bytes;
    if (typeof topic !== 'string' || typeof piece !== 'string') return undefined;
    const whole = (this.#waiting.get(from) ?? '') + piece;
    this.#waiting.delete(from);
    if (whole.length > kMostWaiting) return undefined;
    if (more) {
      this.#waiting.set(from, whole);
      return undefined;
    }
    if (text !== undefined) return { topic, data: whole };
    try {
      return { topic, data: Uint8Array.from(atob(whole), (character) => character.charCodeAt(0)) };
    } catch {
      return undefined;
    }
  }

  forget(from: string): void {
    this.#waiting.delete(from);
  }
}
