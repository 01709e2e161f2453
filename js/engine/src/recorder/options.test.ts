// SPDX-License-Identifier: Apache-2.0
// What a recording refuses to be told, and what pictures of other sizes become.

import { expect, test } from 'vitest';
import { OptionError } from '../errors.js';
import { placed, recordingSize } from './fit.js';
import { type RecorderOptions, settingsOf } from './options.js';
import { codecString } from './video-lane.js';

test.each<[string, RecorderOptions]>([
  ['target', { target: {} as WritableStream }],
  ['name', { name: '../../etc/passwd' }],
  ['name', { name: '.hidden' }],
  ['videoCodec', { videoCodec: 'h264' as 'vp8' }],
  ['prefer', { prefer: 'fast' as 'wasm' }],
  ['videoBitsPerSecond', { videoBitsPerSecond: 10 }],
  ['audioBitsPerSecond', { audioBitsPerSecond: Number.NaN }],
  ['videoKeyFrameIntervalDuration', { videoKeyFrameIntervalDuration: 0 }],
])('%s is refused: %o', (option, options) => {
  expect(() => settingsOf(options)).toThrow(OptionError);
  expect(() => settingsOf(options)).toThrow(option);
});

test('a stream that somebody writes to is refused', () => {
  const target = new WritableStream();
  target.getWriter();
  expect(() => settingsOf({ target })).toThrow(/target/);
});

test('names end in .webm', () => {
  expect(settingsOf({ name: 'stand-up' }).name).toBe('stand-up.webm');
  expect(settingsOf({ name: 'Stand-up.WebM' }).name).toBe('Stand-up.WebM');
  expect(settingsOf().name).toMatch(/^recording-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d\.webm$/);
});

test('sizes are even and within what the codecs take; other pictures lie whole in the middle', () => {
  expect(recordingSize({ width: 1281, height: 719 })).toEqual({ width: 1280, height: 718 });
  expect(recordingSize({ width: 7680, height: 4320 })).toEqual({ width: 4096, height: 2304 });
  expect(recordingSize({ width: 3, height: 900 })).toEqual({ width: 16, height: 900 });
  expect(placed({ width: 360, height: 640 }, { width: 640, height: 360 })).toEqual({ x: 218.75, y: 0, width: 202.5, height: 360 });
});

test('the codec string states the level that the size needs', () => {
  expect(codecString('vp8', { width: 640, height: 360 }, 30)).toBe('vp8');
  expect(codecString('vp9', { width: 640, height: 360 }, 30)).toBe('vp09.00.21.08');
  expect(codecString('vp9', { width: 1280, height: 720 }, 30)).toBe('vp09.00.31.08');
  expect(codecString('vp9', { width: 1920, height: 1080 }, 30)).toBe('vp09.00.40.08');
  expect(codecString('vp9', { width: 3840, height: 2160 }, 60)).toBe('vp09.00.51.08');
});
