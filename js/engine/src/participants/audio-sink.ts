// SPDX-License-Identifier: Apache-2.0
// Plays what others say: one audio element per received audio source, independent of any tile.

/** @internal */
export class AudioSink {
  readonly #elements = new Map<string, HTMLAudioElement>();
  #blocked = false;
  #deviceId = '';

  /** `blocked` is called when the browser refuses to play before a gesture, once until start() succeeds. */
  constructor(private readonly blocked: () => void) {}

  get isBlocked(): boolean {
    return this.#blocked;
  }

  set(key: string, track: MediaStreamTrack | null): void {
    this.remove(key);
    if (!track || typeof Audio === 'undefined') return;
    const element = new Audio();
    element.autoplay = true;
    element.srcObject = new MediaStream([track]);
    if (this.#deviceId) void element.setSinkId?.(this.#deviceId).catch(() => undefined);
    this.#elements.set(key, element);
    element.play().catch((error: Error) => {
      if (error.name !== 'NotAllowedError' || this.#blocked) return;
      this.#blocked = true;
      this.blocked();
    });
  }

  remove(key: string): void {
    const element = this.#elements.get(key);
    if (!element) return;
    this.#elements.delete(key);
    element.pause();
    element.srcObject = null;
  }

  /** From inside a gesture. Rejects with the browser's error if it still refuses. */
  async start(): Promise<void> {
    await Promise.all([...this.#elements.values()].map((element) => element.play()));
    this.#blocked = false;
  }

  async setDevice(deviceId: string): Promise<void> {
    this.#deviceId = deviceId;
    await Promise.all([...this.#elements.values()].map((element) => element.setSinkId?.(deviceId)));
  }

  close(): void {
    for (const key of [...this.#elements.keys()]) this.remove(key);
  }
}
