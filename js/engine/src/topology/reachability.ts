// SPDX-License-Identifier: Apache-2.0
// Says when WebRTC reaches nobody, so that the room goes over to the relay, and why TURN was no help; then tries now and again, and
// says when it does.

import type { SessionLink } from '../rooms/session-link.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import { Probes } from './probe.js';
import { checkTurn } from './turn-check.js';

/** ICE has failed when it has tried for this long, in milliseconds. */
const kTryingAtMost = 8_000;
const kLookEvery = 1_000;
/** Between two tries whether WebRTC gets through again: doubled after each that fails, and never beyond the second figure. */
const kTryAgain = 20_000;
const kTryAgainAtMost = 300_000;

const kStuck: readonly string[] = ['checking', 'disconnected', 'failed'];

/** @internal */
export class Reachability {
  readonly #session: SessionLink;
  readonly #probes: Probes;
  readonly #timer: ReturnType<typeof setInterval>;
  #stuckSince: number | undefined;
  /** The room is in the relay because of this participant. */
  #mine = false;
  #pause = kTryAgain;
  #tryAt = 0;
  #busy = false;
  /** The TURN servers have been asked since somebody was last reached. */
  #asked = false;

  constructor(session: SessionLink) {
    this.#session = session;
    const { connection, ended } = session;
    this.#probes = new Probes(connection, () => ({ iceServers: session.iceServers, iceTransportPolicy: connection.relayOnly ? 'relay' : 'all' }));
    this.#timer = setInterval(() => void this.#look(), kLookEvery);
    globalThis.addEventListener?.('online', () => (this.#tryAt = 0), { signal: ended });
  }

  receive({ type, from, payload }: ProtocolMessage): void {
    const { probe } = (payload ?? {}) as { probe?: object };
    if (type === 'signal' && probe) void this.#probes.receive(String(from), probe);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#probes.close();
  }

  async #look(): Promise<void> {
    const { topology, offer, ended } = this.#session;
    if (this.#busy || ended.aborted || !offer) return;
    this.#busy = true;
    try {
      if (topology === 'relay' && this.#mine) await this.#tryAgain();
      else if (topology === 'mesh' && offer.topology === 'mesh') await this.#lookAtMesh(offer.topologies.includes('relay'));
      else this.#stuckSince = undefined;
    } finally {
      this.#busy = false;
    }
  }

  async #lookAtMesh(relay: boolean): Promise<void> {
    const { call, handlers } = this.#session;
    const anybody = [...handlers.room.participants.values()];
    if (anybody.length === 0 || anybody.some(({ state }) => state === 'connected')) {
      this.#stuckSince = undefined;
      this.#asked = false;
      return;
    }
    if (!this.#asked) {
      this.#asked = true;
      void this.#askTurn();
    }
    const peers = (await call.diagnostics()) as { states: { iceConnectionState: string } }[];
    const now = performance.now();
    if (peers.length === 0 || !peers.every(({ states }) => kStuck.includes(states.iceConnectionState))) this.#stuckSince = undefined;
    else this.#stuckSince ??= now;
    if (!relay || this.#stuckSince === undefined || now - this.#stuckSince < kTryingAtMost) return;
    this.#stuckSince = undefined;
    this.#mine = true;
    this.#tryAt = now + this.#pause;
    this.#say(false);
  }

  async #askTurn(): Promise<void> {
    const { iceServers, ended, handlers } = this.#session;
    const trouble = await checkTurn(iceServers, ended).catch(() => undefined);
    if (trouble && !ended.aborted) handlers.notify({ type: 'Warning', ...trouble }, null);
  }

  async #tryAgain(): Promise<void> {
    const now = performance.now();
    if (now < this.#tryAt) return;
    this.#pause = Math.min(kTryAgainAtMost, 2 * this.#pause);
    this.#tryAt = now + this.#pause;
    const present = [...this.#session.handlers.room.participants.values()].filter(({ present }) => present);
    const reached = await Promise.all(present.map(({ id }) => this.#probes.reaches(id)));
    if (!reached.every(Boolean)) return;
    this.#mine = false;
    this.#say(true);
  }

  #say(ok: boolean): void {
    this.#session.connection.transport.send({ type: 'connectivity', epoch: this.#session.offer?.epoch ?? 0, ok });
  }
}
