// SPDX-License-Identifier: Apache-2.0
// The camera's way from the device through the background to what is published. Fails closed: with an effect asked for,
// the raw picture is never handed out.

import type { BackgroundOptions, BackgroundProcessor } from '../background/index.js';
import { BackgroundError, TesseraError } from '../errors.js';

/** @internal */
export interface CameraHooks {
  /** `published` or `background` changed. */
  changed: () => void;
  /** The background stopped by itself; nothing is published now. */
  failed: (error: TesseraError) => void;
  /** The device is gone; the camera is closed. */
  ended: () => void;
}

/** @internal How a processor is made; loaded only when an effect is first wanted. */
export type CreateProcessor = (track: MediaStreamTrack, options: BackgroundOptions) => Promise<BackgroundProcessor>;

/** @internal */
export const createProcessor =
  (assetBaseUrl: string | URL | undefined): CreateProcessor =>
  async (track, options) => {
    const { BackgroundProcessor } = await import('../background/index.js');
    return BackgroundProcessor.create(track, { ...options, ...(assetBaseUrl === undefined ? {} : { assetBaseUrl: String(assetBaseUrl) }) });
  };

const asBackgroundError = (cause: unknown): TesseraError =>
  cause instanceof TesseraError
    ? cause
    : new BackgroundError('background-failed', 'The background could not start. Choose another one, or none; the camera sends nothing until then.', { cause });

/** @internal Calls must not overlap: LocalMedia puts them one after the other. close() may come at any time. */
export class Camera {
  #raw: MediaStreamTrack;
  #processor: BackgroundProcessor | null = null;
  #background: BackgroundOptions = { kind: 'none' };
  #closed = false;
  readonly #onEnded = () => {
    this.close();
    this.hooks.ended();
  };

  constructor(
    raw: MediaStreamTrack,
    private readonly create: CreateProcessor,
    private readonly hooks: CameraHooks,
  ) {
    this.#raw = raw;
    raw.addEventListener('ended', this.#onEnded);
  }

  /** What may leave the machine: the processed track, the raw one only if no effect is asked for, else null. */
  get published(): MediaStreamTrack | null {
    if (this.#closed) return null;
    if (this.#background.kind === 'none') return this.#raw;
    return this.#processor?.track ?? null;
  }

  get background(): BackgroundOptions {
    return this.#background;
  }

  /** Never to be published. */
  cloneRaw(): MediaStreamTrack | null {
    return this.#closed ? null : this.#raw.clone();
  }

  get deviceId(): string | undefined {
    return this.#raw.getSettings().deviceId;
  }

  /** On rejection nothing is published, unless another effect was running: that one goes on. */
  async setBackground(options: BackgroundOptions): Promise<void> {
    if (options.kind === 'none') {
      this.#background = options;
      this.#dropProcessor();
      this.hooks.changed();
      return;
    }
    if (this.#processor) {
      await this.#processor.update(options).catch((cause: unknown) => {
        throw asBackgroundError(cause);
      });
      this.#background = options;
      this.hooks.changed();
      return;
    }
    // From here on the raw track is no longer published, even though the effect is not running yet.
    this.#background = options;
    this.hooks.changed();
    let processor: BackgroundProcessor;
    try {
      processor = await this.create(this.#raw, options);
    } catch (cause) {
      throw asBackgroundError(cause);
    }
    if (this.#closed) {
      processor.close();
      return;
    }
    this.#processor = processor;
    processor.addEventListener('error', ({ error }) => {
      if (this.#processor !== processor) return;
      this.#dropProcessor();
      this.hooks.changed();
      this.hooks.failed(asBackgroundError(error));
    });
    this.hooks.changed();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#dropProcessor();
    this.#raw.removeEventListener('ended', this.#onEnded);
    this.#raw.stop();
  }

  #dropProcessor(): void {
    const processor = this.#processor;
    this.#processor = null;
    processor?.close();
  }
}
