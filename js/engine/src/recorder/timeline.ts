// SPDX-License-Identifier: Apache-2.0
// Time in a recording: it stands still in pauses, and every track's own clock is brought onto it. Microseconds throughout.

/** The recording's own time, from 0. */
export class Timeline {
  #origin: number;
  #pausedAt: number | null = null;

  /** `clock`: milliseconds, never going back. */
  constructor(private readonly clock: () => number = () => performance.now()) {
    this.#origin = clock();
  }

  get now(): number {
    return Math.round(((this.#pausedAt ?? this.clock()) - this.#origin) * 1000);
  }
  get paused(): boolean {
    return this.#pausedAt !== null;
  }

  pause(): void {
    this.#pausedAt ??= this.clock();
  }
  resume(): void {
    if (this.#pausedAt === null) return;
    this.#origin += this.clock() - this.#pausedAt;
    this.#pausedAt = null;
  }
}

/** So far a frame may be from its arrival before its track's clock counts as having jumped. */
const kJump = 250_000;
/** Matroska's timestamps are milliseconds: two frames may not share one. */
const kApart = 1000;

/** Brings a video track's timestamps, whose origin nobody knows, onto the recording's time. */
export class FrameTime {
  #offset: number | null = null;
  #last = -kApart;

  /** The time of a frame that states `timestamp` and arrives at `now`: never after its arrival, and after the frame before. */
  of(timestamp: number, now: number): number {
    const offset = now - timestamp;
    // The frame that took the shortest way says best where the track's clock stands.
    if (this.#offset === null || offset < this.#offset || offset > this.#offset + kJump) this.#offset = offset;
    return this.at(this.#offset + timestamp);
  }

  /** `time`, or as little later as has to be. */
  at(time: number): number {
    this.#last = Math.max(Math.round(time), this.#last + kApart, 0);
    return this.#last;
  }

  get last(): number {
    return this.#last;
  }
}

/** The clock of a sound card runs a little fast or slow: so far it may be off before something is done. */
const kTolerance = 0.08;
/** Later than this at once: sound was interrupted. */
const kInterruption = 0.5;
/** Blocks arrive in bursts; the one of so many that is least late counts. */
const kWindow = 50;

/** Keeps sound, which is counted in samples, beside the recording's time. */
export class SoundTime {
  #samples = 0;
  #least = Infinity;
  #seen = 0;

  constructor(readonly sampleRate: number) {}

  /** Where the next sample lies. */
  get now(): number {
    return Math.round((this.#samples * 1e6) / this.sampleRate);
  }

  /** To be told of every block that is put into the recording. */
  advance(samples: number): void {
    this.#samples += samples;
  }

  /** A block of `samples` arrives at `now`. Gives the samples of silence to put before it; negative: the block is left out. */
  correction(samples: number, now: number): number {
    const late = now / 1e6 - (this.#samples + samples) / this.sampleRate;
    this.#least = Math.min(this.#least, late);
    const decided = ++this.#seen >= kWindow || late > kInterruption;
    if (!decided) return 0;
    const off = late > kInterruption ? late : this.#least;
    this.#least = Infinity;
    this.#seen = 0;
    if (Math.abs(off) <= kTolerance) return 0;
    return off > 0 ? Math.round(off * this.sampleRate) : -samples;
  }
}
