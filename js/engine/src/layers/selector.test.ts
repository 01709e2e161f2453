// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { OptionError, TesseraError } from '../errors.js';
import { layersModuleFromDisk } from '../testing/layers-module.js';
import { SenderDemand } from './demand.js';
import type { LayerChoice } from './events.js';
import type { LayersModule } from './layers-module.js';
import type { LayerSelectorOptions, VideoLayer } from './options.js';
import { LayerSelector } from './selector.js';

const layers: VideoLayer[] = [0, 1, 2].flatMap((spatial) =>
  [0, 1].map((temporal) => ({ spatial, temporal, width: 320 << spatial, height: 180 << spatial, frameRate: temporal ? 30 : 15, bitrate: [150, 500, 1500][spatial]! * 1000 * (temporal ? 1 : 0.6) })));

let module: LayersModule;
beforeAll(async () => {
  module = await layersModuleFromDisk();
});

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
  vi.useRealTimers();
});

function create(options: LayerSelectorOptions = {}): { selector: LayerSelector; events: (readonly LayerChoice[])[]; settled: () => Promise<void> } {
  const selector = LayerSelector.withModule(module, options);
  open.push(selector);
  const events: (readonly LayerChoice[])[] = [];
  selector.addEventListener('selection', ({ choices }) => events.push(choices));
  return { selector, events, settled: () => new Promise((resolve) => { queueMicrotask(() => queueMicrotask(resolve)); }) };
}

describe('LayerSelector', () => {
  test('a video of a codec that was not told of can be changed', async () => {
    const { selector, settled } = create();
    selector.add({ id: 'ana', layers });
    selector.update('ana', { pinned: true });
    selector.update('ana', { role: 'speaker' });
    selector.setTile('ana', { width: 320, height: 180 });
    await settled();
    expect(selector.choices).toMatchObject([{ id: 'ana', kind: 'video' }]);
  });

  test('changes of one moment are decided on together, at once', async () => {
    const { selector, events, settled } = create();
    selector.add({ id: 'ana', layers });
    selector.setTile('ana', { width: 320, height: 180 });
    selector.add({ id: 'ben', layers, role: 'speaker' });
    selector.setTile('ben', { width: 640, height: 360 });
    await settled();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject([
      { id: 'ana', kind: 'video', spatial: 0, temporal: 1, reason: 'best' },
      { id: 'ben', kind: 'video', spatial: 1, temporal: 1, reason: 'best' },
    ]);
    selector.setTile('ana', { width: 1280, height: 720 });
    await settled();
    expect(events[1]).toMatchObject([{ id: 'ana', spatial: 2, temporal: 1 }]);
    selector.update('ben', { pinned: true });
    expect(selector.choices).toHaveLength(2);
  });

  test('what the server says of the downlink bounds the choices', async () => {
    const { selector, settled } = create();
    for (const id of ['ana', 'ben', 'eva']) {
      selector.add({ id, layers, pinned: id === 'ana' });
      selector.setTile(id, { width: 1280, height: 720 });
    }
    selector.downlink({ bitsPerSecond: 1_000_000, confidence: 1 });
    await settled();
    const bits = selector.choices.reduce((sum, { bitrate }) => sum + bitrate, 0);
    expect(bits).toBeLessThanOrEqual(952_000);
    expect(bits).toBeGreaterThan(500_000);
    const [ana, ben] = selector.choices;
    expect(ana!.bitrate).toBeGreaterThan(ben!.bitrate);
    expect(ana!.reason).toBe('bandwidth');
    expect(selector.estimate.bitsPerSecond).toBe(1_000_000);
    selector.downlink(null);
    await settled();
    expect(selector.estimate.bitsPerSecond).toBeGreaterThan(1_000_000);
  });

  test('a removed or hidden video takes nothing', async () => {
    const { selector, events, settled } = create();
    selector.add({ id: 'ana', layers });
    selector.setTile('ana', { width: 640, height: 360 });
    await settled();
    selector.setTile('ana', { width: 640, height: 360, visible: false });
    await settled();
    expect(events.at(-1)).toMatchObject([{ id: 'ana', kind: 'paused', spatial: -1, temporal: -1, reason: 'hidden' }]);
    selector.remove('ana');
    await settled();
    expect(selector.choices).toEqual([]);
  });

  test('statistics of a link that breaks down lower what is taken', async () => {
    const { selector, settled } = create();
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    selector.add({ id: 'ana', layers });
    selector.setTile('ana', { width: 1280, height: 720 });
    await settled();
    const counters = { audio: 0, frames: 0, bytes: 0 };
    const tick = (share: number) => {
      now += 100;
      counters.audio += 5 * share;
      counters.frames += 3 * share;
      counters.bytes += 18_750 * share;
      const report = new Map<string, unknown>([
        ['a', { type: 'inbound-rtp', kind: 'audio', packetsReceived: Math.floor(counters.audio), bytesReceived: Math.floor(counters.audio) * 100, jitter: 0.002 }],
        ['v', { type: 'inbound-rtp', kind: 'video', mid: '1', packetsReceived: Math.floor(counters.bytes / 1100), bytesReceived: Math.floor(counters.bytes), framesReceived: Math.floor(counters.frames), framesDecoded: Math.floor(counters.frames) }],
        ['other', { type: 'candidate-pair' }],
      ]);
      selector.statistics(report, ({ mid }) => (mid === '1' ? 'ana' : null));
    };
    for (let i = 0; i < 40; i++) tick(1);
    expect(selector.choices[0]).toMatchObject({ spatial: 2 });
    expect(selector.estimate.calm).toBe(true);
    for (let i = 0; i < 5; i++) tick(0.2);
    expect(selector.choices[0]!.bitrate).toBeLessThan(500_000);
    expect(selector.estimate.calm).toBe(false);
    vi.restoreAllMocks();
  });

  test('a recorded call replays', async () => {
    const { selector, settled } = create({ record: true, utility: { pinnedWeight: 3 } });
    selector.add({ id: 'ana/camera é', layers });
    selector.setTile('ana/camera é', { width: 640, height: 360 });
    await settled();
    const log = selector.exportLog();
    expect(log).toMatch(/^tessera-layers 1 /);
    expect(module.replay(log)).toBe('');
    expect(module.replay(log.replace('> ', '> x'))).toMatch(/differs/);
    expect(module.replay('nonsense')).toMatch(/does not parse/);
  });

  test.each([
    [{ id: '', layers }, 'id'],
    [{ id: 'x'.repeat(257), layers }, 'id'],
    [{ id: 'a', layers: [] }, 'layers'],
    [{ id: 'a', layers: [{ ...layers[0], spatial: 4 }] }, 'layers[0].spatial'],
    [{ id: 'a', layers: [{ ...layers[0], bitrate: Number.NaN }] }, 'layers[0].bitrate'],
    [{ id: 'a', layers: [layers[0], layers[0]] }, 'layers'],
    [{ id: 'a', layers, role: 'boss' }, 'role'],
    [{ id: 'a', layers, content: 'cat' }, 'content'],
    [{ id: 'a', layers, pinned: 1 }, 'pinned'],
  ])('video %# is refused', (video, option) => {
    const { selector } = create();
    expect(() => selector.add(video as never)).toThrow(expect.objectContaining({ code: 'option-invalid', option }) as Error);
    expect(selector.choices).toEqual([]);
  });

  test('options are checked, and a closed selector says so', async () => {
    await expect(LayerSelector.create({ utility: { stillValue: 2 } })).rejects.toThrow(OptionError);
    await expect(LayerSelector.create({ utility: { nonsense: 2 } as never })).rejects.toThrow(OptionError);
    const { selector, events } = create();
    expect(() => selector.observe({} as Element, { id: 'a', layers })).toThrow(TesseraError);
    expect(() => selector.downlink({ bitsPerSecond: -1 })).toThrow(OptionError);
    expect(() => selector.serverQuality('fine' as never)).toThrow(OptionError);
    selector.close();
    selector.close();
    expect(() => selector.add({ id: 'a', layers })).toThrow(expect.objectContaining({ code: 'closed' }) as Error);
    expect(selector.choices).toEqual([]);
    expect(events).toEqual([]);
  });
});

describe('SenderDemand', () => {
  test('switches on at once and off within a second', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const told: boolean[][] = [];
    const demand = SenderDemand.withModule(module, 3, (encodings) => told.push(encodings.map(({ active }) => active)));
    open.push(demand);
    demand.set('ana', { spatial: 2, temporal: 1 });
    demand.set('ben', { spatial: 0, temporal: 0 });
    expect(told.at(-1)).toEqual([true, false, true]);
    demand.set('ana', null);
    vi.advanceTimersByTime(300);
    expect(told.at(-1)).toEqual([true, false, true]);
    vi.advanceTimersByTime(700);
    expect(told.at(-1)).toEqual([true, false, false]);
    demand.set('ana', { spatial: 1, temporal: 1 });
    expect(told.at(-1)).toEqual([true, true, false]);
  });
});
