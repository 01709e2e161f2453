// SPDX-License-Identifier: Apache-2.0
// Sizes and rates of what is sent, and what the flags of its frames say.

import { expect, test } from 'vitest';
import type { EncodedLayer } from '../codecs/index.js';
import { encoderConfig, layersOf, LayerSplitter } from './uplink-layers.js';

test('large cameras are sent at 640x360 in two sizes, small ones as they are in one', () => {
  const large = encoderConfig(1280, 720, 'camera');
  expect(large).toMatchObject({ width: 640, height: 360, scalabilityMode: 'L2T3' });
  expect(layersOf(large).map(({ width, frameRate }) => [width, frameRate])).toEqual([[320, 7.5], [320, 15], [320, 30], [640, 7.5], [640, 15], [640, 30]]);
  expect(layersOf(large).at(-1)!.bitrate).toBe(large.bitrate);
  const small = encoderConfig(320, 180, 'camera', 'vp9', 120_000);
  expect(small).toMatchObject({ width: 320, height: 180, scalabilityMode: 'L1T3', bitrate: 120_000 });
  expect(layersOf(small)).toHaveLength(3);
  expect(encoderConfig(1920, 1080, 'screen')).toMatchObject({ width: 1280, height: 720 });
  expect(encoderConfig(360, 640, 'camera')).toMatchObject({ width: 360, height: 640 });
});

test('VP8 is sent in one size and three rates', () => {
  const config = encoderConfig(1280, 720, 'camera', 'vp8');
  expect(config).toMatchObject({ codec: 'vp8', width: 640, height: 360, scalabilityMode: 'L1T3' });
  expect(layersOf(config).map(({ spatial, temporal, width, frameRate }) => [spatial, temporal, width, frameRate])).toEqual([[0, 0, 640, 7.5], [0, 1, 640, 15], [0, 2, 640, 30]]);
});

const frame = (id: number, spatialIndex: number, temporalIndex: number, dependencies: number[], byteLength: number): EncodedLayer => ({
  id, spatialIndex, temporalIndex, dependencies, byteLength, isKey: dependencies.length === 0, isReference: temporalIndex < 2, width: 1, height: 1,
});

test('a picture is taken apart into its layers, with what each needs', () => {
  const splitter = new LayerSplitter();
  const flags = (data: Uint8Array<ArrayBuffer>, key: boolean, layers: EncodedLayer[]) =>
    splitter.split(data, key, { layers }).map((it) => [it.spatial, it.temporal, it.key, it.switching, it.unreferenced, [...it.data].join('')]);
  expect(flags(new Uint8Array([1, 1, 2, 2, 2, 9]), true, [frame(0, 0, 0, [], 2), frame(1, 1, 0, [0], 3)])).toEqual([
    [0, 0, true, false, false, '11'],
    [1, 0, true, false, false, '222'],
  ]);
  expect(flags(new Uint8Array([1, 2, 9]), false, [frame(2, 0, 2, [0], 1), frame(3, 1, 2, [1, 2], 1)])).toEqual([
    [0, 2, false, true, true, '1'],
    [1, 2, false, true, true, '2'],
  ]);
  expect(flags(new Uint8Array([1]), false, [frame(4, 0, 1, [0], 1)])).toEqual([[0, 1, false, true, false, '1']]);
  // A second of its layer that refers to the first is none to switch at.
  expect(flags(new Uint8Array([1]), false, [frame(5, 0, 1, [4], 1)])).toEqual([[0, 1, false, false, false, '1']]);
});

test("of a browser's encoder the whole chunk is one layer", () => {
  const splitter = new LayerSplitter();
  const data = new Uint8Array([5, 6]);
  expect(splitter.split(data, true, {})).toEqual([{ spatial: 0, temporal: 0, key: true, switching: false, unreferenced: false, data }]);
  expect(splitter.split(data, false, { svc: { temporalLayerId: 1, spatialLayerId: 0 } })[0]).toMatchObject({ temporal: 1, switching: true, unreferenced: false });
});
