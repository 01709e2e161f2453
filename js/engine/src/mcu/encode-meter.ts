// SPDX-License-Identifier: Apache-2.0
// Measures what mixing and encoding cost this machine, keeps the mix within its budget, and says when it changes something.

import { roomError } from '../errors.js';
import type { VideoMixer } from '../mixer/video-mixer.js';
import type { MeasuredPeer } from '../topology/link.js';
import type { EncodeBudget } from './encode-budget.js';

const kPeriod = 2_000;

interface Surroundings {
  /** What each connection measures, by participant. */
  measure(): Promise<(readonly [id: string, measured: MeasuredPeer | null])[]>;
  people(): number;
  said(code: string, message: string): void;
  /** Nothing smaller is left. */
  overloaded(error: Error): void;
}

export class EncodeMeter {
  readonly #budget: EncodeBudget;
  readonly #video: VideoMixer;
  readonly #around: Surroundings;
  readonly #ending = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  /** Seconds spent encoding so far, by participant. */
  #encoded = new Map<string, number>();
  #at = performance.now();
  #mixing = 0;
  #busy = false;

  constructor(budget: EncodeBudget, video: VideoMixer, around: Surroundings) {
    this.#budget = budget;
    this.#video = video;
    this.#around = around;
    video.addEventListener('stats', ({ fps, msPerFrame }) => (this.#mixing = (fps * msPerFrame) / 1000), { signal: this.#ending.signal });
    this.#timer = setInterval(() => void this.#look(), kPeriod);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#ending.abort();
  }

  async #look(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const measured = await this.#around.measure();
      if (!this.#ending.signal.aborted) this.#judge(measured);
    } finally {
      this.#busy = false;
    }
  }

  #judge(measured: (readonly [string, MeasuredPeer | null])[]): void {
    const now = performance.now();
    const seconds = (now - this.#at) / 1000;
    const before = this.#encoded;
    this.#at = now;
    this.#encoded = new Map(measured.map(([id, peer]) => [id, (peer?.outbound ?? []).reduce((sum, row) => sum + (row.kind === 'video' ? (row.totalEncodeTime ?? 0) : 0), 0)]));
    let spent = 0;
    for (const [id, total] of this.#encoded) spent += Math.max(0, total - (before.get(id) ?? total));
    const cores = spent / seconds + this.#mixing;
    const people = this.#around.people();
    const verdict = this.#budget.measure(cores, people);
    if (verdict === 'keep') return;
    const used = `Encoding the mix for ${people} people takes ${cores.toFixed(1)} of ${this.#budget.limit.toFixed(1)} processor cores on the device that mixes`;
    if (verdict === 'overloaded') {
      this.#around.overloaded(roomError('topology-unavailable', `${used}: that is too much even for a small picture. Use a media server, or a stronger device.`));
      return;
    }
    const [width, height] = this.#budget.size;
    this.#video.resize(width, height);
    this.#around.said(verdict === 'smaller' ? 'mix-smaller' : 'mix-larger', `${used}: it is ${width} by ${height} pixels from now on.`);
  }
}
