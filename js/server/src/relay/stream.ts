// SPDX-License-Identifier: Apache-2.0
// One stream of a room: what it is, and which of its layers the receivers together take.
import type { Published, RelayServerMessage, StreamInfo } from './messages.js';
import type { Member } from './member.js';
import type { Demand, RelayModules } from './modules.js';

/** A publisher is asked for a keyframe at most this often, however many receivers need one. Milliseconds. */
const kKeyFrameEvery = 300;

export class Stream {
  #info: StreamInfo;
  #demand: Demand | null = null;
  #told = '';
  #asked = -Infinity;
  #wanted = false;

  constructor(
    readonly id: number,
    readonly owner: Member,
    published: Published,
    private readonly modules: RelayModules,
  ) {
    this.#info = this.#describe(published);
  }

  get info(): StreamInfo {
    return this.#info;
  }

  /** What is said of it has changed. */
  describe(published: Published): void {
    this.#info = this.#describe(published);
  }

  #describe({ type: _, ...rest }: Published): StreamInfo {
    this.#demand?.delete();
    this.#demand = rest.kind === 'video' ? new this.modules.Demand(1 + Math.max(...rest.layers.map((layer) => layer.spatial))) : null;
    this.#told = '';
    return { ...rest, id: this.id, participantId: this.owner.participantId };
  }

  /** Somebody needs a keyframe. True where the publisher is to be asked now; otherwise keyFrameDue() tells when. */
  keyFrameWanted(now: number): boolean {
    this.#wanted = now - this.#asked < kKeyFrameEvery;
    if (!this.#wanted) this.#asked = now;
    return !this.#wanted;
  }

  keyFrameDue(now: number): boolean {
    return this.#wanted && this.keyFrameWanted(now);
  }

  /** One has come: who waited has what it needs. */
  keyFrameSent(): void {
    this.#wanted = false;
  }

  taken(now: number, receiver: string, spatial: number, temporal: number): void {
    this.#demand?.set(now, receiver, spatial, temporal);
  }

  left(now: number, receiver: string): void {
    this.#demand?.remove(now, receiver);
  }

  /** What the publisher is to be told of the receivers' demand, or null where that has not changed. */
  demand(now: number): (RelayServerMessage & { type: 'demand' }) | null {
    if (!this.#demand) return null;
    this.#demand.update(now);
    let [spatial, temporal] = [-1, -1];
    for (let layer = 0; layer < 4; layer += 1) {
      const most = this.#demand.maxTemporal(layer);
      if (most < 0) continue;
      spatial = layer;
      temporal = Math.max(temporal, most);
    }
    const told = `${spatial}/${temporal}`;
    if (told === this.#told) return null;
    this.#told = told;
    return { type: 'demand', stream: this.id, spatial, temporal };
  }

  close(): void {
    this.#demand?.delete();
    this.#demand = null;
  }
}
