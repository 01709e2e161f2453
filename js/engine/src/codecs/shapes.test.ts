// SPDX-License-Identifier: Apache-2.0
// The data classes as they are where the browser has none, which is so in Node.js too.

import { expect, test } from 'vitest';
import { AudioData, EncodedAudioChunk, EncodedVideoChunk, VideoFrame } from './shapes.js';

test.each([['EncodedVideoChunk', EncodedVideoChunk], ['EncodedAudioChunk', EncodedAudioChunk]] as const)('%s', (_, Chunk) => {
  const data = new Uint8Array([9, 1, 2, 3, 9]);
  const chunk = new Chunk({ type: 'key', timestamp: -5.7, duration: 20, data: data.subarray(1, 4) });
  data.fill(0);
  expect([chunk.type, chunk.timestamp, chunk.duration, chunk.byteLength]).toEqual(['key', -5, 20, 3]);
  const out = new Uint8Array(4);
  chunk.copyTo(new DataView(out.buffer));
  expect([...out]).toEqual([1, 2, 3, 0]);
  expect(() => chunk.copyTo(new ArrayBuffer(2))).toThrow(TypeError);
  expect(new Chunk({ type: 'delta', timestamp: 0, data: new ArrayBuffer(0) }).duration).toBeNull();
  for (const wrong of [undefined, {}, { type: 'other', timestamp: 0, data }, { type: 'key', timestamp: NaN, data }, { type: 'key', timestamp: 0, duration: -1, data }, { type: 'key', timestamp: 0 }]) {
    expect(() => new Chunk(wrong as never)).toThrow(TypeError);
  }
  const given = new Uint8Array([4, 5]).buffer;
  expect(new Chunk({ type: 'key', timestamp: 0, data: given, transfer: [given] } as EncodedVideoChunkInit).byteLength).toBe(2);
  expect(given.byteLength).toBe(0);
});

test('AudioData is cut, split into planes and converted to floats', () => {
  const data = new AudioData({ format: 's16', sampleRate: 48_000, numberOfFrames: 3, numberOfChannels: 2, timestamp: 7, data: new Int16Array([0, 16_384, -32_768, 8192, 3, -16_384]) });
  expect([data.duration, data.allocationSize({ planeIndex: 0 }), data.allocationSize({ planeIndex: 1, format: 'f32-planar', frameOffset: 1 })]).toEqual([63, 12, 8]);
  const right = new Float32Array(3);
  data.copyTo(right, { planeIndex: 1, format: 'f32-planar' });
  expect([...right]).toEqual([0.5, 0.25, -0.5]);
  const same = new Int16Array(4);
  data.copyTo(same, { planeIndex: 0, frameOffset: 1 });
  expect([...same]).toEqual([-32_768, 8192, 3, -16_384]);
  expect(() => data.copyTo(new Float32Array(1), { planeIndex: 0, format: 'f32' })).toThrow(RangeError);
  expect(() => data.copyTo(new Float32Array(9), { planeIndex: 2, format: 'f32-planar' })).toThrow(RangeError);
  expect(() => data.copyTo(new Int16Array(9), { planeIndex: 0, format: 's16-planar' })).toThrow(expect.objectContaining({ name: 'NotSupportedError' }));
  const copy = data.clone();
  data.close();
  expect([data.format, data.numberOfFrames, data.duration, copy.numberOfFrames]).toEqual([null, 0, 0, 3]);
  expect(() => data.clone()).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  expect(() => data.copyTo(same, { planeIndex: 0 })).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  for (const wrong of [{ format: 's24' }, { sampleRate: 0 }, { numberOfFrames: 0 }, { data: new Int16Array(1) }]) {
    expect(() => new AudioData({ format: 's16', sampleRate: 8000, numberOfFrames: 2, numberOfChannels: 1, timestamp: 0, data: new Int16Array(2), ...wrong } as never)).toThrow(TypeError);
  }
});

test('VideoFrame holds I420, whatever its strides were', async () => {
  const bytes = new Uint8Array([1, 2, 0, 3, 4, 0, 5, 6]);
  const frame = new VideoFrame(bytes, { format: 'I420', codedWidth: 2, codedHeight: 2, timestamp: 3, duration: 4, layout: [{ offset: 0, stride: 3 }, { offset: 6, stride: 1 }, { offset: 7, stride: 1 }] });
  const out = new Uint8Array(frame.allocationSize());
  expect(await frame.copyTo(out)).toEqual([{ offset: 0, stride: 2 }, { offset: 4, stride: 1 }, { offset: 5, stride: 1 }]);
  expect([...out]).toEqual([1, 2, 3, 4, 5, 6]);
  const copy = frame.clone();
  frame.close();
  expect([frame.format, frame.codedWidth, frame.displayHeight, copy.codedWidth, copy.timestamp, copy.duration]).toEqual([null, 0, 0, 2, 3, 4]);
  expect(() => frame.clone()).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  expect(() => new VideoFrame(bytes, { format: 'NV12', codedWidth: 2, codedHeight: 2, timestamp: 0 })).toThrow(TypeError);
});
