// SPDX-License-Identifier: Apache-2.0
// Codec strings and configurations: valid, supported, and translated into the modules' settings.

import { describe, expect, test } from 'vitest';
import { audioSettings, supportsVideoDecoder, videoCodec, videoSettings } from './config.js';
import { readAudioDecoderConfig, readAudioEncoderConfig, readVideoDecoderConfig, readVideoEncoderConfig } from './validity.js';

describe('codec strings', () => {
  test.each([
    ['vp8', 'vp8'],
    ['vp09.00.31.08', 'vp9'],
    ['vp09.00.10.08.01.01.01.01.00', 'vp9'],
    ['vp09.02.10.10', null],
    ['vp09.01.10.08', null],
    ['vp09.00.99.08', null],
    ['vp09.00.31.08.03', null],
    ['vp9', null],
    ['avc1.42001f', null],
    ['VP8', null],
  ])('%s is %s', (codec, expected) => expect(videoCodec(codec)).toBe(expected));
});

describe('video encoder configurations', () => {
  const config = { codec: 'vp8', width: 640, height: 360 };
  test('invalid ones throw', () => {
    for (const wrong of [{ codec: '' }, { codec: ' ' }, { width: 0 }, { height: -1 }, { width: NaN }, { bitrate: 0 }, { framerate: -5 }, { displayWidth: 0 }, { alpha: 'some' }, { maxQueue: 0 }]) {
      expect(() => readVideoEncoderConfig({ ...config, ...(wrong as object) })).toThrow(TypeError);
    }
    expect(() => readVideoEncoderConfig(undefined as never)).toThrow(TypeError);
    expect(() => readVideoEncoderConfig('vp8' as never)).toThrow(TypeError);
  });
  test('a copy holds what is known, converted, and the defaults', () => {
    const given = { ...config, width: 640.7, framerate: '25' as never, prefer: 'native' as const, surprise: 1 };
    expect(readVideoEncoderConfig(given)).toEqual({
      codec: 'vp8', width: 640, height: 360, framerate: 25, prefer: 'native',
      hardwareAcceleration: 'no-preference', alpha: 'discard', bitrateMode: 'variable', latencyMode: 'quality',
    });
  });
  test('unsupported ones give no settings', () => {
    for (const wrong of [
      { codec: 'avc1.42001f' },
      { width: 8 },
      { height: 5000 },
      { scalabilityMode: 'L2T1' },
      { scalabilityMode: 'L4T1' },
      { alpha: 'keep' as const },
      { hardwareAcceleration: 'prefer-hardware' as const },
    ]) {
      expect(videoSettings({ ...config, ...wrong })).toBeNull();
    }
  });
  test('layers are taken, and defaults filled in', () => {
    expect(videoSettings({ ...config, codec: 'vp09.00.31.08', scalabilityMode: 'L3T3_KEY', bitrate: 5e5, framerate: 15 })).toMatchObject({
      codec: 'vp9', bitrate: 5e5, framerate: 15, scalabilityMode: 'L3T3_KEY', content: 'camera',
    });
    expect(videoSettings({ ...config, scalabilityMode: 'S3T2', contentHint: 'text' })).toMatchObject({ codec: 'vp8', content: 'screen', framerate: 30 });
    expect(videoSettings(config)!.bitrate).toBeCloseTo(345_600);
  });
});

test('video decoder configurations', () => {
  for (const wrong of [{ codedWidth: 10 }, { codedWidth: 0, codedHeight: 1 }, { displayAspectWidth: 4 }, { displayAspectWidth: 4, displayAspectHeight: 0 }, { maxSpatialLayer: 8 }]) {
    expect(() => readVideoDecoderConfig({ codec: 'vp8', ...wrong })).toThrow(TypeError);
  }
  expect(readVideoDecoderConfig({ codec: 'vp8', colorSpace: { matrix: 'bt709', fullRange: null } })).toMatchObject({ codec: 'vp8', colorSpace: { matrix: 'bt709', fullRange: null } });
  expect(supportsVideoDecoder({ codec: 'vp8' })).toBe(true);
  expect(supportsVideoDecoder({ codec: 'av01.0.04M.08' })).toBe(false);
});

test('audio encoder configurations', () => {
  const config = { codec: 'opus', sampleRate: 48_000, numberOfChannels: 2 };
  expect(audioSettings(config)).toMatchObject({ channels: 2, bitrate: 64_000, frameMicros: 20_000, dredMs: 0, inBandFec: false });
  expect(audioSettings({ ...config, bitrateMode: 'constant', opus: { frameDuration: 2500, useinbandfec: true, packetlossperc: 10, usedtx: true, dredDuration: 500 } })).toMatchObject({
    frameMicros: 2500, inBandFec: true, expectedLossPercent: 10, dtx: true, constantRate: true, dredMs: 500,
  });
  for (const wrong of [{ codec: 'mp4a.40.2' }, { sampleRate: 44_100 }, { numberOfChannels: 3 }, { bitrate: 1000 }]) expect(audioSettings({ ...config, ...wrong })).toBeNull();
  expect(() => readAudioEncoderConfig({ ...config, sampleRate: 0 })).toThrow(TypeError);
  expect(() => readAudioEncoderConfig({ ...config, opus: { frameDuration: 15_000 } })).toThrow(TypeError);
  expect(() => readAudioEncoderConfig({ ...config, opus: { packetlossperc: 101 } })).toThrow(TypeError);
  expect(() => readAudioEncoderConfig({ ...config, opus: { dredDuration: 2000 } })).toThrow(TypeError);
  expect(() => readAudioDecoderConfig({ ...config, numberOfChannels: 0 })).toThrow(TypeError);
  expect(readAudioDecoderConfig({ ...config, deepConcealment: true })).toEqual({ ...config, deepConcealment: true });
});
