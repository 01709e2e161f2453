// SPDX-License-Identifier: Apache-2.0
// A virtual background as a LiveKit TrackProcessor: for `localVideoTrack.setProcessor()` of a page's own livekit-client.

import { BackgroundProcessor, type CreateOptions } from '../background/processor.js';
import type { BackgroundOptions } from '../background/options.js';
import { BackgroundError, TesseraError } from '../errors.js';

/** TrackProcessor<Track.Kind.Video> of livekit-client, and the background's own. */
export interface BackgroundTrackProcessor {
  readonly name: string;
  /** The processed track while it is in use. Until the first processed frame it gives no picture. */
  processedTrack?: MediaStreamTrack;
  /** Called by livekit-client. @throws as BackgroundProcessor.create(). */
  init(options: { track: MediaStreamTrack }): Promise<void>;
  /** Called by livekit-client when the camera changes; a running output stays the same track. */
  restart(options: { track: MediaStreamTrack }): Promise<void>;
  /** Called by livekit-client. */
  destroy(): Promise<void>;
  /** Changes the background, also while it is not in use. @throws as BackgroundProcessor.update(). */
  setBackground(background: BackgroundOptions): Promise<void>;
  /** The background at work, for its events; null while it is not in use. */
  readonly processor: BackgroundProcessor | null;
}

/**
 * Makes one: `await track.setProcessor(backgroundTrackProcessor({ kind: 'blur' }))`. When it cannot start, setProcessor() fails and
 * the camera goes on without it: turn the camera off before, if the room must not be seen.
 * @param options the background, and where to load from.
 */
export function backgroundTrackProcessor(options: BackgroundOptions & CreateOptions): BackgroundTrackProcessor {
  return new Processor(options);
}

class Processor implements BackgroundTrackProcessor {
  readonly name = 'tessera-background';
  processedTrack?: MediaStreamTrack;
  #options: BackgroundOptions & CreateOptions;
  #processor: BackgroundProcessor | null = null;
  /** Grows with each start and end: what was overtaken is closed. */
  #turn = 0;

  constructor(options: BackgroundOptions & CreateOptions) {
    this.#options = options;
  }

  get processor(): BackgroundProcessor | null {
    return this.#processor;
  }

  async init({ track }: { track: MediaStreamTrack }): Promise<void> {
    const turn = ++this.#turn;
    this.#end();
    const processor = await BackgroundProcessor.create(track, this.#options);
    if (turn !== this.#turn) {
      processor.close();
      throw new BackgroundError('background-failed', 'The background was taken off while it started. Set it again.');
    }
    this.#processor = processor;
    this.processedTrack = processor.track;
  }

  async restart({ track }: { track: MediaStreamTrack }): Promise<void> {
    try {
      if (!this.#processor) throw new TesseraError('closed', 'The background is not in use.');
      this.#processor.replaceTrack(track);
    } catch {
      await this.init({ track });
    }
  }

  async destroy(): Promise<void> {
    this.#turn++;
    this.#end();
  }

  async setBackground(background: BackgroundOptions): Promise<void> {
    const { assetBaseUrl, signal } = this.#options;
    await this.#processor?.update(background);
    this.#options = { ...background, ...(assetBaseUrl === undefined ? {} : { assetBaseUrl }), ...(signal === undefined ? {} : { signal }) };
  }

  #end(): void {
    this.#processor?.close();
    this.#processor = null;
    delete this.processedTrack;
  }
}
