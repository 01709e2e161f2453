// SPDX-License-Identifier: Apache-2.0
// How loud a microphone is, for a meter on the screen.

const kPeriodMs = 100;
/** Levels below are silence, at the top the meter is full; dB relative to full scale. */
const kFloorDb = -60;
const kCeilingDb = -6;

/** @internal Root mean square in dBFS mapped to 0..1. */
export function meterLevel(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (db - kFloorDb) / (kCeilingDb - kFloorDb)));
}

/** @internal Reports until close(). Silent where the page may not run audio yet. */
export class LevelMeter {
  readonly #context: AudioContext;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #timer: ReturnType<typeof setInterval>;
  level = 0;

  constructor(track: MediaStreamTrack, changed: (level: number) => void) {
    this.#context = new AudioContext();
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let ticks = 0;
    this.#timer = setInterval(() => {
      if (this.#context.state === 'suspended' && ticks++ % 20 === 0) this.#context.resume().catch(() => undefined);
      analyser.getFloatTimeDomainData(samples);
      // Falls slowly, so that a meter does not flicker between words.
      this.level = Math.max(meterLevel(samples), this.level * 0.8);
      changed(this.level);
    }, kPeriodMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#source.disconnect();
    void this.#context.close();
  }
}
