// SPDX-License-Identifier: Apache-2.0
// The sender's side of layers: what all receivers together take of one source, and so which layers are worth encoding.

/** A layer that nobody takes any more stays on for this long, in milliseconds: a tile that is dragged about switches often. */
const kOffAfter = 500;
const kEverything = 7;

/** Switches on at once, off after a pause. `apply` gets the set of spatial layers as bits whenever it changes. */
export class Demand {
  /** What each receiver said: a bit for the layer it takes, 0 for nothing. */
  readonly #taken = new Map<string, number>();
  /** The layers that are on, as bits. */
  active = kEverything;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly apply: (layers: number) => void) {}

  /** Who is there. Those who have said nothing yet count as taking everything. */
  setReceivers(ids: ReadonlySet<string>): void {
    for (const id of this.#taken.keys()) if (!ids.has(id)) this.#taken.delete(id);
    for (const id of ids) if (!this.#taken.has(id)) this.#taken.set(id, kEverything);
    this.#update();
  }

  /** `spatial`: the layer that the receiver takes from now on, -1 for none. `hurried`: its link has no room for what it does not take. */
  take(id: string, spatial: number, hurried = false): void {
    this.#taken.set(id, spatial < 0 ? 0 : 1 << Math.min(spatial, 2));
    this.#update(hurried);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #update(atOnce = false): void {
    clearTimeout(this.#timer);
    let wanted = 0;
    for (const layers of this.#taken.values()) wanted |= layers;
    this.#set(atOnce ? wanted : this.active | wanted);
    if (wanted !== this.active) this.#timer = setTimeout(() => this.#set(wanted), kOffAfter);
  }

  #set(layers: number): void {
    if (layers === this.active) return;
    this.active = layers;
    this.apply(layers);
  }
}
