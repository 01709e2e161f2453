// SPDX-License-Identifier: Apache-2.0
// Importing the package on a server touches nothing that only a browser has.

import { expect, test } from 'vitest';

test('every entry point loads without a window', async () => {
  const engine = await import('./index.js');
  const background = await import('./background/index.js');
  const codecs = await import('./codecs/index.js');
  const recorder = await import('./recorder/index.js');
  const element = await import('./element/index.js');
  const audio = await import('./audio/index.js');
  expect(typeof engine.joinRoom).toBe('function');
  expect(typeof background.BackgroundProcessor.create).toBe('function');
  expect(typeof element.TesseraRoomElement).toBe('function');
  expect(typeof codecs.VideoEncoder).toBe('function');
  await expect(recorder.Recorder.start(null as never)).rejects.toMatchObject({ code: 'option-invalid' });
  expect(await recorder.listRecordings()).toEqual([]);
  await expect(audio.AudioMixer.create()).rejects.toMatchObject({ name: 'AudioError', code: 'unsupported' });
  const media = new engine.LocalMedia();
  expect(media.camera).toBeNull();
  media.close();
});

test('wrong options are refused before anything is opened', async () => {
  const { joinRoom, enterLobby, OptionError, AbortedError } = await import('./index.js');
  const url = 'https://meet.example';
  await expect(joinRoom({ url, room: 'not a name' })).rejects.toBeInstanceOf(OptionError);
  await expect(joinRoom({ url, room: 'standup', name: '' })).rejects.toBeInstanceOf(OptionError);
  await expect(enterLobby({ url: 'mailto:x', room: 'standup' })).rejects.toBeInstanceOf(OptionError);
  await expect(joinRoom({ url, room: 'standup', token: '' })).rejects.toBeInstanceOf(OptionError);
  await expect(joinRoom({ url, room: 'standup', signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortedError);
});
