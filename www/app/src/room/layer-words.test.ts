// SPDX-License-Identifier: Apache-2.0
// The layer and its reason, as the panel says them.

import { expect, it } from 'vitest';
import { layerWords } from './layer-words.ts';

it('says what is taken and why', () => {
  expect(layerWords(undefined)).toBe('');
  expect(layerWords({ kind: 'video', spatial: 2, temporal: 1, reason: 'best' })).toBe('size layer 3, rate layer 2 (as good as the tile can show)');
  expect(layerWords({ kind: 'still', spatial: -1, temporal: -1, reason: 'bandwidth' })).toBe('a still every few seconds (your connection has no room for more)');
  expect(layerWords({ kind: 'paused', spatial: -1, temporal: -1, reason: 'audio-only' })).toContain('sound alone');
});
