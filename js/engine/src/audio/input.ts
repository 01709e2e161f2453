// SPDX-License-Identifier: Apache-2.0
// One audio track as a source of the mixer.

import { AudioError } from './errors.js';

/** Connected to the mixer's input `slot` from construction to close(). The track is left as it is. */
export class MixerInput {
  readonly #source: MediaStreamAudioSourceNode;
  readonly #pull: HTMLAudioElement;

  /** @throws AudioError when the browser cannot bring this track into this context. */
  constructor(context: AudioContext, track: MediaStreamTrack, node: AudioWorkletNode, slot: number) {
    const stream = new MediaStream([track]);
    try {
      this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
      this.#source.connect(node, 0, slot);
    } catch (cause) {
      throw new AudioError('audio-failed', 'The track cannot be brought into the mixer’s AudioContext. Use a context with the track’s sample rate.', { cause });
    }
    // Chromium gives Web Audio the sound of a received track only while an element has the track, too (crbug.com/121673).
    this.#pull = new Audio();
    this.#pull.muted = true;
    this.#pull.srcObject = stream;
  }

  close(): void {
    this.#source.disconnect();
    this.#pull.srcObject = null;
  }
}
