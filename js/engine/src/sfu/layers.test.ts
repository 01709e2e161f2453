// SPDX-License-Identifier: Apache-2.0
// What cameras and screens are offered in.

import { expect, test } from 'vitest';
import { cameraLayerCount, offeredLayers, validLayers } from './layers.js';

test('a camera has as many layers as browsers encode of its size, each half of the next', () => {
  expect([cameraLayerCount(1280, 720), cameraLayerCount(960, 540), cameraLayerCount(640, 360), cameraLayerCount(320, 180)]).toEqual([3, 3, 2, 1]);
  const layers = offeredLayers('camera', 960, 540, 10).filter(({ temporal }) => temporal === 1);
  expect(layers.map(({ spatial, width, height }) => [spatial, width, height])).toEqual([[0, 240, 135], [1, 480, 270], [2, 960, 540]]);
});

test('a screen has layers of frame rate only; bitrates rise with size and rate', () => {
  const screen = offeredLayers('screen', 1920, 1080, 15);
  expect(screen.map(({ spatial, height, frameRate }) => [spatial, height, frameRate])).toEqual([[0, 1080, 3.75], [0, 1080, 7.5], [0, 1080, 15]]);
  for (const layers of [screen, offeredLayers('camera', 1280, 720, 30)]) {
    const rates = layers.filter(({ spatial }) => spatial === layers[0]!.spatial).map(({ bitrate }) => bitrate);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
    expect(rates[0]).toBeGreaterThan(20_000);
  }
});

test('what others say of their layers is believed if it can be', () => {
  const layers = offeredLayers('camera', 960, 540, 10);
  expect(validLayers(layers)).toBe(true);
  expect(validLayers(offeredLayers('screen', 1920, 1080, 30))).toBe(true);
  for (const nonsense of [null, {}, [], [null], [...layers, layers[0]], [{ ...layers[0], spatial: 4 }], [{ ...layers[0], height: '9' }], [{ ...layers[0], bitrate: Number.NaN }], Array(13).fill(layers[0])]) {
    expect(validLayers(nonsense)).toBe(false);
  }
});
