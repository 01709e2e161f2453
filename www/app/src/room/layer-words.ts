// SPDX-License-Identifier: Apache-2.0
// Which layer of a video is taken in an SFU's room and why, in words.

import type { PeerDiagnostics } from '../engine.ts';

type Layer = NonNullable<PeerDiagnostics['inbound'][number]['layer']>;

const kReasons: Record<Layer['reason'], string> = {
  best: 'as good as the tile can show',
  bandwidth: 'your connection has no room for more',
  processor: 'decoding more would be too slow',
  hidden: 'nobody sees it',
  'audio-only': 'your connection has room for sound alone',
  settling: 'more will follow if the connection holds',
};

/** `size layer 2, rate layer 1 (nobody sees it)`; empty where there is no choice. Layers count from 1, the smallest. */
export function layerWords(layer: Layer | undefined): string {
  if (!layer) return '';
  const { kind, spatial, temporal, reason } = layer;
  const taken = kind === 'still' ? 'a still every few seconds' : kind === 'paused' ? 'paused' : `size layer ${spatial + 1}, rate layer ${temporal + 1}`;
  return `${taken} (${kReasons[reason]})`;
}
