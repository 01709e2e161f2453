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
/** So many before it is said that even the smallest is too much: time spent encoding is time on the clock, and other work passes. */
const kGiveUpAfter = 15;

/** So many measurements at the smallest size before it is said how many it can be for: their median counts. */
const kCapAfter = 8;

export type Verdict = 'keep' | 'smaller' | 'larger' | 'overloaded';

export class EncodeBudget {
  /** The most that mixing and encoding may take, in cores: half of the machine, and never less than a core; all of a dedicated one. */
  readonly limit: number;
  #index: number;
  #over = 0;
  /** How many received the mix when it last became smaller. */
  #peopleThen = 0;
  /** For how many it could be, by the last measurements at the smallest size. */
  #possible: number[] = [];

  /**
   * @param cores of the machine: fewer than four begin with 640 x 360.
   * @param dedicated whether it does nothing else.
   */
  constructor(cores: number, dedicated = false) {
    this.limit = dedicated ? cores : Math.max(1, cores / 2);
    this.#index = cores < 4 ? 2 : 0;
  }

  /** The size that the mix has to have now. */
  get size(): readonly [width: number, height: number] {
    return kMixSizes[this.#index]!;
  }

  /**
   * How many could receive the smallest mix, by what each takes now; to be asked after every measure().
   * @param each cores that encoding for one of them takes.
   * @param rest cores that everything else takes.
   * @returns undefined while the mix is larger, or is so since a moment ago: then nobody knows.
   */
  most(each: number, rest: number): number | undefined {
    if (this.#index < kMixSizes.length - 1 || each <= 0) {
      this.#possible = [];
      return undefined;
    }
    this.#possible = [...this.#possible.slice(1 - kCapAfter), Math.max(1, Math.floor((this.limit - rest) / each))];
    return this.#possible.length < kCapAfter ? undefined : [...this.#possible].sort((a, b) => a - b)[kCapAfter / 2]!;
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
      const smallest = this.#index === kMixSizes.length - 1;
      if (++this.#over < (smallest ? kGiveUpAfter : kPatience)) return 'keep';
      this.#over = 0;
      if (smallest) return 'overloaded';
      this.#peopleThen = people;
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
