// SPDX-License-Identifier: Apache-2.0
// Whether a machine keeps up with encoding a video: by the pictures that come while the encoder is still at earlier ones.

/** Milliseconds of one look, and the pictures that have to come in it for it to count. */
const kLook = 2_000;
const kFewest = 10;
/** With this share of them left out the encoder is behind; so many looks in a row, and it will stay so. */
const kShare = 0.25;
const kLooks = 3;

export class EncodeLoad {
  #since = -Infinity;
  #came = 0;
  #skipped = 0;
  #behind = 0;

  /** True once the encoder has been behind for six seconds on end; stays so. */
  get tooMuch(): boolean {
    return this.#behind >= kLooks;
  }

  /**
   * A picture has come.
   * @param now milliseconds on a clock that never goes back
   * @param skipped it is left out because the encoder has not got so far
   */
  came(now: number, skipped: boolean): void {
    if (this.tooMuch) return;
    if (now - this.#since >= kLook) {
      if (this.#came >= kFewest) this.#behind = this.#skipped > this.#came * kShare ? this.#behind + 1 : 0;
      this.#since = now;
      this.#came = this.#skipped = 0;
    }
    this.#came++;
    if (skipped) this.#skipped++;
  }
}
