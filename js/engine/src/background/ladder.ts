// SPDX-License-Identifier: Apache-2.0
// Decides, from what frames cost, how often and in how large a picture the person is searched for.

/** Averages of one second. */
export interface Load {
  /** Milliseconds spent on a frame, all in all, on average. */
  frameMs: number;
  /** Milliseconds of one run of the segmentation, as it was done in that second. */
  segmentationMs: number;
}

/** One step of the ladder. */
export interface Rung {
  /** The person is searched for in every so many frames; between, the last mask is fitted to the new picture. */
  every: number;
  /** The model's input, as the video module's setDetail takes it: 0 its own size, 1 and 2 smaller ones. */
  detail: 0 | 1 | 2;
  /** What a segmentation costs, in shares of one at the model's own size: its share of the pixels. */
  cost: number;
}

/** From the best picture to the cheapest: first fewer segmentations, then smaller ones. A level is a place in this list. */
export const rungs: readonly Rung[] = [
  { every: 1, detail: 0, cost: 1 },
  { every: 2, detail: 0, cost: 1 },
  { every: 2, detail: 1, cost: 0.58 },
  { every: 3, detail: 2, cost: 0.42 },
];

/** Shares of the time between two frames: above the first is too slow, below the second a lower level would do. */
const kOver = 0.8;
const kUnder = 0.55;
/** Seconds. */
const kPatience = 4;
const kMostPatience = 64;
/** A rise this soon after a descent (in seconds) says that the descent was wrong. */
const kRegret = 10;

/**
 * Rises a level after one second that was too slow, descends one after some seconds that would have been fine a level lower,
 * and waits longer after each descent that was a mistake.
 */
export class Ladder {
  #level = 0;
  #patience = kPatience;
  #calm = 0;
  #sinceDescent = Number.POSITIVE_INFINITY;

  /** @param frameRate what the camera gives, in frames a second. */
  constructor(private readonly frameRate: number) {}

  /** 0 is the best picture. */
  get level(): number {
    return this.#level;
  }

  get rung(): Rung {
    return rungs[this.#level]!;
  }

  /** Whether frame number `index` is to be segmented. */
  segments(index: number): boolean {
    return index % this.rung.every === 0;
  }

  /** Call once a second with that second's load. @returns whether the level is another one from now on. */
  second({ frameMs, segmentationMs }: Load): boolean {
    const interval = 1000 / this.frameRate;
    this.#sinceDescent++;
    if (frameMs > kOver * interval) {
      this.#calm = 0;
      if (this.#level === rungs.length - 1) return false;
      if (this.#sinceDescent <= kRegret) this.#patience = Math.min(kMostPatience, this.#patience * 2);
      this.#level++;
      return true;
    }
    if (this.#level === 0) return false;
    const better = rungs[this.#level - 1]!;
    const rest = frameMs - segmentationMs / this.rung.every;
    const expected = rest + ((segmentationMs / this.rung.cost) * better.cost) / better.every;
    this.#calm = expected < kUnder * interval ? this.#calm + 1 : 0;
    if (this.#calm < this.#patience) return false;
    this.#level--;
    this.#calm = 0;
    this.#sinceDescent = 0;
    return true;
  }
}
