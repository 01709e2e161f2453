// SPDX-License-Identifier: Apache-2.0
// Whether WebRTC gets through to another participant: a peer connection with nothing but a data channel, opened and closed again.

import type { Connection } from '../signalling/connection.js';
import { signalTo } from './signal.js';

/** In a signal's `payload.probe`. `number` tells attempts apart; the first message of one carries an offer. */
interface Told {
  number?: unknown;
  description?: unknown;
  candidate?: unknown;
}

interface Attempt {
  readonly number: number;
  readonly pc: RTCPeerConnection;
  /** Ends it. */
  readonly done: (reached: boolean) => void;
}

/** How long a probe may take, in milliseconds. */
const kAtMost = 8_000;

/** @internal One at a time with each participant; whoever is asked answers. */
export class Probes {
  readonly #attempts = new Map<string, Attempt>();
  #count = 0;

  constructor(
    private readonly connection: Connection,
    private readonly configuration: () => RTCConfiguration,
  ) {}

  /** True if a connection came about in time. */
  async reaches(participantId: string): Promise<boolean> {
    const number = Date.now() * 64 + (this.#count++ % 64);
    return new Promise((resolve) => {
      const { pc } = this.#begin(participantId, number, resolve);
      const channel = pc.createDataChannel('probe');
      channel.addEventListener('open', () => this.#attempts.get(participantId)?.done(true));
      void this.#describe(participantId, pc, number);
    });
  }

  /** What another one's probe says. */
  async receive(from: string, { number, description, candidate }: Told): Promise<void> {
    if (typeof number !== 'number') return;
    let attempt = this.#attempts.get(from);
    try {
      const { type } = (description ?? {}) as RTCSessionDescriptionInit;
      if (type === 'offer' && attempt?.number !== number) {
        // Both ask at once: the larger number goes on.
        if (attempt && attempt.number > number) return;
        attempt = this.#begin(from, number, () => undefined);
      }
      if (!attempt || attempt.number !== number) return;
      if (type) {
        await attempt.pc.setRemoteDescription(description as RTCSessionDescriptionInit);
        if (type === 'offer') await this.#describe(from, attempt.pc, number);
      } else if (candidate) await attempt.pc.addIceCandidate(candidate as RTCIceCandidateInit);
    } catch {
      // Nonsense, or of an attempt that has ended.
    }
  }

  close(): void {
    for (const { done } of [...this.#attempts.values()]) done(false);
  }

  #begin(participantId: string, number: number, settle: (reached: boolean) => void): Attempt {
    this.#attempts.get(participantId)?.done(false);
    const pc = new RTCPeerConnection(this.configuration());
    const timer = setTimeout(() => attempt.done(false), kAtMost);
    const attempt: Attempt = {
      number,
      pc,
      done: (reached) => {
        if (this.#attempts.get(participantId) === attempt) this.#attempts.delete(participantId);
        clearTimeout(timer);
        pc.close();
        settle(reached);
      },
    };
    this.#attempts.set(participantId, attempt);
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) signalTo(this.connection, participantId, { probe: { number, candidate: candidate.toJSON() } });
    });
    return attempt;
  }

  async #describe(participantId: string, pc: RTCPeerConnection, number: number): Promise<void> {
    await pc.setLocalDescription();
    const { type, sdp } = pc.localDescription ?? {};
    signalTo(this.connection, participantId, { probe: { number, description: { type, sdp } } });
  }
}
