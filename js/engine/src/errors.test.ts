// SPDX-License-Identifier: Apache-2.0
// Errors: codes, messages that say what to do, and option checks.

import { expect, test } from 'vitest';
import { AbortedError, MediaError, OptionError, TesseraError, mediaError, roomError } from './errors.js';
import { abortable, requireName, requireRoomName, requireServerUrl } from './options.js';
import { checkData, kMaxDataBytes } from './rooms/data.js';

test('a capture failure keeps its code and its cause, and says what to do', () => {
  const error = mediaError('camera', { code: 'device-in-use', name: 'NotReadableError', message: 'Could not start video source' });
  expect(error).toBeInstanceOf(MediaError);
  expect(error).toBeInstanceOf(TesseraError);
  expect(error.code).toBe('device-in-use');
  expect(error.message).toContain('Close that and try again');
  expect((error.cause as Error).name).toBe('NotReadableError');
});

test('a cancelled screen picker reads differently from a denied camera', () => {
  expect(mediaError('screen', { code: 'permission-denied' }).message).toContain('cancelled');
  expect(mediaError('camera', { code: 'permission-denied' }).message).toContain('site settings');
});

test('an unknown rejection becomes "unsupported" rather than an undocumented code', () => {
  expect(mediaError('microphone', new TypeError('odd')).code).toBe('unsupported');
});

test('a code of the server without advice of ours keeps the server’s words', () => {
  expect(roomError('participant-away', 'Ben is away.')).toMatchObject({ code: 'participant-away', message: 'Ben is away.' });
});

test.each(['', 'a b', 'ä', 'x'.repeat(65), 7, undefined])('room name %j is refused', (name) => {
  expect(() => requireRoomName(name)).toThrow(OptionError);
});

test.each(['', '   ', 'a\nb', 'x'.repeat(65)])('participant name %j is refused', (name) => {
  expect(() => requireName(name)).toThrow(OptionError);
});

test('names and addresses that are fine pass', () => {
  expect(requireName('Ana 🎉')).toBe('Ana 🎉');
  expect(requireServerUrl('https://meet.example/x').origin).toBe('https://meet.example');
});

test.each(['ftp://meet.example', 'not an address', undefined, 'javascript:1'])('address %j is refused', (url) => {
  expect(() => requireServerUrl(url)).toThrow(OptionError);
});

test('abortable rejects at once and discards what still comes', async () => {
  const controller = new AbortController();
  const discarded: number[] = [];
  let finish!: (value: number) => void;
  const result = abortable(new Promise<number>((resolve) => (finish = resolve)), controller.signal, (value) => discarded.push(value));
  controller.abort('why');
  await expect(result).rejects.toBeInstanceOf(AbortedError);
  finish(7);
  await Promise.resolve();
  await Promise.resolve();
  expect(discarded).toEqual([7]);
});

test('data is measured in bytes of UTF-8', () => {
  expect(checkData('ä'.repeat(kMaxDataBytes / 2), {}).payload).toHaveLength(kMaxDataBytes / 2);
  expect(() => checkData('ä'.repeat(kMaxDataBytes / 2 + 1), {})).toThrow(expect.objectContaining({ code: 'data-too-large' }));
});

test('a view of a buffer sends only what it views', () => {
  const view = new Uint16Array(new Uint8Array([1, 2, 3, 4]).buffer, 2);
  expect([...(checkData(view, {}).payload as Uint8Array)]).toEqual([3, 4]);
});

test.each([[{}], [null], [5]])('data %j is refused', (data) => {
  expect(() => checkData(data as unknown as string, {})).toThrow(OptionError);
});
