// SPDX-License-Identifier: Apache-2.0
// How large the mix may be: a peer connection encodes it anew for every receiver, so what that costs is measured and capped.

/** From the largest to the smallest, in pixels. */
export const kMixSizes: readonly (readonly [width: number, height: number])[] = [
  [1280, 720],
  [960, 540],
  [640, 360],
  [480, 270],
];

/** So many measurements in a row over the limit before anything is done about it. */
const kPatience = 3;

export type Verdict = 'keep' | 'smaller' | 'larger' | 'overloaded';

export class EncodeBudget {
  /** The most that mixing and encoding may take, in cores: half of the machine, and never less than a core. */
  readonly limit: number;
  #index: number;
  #over = 0;
  /** How many received the mix when it last became smaller. */
  #peopleThen = Infinity;

  /** @param cores of the machine: fewer than four begin with 640 x 360. */
  constructor(cores: number) {
    this.limit = Math.max(1, cores / 2);
    this.#index = cores < 4 ? 2 : 0;
  }

  /** The size that the mix has to have now. */
  get size(): readonly [width: number, height: number] {
    return kMixSizes[this.#index]!;
  }

  /** More than 15 pictures a second are for machines with room for them. */
  get frameRate(): number {
    return this.#index === 0 ? 25 : 15;
  }

  /**
   * @param cores what mixing and encoding took of the time since the last measurement: 1 is one whole core.
   * @param people how many receive the mix.
   * @returns 'overloaded' where even the smallest size costs too much for so many.
   */
  measure(cores: number, people: number): Verdict {
    if (cores > this.limit) {
      if (++this.#over < kPatience) return 'keep';
      this.#over = 0;
      this.#peopleThen = people;
      if (this.#index === kMixSizes.length - 1) return 'overloaded';
      this.#index++;
      return 'smaller';
    }
    this.#over = 0;
    // Somebody left: the next larger size has up to 2.25 times the pixels.
    if (people >= this.#peopleThen || this.#index === 0 || cores * 2.25 > this.limit) return 'keep';
    this.#peopleThen = people;
    this.#index--;
    return 'larger';
  }
}
