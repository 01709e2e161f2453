// SPDX-License-Identifier: Apache-2.0
// One of the four calls: its people's rooms, the topology that it has to have, and what everybody in it measures.

import { joinRoom, TesseraError, type Room, type Topology } from 'tessera-rtc';
import { layersOf } from 'tessera-rtc/layers';
import { topologyName } from '../../app/src/room/topology-view.ts';
import type { CallCard } from './call-card.ts';
import type { Person } from './person.ts';

/** What to do where a topology is not on offer. */
const kMissing: Record<Topology, string> = {
  mesh: 'This server allows no mesh for so many people.',
  sfu: 'This server has no media server beside it. Start it with npm start, which brings one, or run tessera-server --sfu janus --janus-url ws://….',
  mcu: 'This browser cannot mix: it lacks OffscreenCanvas, VideoFrame or AudioWorklet.',
  relay: 'This server’s relay is turned off. Start it without --relay false.',
};

export class Call {
  /** Why it does not run (any more); ''. */
  failed = '';
  readonly #name = `demo-${crypto.randomUUID().slice(0, 13)}`;
  readonly #rooms = new Map<Person, Room>();
  readonly #ending = new AbortController();
  #warning = '';
  #measuring = false;

  constructor(
    readonly topology: Topology,
    readonly card: CallCard,
  ) {
    card.say(`Waiting for Ana…`);
  }

  /** Whoever comes first chooses the topology, and is the one whose view is shown. */
  async join(person: Person): Promise<void> {
    if (this.failed) return;
    const { signal } = this.#ending;
    try {
      const first = this.#rooms.size === 0;
      const media = await person.media();
      const room = await joinRoom({ url: location.origin, room: this.#name, name: person.name, media, signal }).catch((error: unknown) => {
        media.close();
        throw error;
      });
      this.#rooms.set(person, room);
      if (signal.aborted) return room.close();
      room.addEventListener('closed', ({ code }) => this.#rooms.has(person) && this.#fail(`${person.name} was put out of the call (${code}).`));
      if (!first) return;
      room.addEventListener('warning', ({ message }) => (this.#warning = message));
      await this.#change(room);
      if (this.failed) return;
      room.addEventListener('topologychange', ({ topology }) => {
        if (topology !== this.topology) this.#fail(`The call went over to ${topologyName[topology]}. ${this.#warning}`);
      });
      this.card.watch(room);
    } catch (error) {
      if (!signal.aborted) this.#fail(error instanceof TesseraError ? error.message : String(error));
    }
  }

  leave(person: Person): void {
    const room = this.#rooms.get(person);
    this.#rooms.delete(person);
    room?.close();
  }

  /** Shows what everybody in the call measures now. */
  async measure(): Promise<void> {
    if (this.#measuring || this.failed || this.#rooms.size === 0) return;
    this.#measuring = true;
    try {
      const rooms = [...this.#rooms.values()];
      for (const room of rooms) {
        // Everybody is on this machine: nothing lies between them that would carry less than all of it.
        const layers = layersOf(room);
        if (layers) layers.automatic = false;
      }
      const all = await Promise.all(rooms.map((room) => room.getDiagnostics()));
      if (!this.#ending.signal.aborted && !this.failed && all.every(({ topology }) => topology === this.topology)) this.card.show(rooms.map(({ local }) => local.name), all);
    } catch {
      // Somebody has just left.
    } finally {
      this.#measuring = false;
    }
  }

  close(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    const rooms = [...this.#rooms.values()];
    this.#rooms.clear();
    for (const room of rooms) room.close();
  }

  async #change(room: Room): Promise<void> {
    if (room.topology === this.topology) return;
    if (!room.topologies.includes(this.topology)) return this.#fail(kMissing[this.topology]);
    this.card.say(`Changing to ${topologyName[this.topology]}…`);
    await room.setTopology(this.topology, { signal: this.#ending.signal });
  }

  #fail(why: string): void {
    if (this.failed || this.#ending.signal.aborted) return;
    this.failed = why;
    this.close();
    this.card.fail(why);
  }
}
