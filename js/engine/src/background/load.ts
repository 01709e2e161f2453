// SPDX-License-Identifier: Apache-2.0
// Decides how often the person is searched for, from what frames cost.

/** Averages of one second. */
export interface Load {
  /** Milliseconds spent on a frame, all in all, on average. */
  frameMs: number;
  /** Milliseconds of one run of the segmentation. */
  segmentationMs: number;
}

export const kMostLevel = 2;
/** Shares of the time between two frames: above the first is too slow, below the second a lower level would do. */
const kOver = 0.8;
const kUnder = 0.55;
const kPatience = 4;
const kMostPatience = 64;
/** A rise this soon after a descent (in seconds) says that the descent was wrong. */
const kRegret = 10;

/**
 * Level n segments every (n + 1)-th frame; between, the last mask is fitted to the new picture. Rises after one second
 * that was too slow, descends after some that would have been fine a level lower, and waits longer after each mistake.
 */
export class LoadController {
  level = 0;
  #patience = kPatience;
  #calm = 0;
  #sinceDescent = Number.POSITIVE_INFINITY;

  /** @param frameRate what the camera gives, in frames a second. */
  constructor(private readonly frameRate: number) {}

  /** Whether frame number `index` is to be segmented. */
  segments(index: number): boolean {
    return index % (this.level + 1) === 0;
  }

  /** Call once a second with that second's load. */
  second({ frameMs, segmentationMs }: Load): void {
    const interval = 1000 / this.frameRate;
    this.#sinceDescent++;
    if (frameMs > kOver * interval) {
      this.#calm = 0;
      if (this.level === kMostLevel) return;
      if (this.#sinceDescent <= kRegret) this.#patience = Math.min(kMostPatience, this.#patience * 2);
      this.level++;
      return;
    }
    if (this.level === 0) return;
    const lower = frameMs + segmentationMs * (1 / this.level - 1 / (this.level + 1));
    this.#calm = lower < kUnder * interval ? this.#calm + 1 : 0;
    if (this.#calm < this.#patience) return;
    this.level--;
    this.#calm = 0;
    this.#sinceDescent = 0;
  }
}
