// SPDX-License-Identifier: Apache-2.0
// The time of captured sound on the clock of the pictures: blocks come late at times, so the earliest count.

/** Samples a second. */
const kRate = 48_000;
/** Milliseconds over which the earliest is looked for, so that two crystals may drift apart. */
const kWindow = 5_000;

export class CaptureClock {
  #origin = Infinity;
  #before = Infinity;
  #since = 0;

  /**
   * @param now when the block arrived, in milliseconds
   * @param at the sample it begins with
   * @returns when that sample was captured, in milliseconds on the clock of `now`
   */
  timeOf(now: number, at: number, samples: number): number {
    const origin = now - ((at + samples) * 1000) / kRate;
    if (now - this.#since > kWindow) {
      this.#before = this.#origin;
      this.#origin = origin;
      this.#since = now;
    }
    this.#origin = Math.min(this.#origin, origin);
    return Math.min(this.#origin, this.#before) + (at * 1000) / kRate;
  }
}
