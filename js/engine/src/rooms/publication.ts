// SPDX-License-Identifier: Apache-2.0
// Keeps what the call sends equal to what LocalMedia has: added, muted, given another track, or removed.

import type { LocalMedia } from '../media/local-media.js';
import type { LocalSource } from '../media/local-source.js';

/** The part of the session module's Call that this needs. @internal */
export interface SourceSink {
  addSource(sourceId: string, content: string, muted: boolean, track: MediaStreamTrack | null): void;
  setSourceTrack(sourceId: string, track: MediaStreamTrack | null): void;
  setSourceMuted(sourceId: string, muted: boolean): void;
  removeSource(sourceId: string): void;
}

interface Published {
  readonly content: string;
  track: MediaStreamTrack | null;
  muted: boolean;
}

/**
 * @internal
 * A microphone or camera that is turned off stays published, muted and without a track: turning it on again costs no
 * negotiation. A screen share that ends is removed, and its transceiver is free for the next one.
 */
export class Publication {
  readonly #published = new Map<string, Published>();
  readonly #sync = () => this.sync();

  constructor(
    private readonly media: LocalMedia,
    private readonly call: SourceSink,
  ) {
    media.addEventListener('changed', this.#sync);
    this.sync();
  }

  sync(): void {
    const { microphone, camera, screen, screenAudio } = this.media;
    const wanted = new Map([microphone, camera, screen, screenAudio].filter((source) => source !== null).map((source) => [source.id, source]));
    for (const [id, published] of this.#published) {
      if (wanted.has(id)) continue;
      if (published.content.startsWith('screen')) {
        this.#published.delete(id);
        this.call.removeSource(id);
      } else {
        this.#update(id, published, null, true);
      }
    }
    for (const source of wanted.values()) this.#publish(source);
  }

  close(): void {
    this.media.removeEventListener('changed', this.#sync);
  }

  #publish({ id, content, track, muted }: LocalSource): void {
    const published = this.#published.get(id);
    if (published) {
      this.#update(id, published, track, muted);
    } else {
      this.#published.set(id, { content, track, muted });
      this.call.addSource(id, content, muted, track);
    }
  }

  #update(id: string, published: Published, track: MediaStreamTrack | null, muted: boolean): void {
    // The track first: nothing is sent any more by the time the others hear of the muting.
    if (published.track !== track) {
      published.track = track;
      this.call.setSourceTrack(id, track);
    }
    if (published.muted !== muted) {
      published.muted = muted;
      this.call.setSourceMuted(id, muted);
    }
  }
}
