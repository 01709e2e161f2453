// SPDX-License-Identifier: Apache-2.0
// After a move each picture stays the one of before until the new way gives its first: none goes dark meanwhile.

import { withFirstPicture } from './first-picture.js';

/** So long a picture is waited for, in milliseconds: of tiles that nobody sees an SFU sends none. */
export const kPictureAtMost = 8_000;

/** @internal */
export class Takeover {
  readonly #awaited = new Map<string, AbortController>();
  #done: (() => void) | undefined;

  /** True while the picture of `key` is waited for. */
  awaits(key: string): boolean {
    return this.#awaited.has(key);
  }

  /** Calls `show` with the track's first picture, or after kPictureAtMost. Another track for the same key takes its turn. */
  expect(key: string, track: MediaStreamTrack, show: () => void): void {
    this.#awaited.get(key)?.abort();
    const ending = new AbortController();
    this.#awaited.set(key, ending);
    const come = (): void => {
      if (ending.signal.aborted) return;
      ending.abort();
      this.#awaited.delete(key);
      show();
      this.#settle();
    };
    const timer = setTimeout(come, kPictureAtMost);
    ending.signal.addEventListener('abort', () => clearTimeout(timer));
    withFirstPicture(track, come, ending.signal);
  }

  /** What was waited for does not come any more. */
  drop(key: string): void {
    this.#awaited.get(key)?.abort();
    if (this.#awaited.delete(key)) this.#settle();
  }

  /** Calls `done` once nothing is waited for (any more), be it now. */
  then(done: () => void): void {
    this.#done = done;
    this.#settle();
  }

  /** Forgets everything that it waits for. */
  clear(): void {
    this.#done = undefined;
    for (const ending of this.#awaited.values()) ending.abort();
    this.#awaited.clear();
  }

  #settle(): void {
    if (this.#awaited.size > 0) return;
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }
}
