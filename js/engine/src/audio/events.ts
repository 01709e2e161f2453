// SPDX-License-Identifier: Apache-2.0
// Events of AudioMixer.

import type { AudioError } from './errors.js';

/**
 * Somebody else is the active speaker. One takes over by being the loudest, 4 dB above the one before, for half a second;
 * after 2 s of silence nobody is active.
 */
export class MixerActiveSpeakerEvent extends Event {
  declare readonly type: 'activespeaker';
  constructor(
    /** The input's id; null when nobody speaks. */
    readonly id: string | null,
  ) {
    super('activespeaker');
  }
}

/** Mixing stopped for good: every output is silent. Close the mixer and create a new one. */
export class MixerErrorEvent extends Event {
  declare readonly type: 'error';
  constructor(readonly error: AudioError) {
    super('error');
  }
}

export interface AudioMixerEventMap {
  activespeaker: MixerActiveSpeakerEvent;
  error: MixerErrorEvent;
}
