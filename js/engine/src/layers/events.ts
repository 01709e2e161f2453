// SPDX-License-Identifier: Apache-2.0
// What LayerSelector tells.

/**
 * Why a choice is what it is: `best` (as good as the tile can show), `bandwidth` (the downlink has no room for more),
 * `processor` (decoding more would be too slow), `hidden` (nobody sees the tile), `audio-only` (there is room for sound
 * alone), `settling` (more would fit, but another change so soon would be worse).
 */
export type LayerReason = 'best' | 'bandwidth' | 'processor' | 'hidden' | 'audio-only' | 'settling';

export interface LayerChoice {
  readonly id: string;
  /** `still`: keep the last frame on the tile. `paused`: nothing is shown that needs bits. */
  readonly kind: 'video' | 'still' | 'paused';
  /** The layer to take now, or -1 for none. A still has a layer for as long as it takes to get its frame. */
  readonly spatial: number;
  /** The highest temporal layer to take now, or -1 for none. */
  readonly temporal: number;
  readonly reason: LayerReason;
  /** Bits a second that this is expected to cost. */
  readonly bitrate: number;
}

export interface DownlinkEstimate {
  /** Infinity: no reason for a limit has been seen. */
  readonly bitsPerSecond: number;
  /** 0..1. */
  readonly confidence: number;
  /** No trouble for so long that more is taken as soon as the page asks for it. */
  readonly calm: boolean;
}

/** Some choices changed: ask the SFU for them. */
export class LayerSelectionEvent extends Event {
  declare readonly type: 'selection';
  constructor(
    /** Only those that changed. */
    readonly choices: readonly LayerChoice[],
  ) {
    super('selection');
  }
}

export interface LayerSelectorEventMap {
  selection: LayerSelectionEvent;
}
