// SPDX-License-Identifier: Apache-2.0
// The camera fails closed: with an effect asked for, the raw track is never what is published.

import { describe, expect, test, vi } from 'vitest';
import type { BackgroundProcessor } from '../background/index.js';
import { Camera } from './camera.js';

class FakeTrack extends EventTarget {
  stopped = false;
  stop = () => (this.stopped = true);
}

class FakeProcessor extends EventTarget {
  track = new FakeTrack();
  closed = false;
  update = vi.fn(async () => undefined);
  close = () => (this.closed = true);
}

const blur = { kind: 'blur', strength: 0.5 } as const;

function setUp(create: () => Promise<FakeProcessor>) {
  const raw = new FakeTrack();
  const published: unknown[] = [];
  const hooks = { changed: vi.fn(() => published.push(camera.published)), failed: vi.fn(), ended: vi.fn() };
  const camera: Camera = new Camera(raw as unknown as MediaStreamTrack, create as unknown as (track: MediaStreamTrack) => Promise<BackgroundProcessor>, hooks);
  return { raw, camera, hooks, published };
}

describe('camera', () => {
  test('without an effect publishes the raw track', () => {
    const { raw, camera } = setUp(() => Promise.reject(new Error('not asked for')));
    expect(camera.published).toBe(raw);
  });

  test('publishes nothing while an effect starts, then the processed track', async () => {
    const processor = new FakeProcessor();
    const { raw, camera, published } = setUp(async () => processor);
    await camera.setBackground(blur);
    expect(published).toEqual([null, processor.track]);
    expect(published).not.toContain(raw);
  });

  test('publishes nothing when an effect cannot start', async () => {
    const { camera, published } = setUp(() => Promise.reject(new Error('no worker')));
    await expect(camera.setBackground(blur)).rejects.toMatchObject({ code: 'background-failed' });
    expect(camera.published).toBeNull();
    expect(published).toEqual([null]);
  });

  test('publishes nothing when a running effect dies, until none is asked for', async () => {
    const processor = new FakeProcessor();
    const { raw, camera, hooks } = setUp(async () => processor);
    await camera.setBackground(blur);
    processor.dispatchEvent(Object.assign(new Event('error'), { error: new Error('worker gone') }));
    expect(camera.published).toBeNull();
    expect(processor.closed).toBe(true);
    expect(hooks.failed).toHaveBeenCalledWith(expect.objectContaining({ code: 'background-failed' }));
    await camera.setBackground({ kind: 'none' });
    expect(camera.published).toBe(raw);
  });

  test('a refused update leaves the running effect running', async () => {
    const processor = new FakeProcessor();
    const { camera } = setUp(async () => processor);
    await camera.setBackground(blur);
    processor.update.mockRejectedValueOnce(new Error('bad picture'));
    await expect(camera.setBackground({ kind: 'color', color: '#000000' })).rejects.toMatchObject({ code: 'background-failed' });
    expect(camera.published).toBe(processor.track);
    expect(camera.background).toEqual(blur);
  });

  test('closed while an effect starts, closes it when it comes', async () => {
    const processor = new FakeProcessor();
    let finish!: (value: FakeProcessor) => void;
    const { raw, camera } = setUp(() => new Promise((resolve) => (finish = resolve)));
    const starting = camera.setBackground(blur);
    camera.close();
    finish(processor);
    await starting;
    expect(processor.closed).toBe(true);
    expect(raw.stopped).toBe(true);
    expect(camera.published).toBeNull();
  });

  test('an unplugged device closes it and is told', async () => {
    const processor = new FakeProcessor();
    const { raw, camera, hooks } = setUp(async () => processor);
    await camera.setBackground(blur);
    raw.dispatchEvent(new Event('ended'));
    expect(hooks.ended).toHaveBeenCalledOnce();
    expect(processor.closed).toBe(true);
    expect(camera.published).toBeNull();
  });
});
