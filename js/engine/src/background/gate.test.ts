// SPDX-License-Identifier: Apache-2.0
// The gate fails closed: whatever goes wrong, no frame that was not processed leaves while a background is asked for.
import { describe, expect, test } from 'vitest';
import { WorkerFailure } from './failure.js';
import { type FrameProcessor, Gate, kTolerated } from './gate.js';
import type { EffectRequest } from './options.js';

class FakeFrame {
  closed = false;
  constructor(readonly raw = true) {}
  close(): void {
    this.closed = true;
  }
}

const blur: EffectRequest = { kind: 'blur', strength: 0.5, portraitLight: 0, autoFraming: false };
const image: EffectRequest = { kind: 'image', image: 'https://a.example/', fit: 'cover', lightWrap: 0, portraitLight: 0, autoFraming: false };
const stages = { input: 1, segmentation: 2, drawing: 3, output: 4 };

function setUp(processor: Partial<FrameProcessor> = {}, load: () => Promise<void> = async () => undefined) {
  const gate = new Gate(async () => {
    await load();
    return {
      apply: async () => undefined,
      setDetail: async () => undefined,
      process: async () => ({ frame: new FakeFrame(false) as unknown as VideoFrame, segmentationMs: 2, stages }),
      ...processor,
    };
  }, { wasm: '', model: '' }, 30);
  /** What comes of one camera frame; checks that the frame is closed or handed on. */
  const pass = async (): Promise<'raw' | 'processed' | null> => {
    const frame = new FakeFrame();
    const given = (await gate.pass(frame as unknown as VideoFrame)) as unknown as FakeFrame | null;
    expect(frame.closed).toBe(given !== frame);
    expect(given?.closed ?? false).toBe(false);
    return given === null ? null : given.raw ? 'raw' : 'processed';
  };
  return { gate, pass };
}

describe('Gate', () => {
  test('nothing leaves before the first background; raw frames only without one', async () => {
    const { gate, pass } = setUp();
    expect(await pass()).toBe(null);
    await gate.update({ kind: 'none' });
    expect(await pass()).toBe('raw');
    await gate.update(blur);
    expect(await pass()).toBe('processed');
    await gate.update({ kind: 'none' });
    expect(await pass()).toBe('raw');
  });

  test('nothing raw leaves while the first effect loads, nor while the page makes one ready', async () => {
    let loaded = (): void => undefined;
    const { gate, pass } = setUp({}, () => new Promise<void>((resolve) => { loaded = resolve; }));
    await gate.update({ kind: 'none' });
    gate.hold();
    expect(await pass()).toBe(null);
    gate.resume();
    expect(await pass()).toBe('raw');
    gate.hold();
    const update = gate.update(blur);
    gate.resume();
    await Promise.resolve();
    expect(await pass()).toBe(null);
    loaded();
    await update;
    expect(await pass()).toBe('processed');
  });

  test('a background that cannot be had leaves the old one; any other failure shuts the gate for good', async () => {
    let failure = new WorkerFailure('option-invalid', 'no such picture', 'background.image');
    const { gate, pass } = setUp({ apply: async (background) => { if (background.kind === 'image') throw failure; } });
    await gate.update({ kind: 'none' });
    await expect(gate.update(image)).rejects.toThrow('no such picture');
    expect(await pass()).toBe('raw');
    await gate.update(blur);
    await expect(gate.update(image)).rejects.toThrow('no such picture');
    expect(await pass()).toBe('processed');
    failure = new WorkerFailure('background-failed', 'out of memory');
    await expect(gate.update(image)).rejects.toThrow('out of memory');
    expect(await pass()).toBe(null);
    await expect(gate.update({ kind: 'none' })).rejects.toMatchObject({ code: 'background-failed' });
    expect(await pass()).toBe(null);
  });

  test('a few odd frames are dropped, too many break it', async () => {
    let odd = true;
    const { gate, pass } = setUp({ process: async () => {
      if (odd) throw new Error('odd frame');
      return { frame: new FakeFrame(false) as unknown as VideoFrame, segmentationMs: null, stages };
    } });
    await gate.update(blur);
    for (let i = 0; i < kTolerated - 1; i++) expect(await pass()).toBe(null);
    odd = false;
    expect(await pass()).toBe('processed');
    odd = true;
    for (let i = 0; i < kTolerated - 1; i++) expect(await pass()).toBe(null);
    await expect(pass()).rejects.toThrow('odd frame');
    odd = false;
    expect(await pass()).toBe(null);
  });

  test('a trap in the module, such as exhausted memory, breaks it at once', async () => {
    const { gate, pass } = setUp({ process: async () => { throw new WebAssembly.RuntimeError('unreachable'); } });
    await gate.update(blur);
    await expect(pass()).rejects.toThrow('unreachable');
    expect(await pass()).toBe(null);
  });

  test('a frame that was under way when the gate shut does not leave', async () => {
    let finish = (): void => undefined;
    const processed = new FakeFrame(false);
    const { gate } = setUp({ process: async () => {
      await new Promise<void>((resolve) => { finish = resolve; });
      return { frame: processed as unknown as VideoFrame, segmentationMs: null, stages };
    } });
    await gate.update(blur);
    const frame = new FakeFrame();
    const passing = gate.pass(frame as unknown as VideoFrame);
    await new Promise((resolve) => setTimeout(resolve));
    gate.shut();
    finish();
    expect(await passing).toBe(null);
    expect([frame.closed, processed.closed]).toEqual([true, true]);
  });

  test('averages of a second, stage by stage', async () => {
    const { gate, pass } = setUp();
    expect(gate.second()).toBe(null);
    await gate.update(blur);
    await pass();
    await pass();
    expect(gate.second()).toMatchObject({ segmentationMs: 2, level: 0, stages });
    expect(gate.second()).toBe(null);
  });
});
