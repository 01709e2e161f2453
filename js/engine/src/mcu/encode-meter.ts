// SPDX-License-Identifier: Apache-2.0
// Measures what mixing and encoding cost this machine, keeps the mix within its budget, and says when it changes something.

import type { SentDiagnostics } from '../diagnostics/types.js';
import { roomError } from '../errors.js';
import type { VideoMixer } from '../mixer/video-mixer.js';
import type { EncodeBudget } from './encode-budget.js';

const kPeriod = 2_000;
/** The id under which what is published is counted; no participant has it. */
const kPublished = '';
/** Rooms have no more places. */
const kMostPlaces = 64;

const encodeTime = (rows: readonly SentDiagnostics[]): number => rows.reduce((sum, row) => sum + (row.kind === 'video' ? (row.totalEncodeTime ?? 0) : 0), 0);

interface Surroundings {
  /** What each connection sends, by participant. */
  measure(): Promise<(readonly [id: string, sent: readonly SentDiagnostics[]])[]>;
  /** What is sent to a media server. */
  published(): Promise<readonly SentDiagnostics[]>;
  people(): number;
  said(code: string, message: string): void;
  /** It can be for so many people. `message` where those are fewer than could come; '' where it said so before. */
  capped(most: number, message: string): void;
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
  /** What capped() was told last, and the least of that. */
  #most = kMostPlaces;
  #least = kMostPlaces;

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
      const [measured, published] = await Promise.all([this.#around.measure(), this.#around.published()]);
      if (!this.#ending.signal.aborted) this.#judge([...measured, [kPublished, published]]);
    } finally {
      this.#busy = false;
    }
  }

  #judge(measured: (readonly [string, readonly SentDiagnostics[]])[]): void {
    const now = performance.now();
    const seconds = (now - this.#at) / 1000;
    const before = this.#encoded;
    this.#at = now;
    this.#encoded = new Map(measured.map(([id, rows]) => [id, encodeTime(rows)]));
    const spent = (id: string): number => Math.max(0, (this.#encoded.get(id) ?? 0) - (before.get(id) ?? this.#encoded.get(id) ?? 0)) / seconds;
    const receivers = [...this.#encoded.keys()].filter((id) => id !== kPublished && before.has(id));
    const forReceivers = receivers.reduce((sum, id) => sum + spent(id), 0);
    const rest = this.#mixing + spent(kPublished);
    const cores = forReceivers + rest;
    const people = this.#around.people();
    const verdict = this.#budget.measure(cores, people);
    this.#cap(this.#budget.most(forReceivers / Math.max(1, receivers.length), rest));
    if (verdict === 'keep') return;
    const used = `This device mixes for ${people} people, which takes ${cores.toFixed(1)} processor cores of at most ${this.#budget.limit.toFixed(1)}`;
    if (verdict === 'overloaded') {
      this.#around.overloaded(roomError('topology-unavailable', `${used}, although the picture is small. For so many people use a media server, or a stronger device.`));
      return;
    }
    const [width, height] = this.#budget.size;
    this.#video.resize(width, height);
    this.#around.said(verdict === 'smaller' ? 'mix-smaller' : 'mix-larger', `${used}: everybody gets the picture in ${width} by ${height} pixels from now on.`);
  }

  /** @param most how many it can be for; undefined: for as many as there are places, as far as is known. */
  #cap(most = kMostPlaces): void {
    const capped = Math.min(kMostPlaces, most);
    if (capped === this.#most) return;
    const fewer = capped < this.#least;
    this.#most = capped;
    this.#least = Math.min(this.#least, capped);
    this.#around.capped(
      capped,
      fewer ? `This device can mix for no more than ${capped} people: it encodes the picture for each of them. Nobody else is let in until somebody leaves. For more people use a media server, or a stronger device.` : '',
    );
  }
}
