// SPDX-License-Identifier: Apache-2.0
// The selection of a room with the real selector: what it asks for, from what it is told. Only the page's elements are absent.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RemoteParticipant } from '../participants/remote-participant.js';
import type { LayerChoice } from './adapter.js';
import { offeredLayers } from './layers.js';
import { Selection } from './selection.js';

const failure = vi.hoisted(() => ({ error: null as Error | null }));
vi.mock('../layers/layers-module.js', async () => {
  const { layersModuleFromDisk } = await import('../testing/layers-module.js');
  return { loadLayersModule: () => (failure.error ? Promise.reject(failure.error) : layersModuleFromDisk()) };
});

let now = 0;
beforeEach(() => {
  now = 1000;
  failure.error = null;
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
const open: Selection[] = [];
afterEach(() => {
  for (const selection of open.splice(0)) selection.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const person = (id: string): RemoteParticipant =>
  new RemoteParticipant({ id, name: id, present: true, sources: [{ id: 'camera', kind: 'video', content: 'camera', muted: false }] }, () => 0);
const trackOf = (id: string): MediaStreamTrack => ({ id: `track of ${id}` }) as MediaStreamTrack;

/** A room with these people, and a link that carries at most so much of what is asked for. */
async function room(...ids: string[]) {
  const asked = new Map<string, LayerChoice | null>();
  const hurried: string[] = [];
  const keyFrames: string[] = [];
  const failed = vi.fn();
  const counters = new Map(ids.map((id) => [id, { frames: 0, bits: 0, lost: 0 }]));
  const looks = { count: 0 };
  const selection = new Selection({
    choose: (id, _, choice, inHurry) => {
      asked.set(id, choice);
      if (inHurry) hurried.push(id);
    },
    requestKeyFrame: (id) => keyFrames.push(id),
    statistics: async () => {
      looks.count++;
      return new Map(
        [...counters].map(([id, { frames, bits, lost }]) => [
          id,
          { type: 'inbound-rtp', kind: 'video', trackIdentifier: `track of ${id}`, packetsReceived: Math.floor(bits / 9600), packetsLost: Math.floor(lost), bytesReceived: Math.floor(bits / 8), framesReceived: Math.floor(frames), framesDecoded: Math.floor(frames), jitter: 0.002 },
        ]),
      ) as unknown as RTCStatsReport;
    },
    failed,
  });
  open.push(selection);
  const people = ids.map(person);
  const layers = offeredLayers('camera', 960, 540, 10);
  for (const it of people) {
    selection.setLayers(it, 'camera', layers);
    selection.addSource(it, 'camera', 'camera', trackOf(it.id));
  }
  const settled = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  /** 200 ms, in which `carried` bits a second arrive at most, and the rest is lost. */
  const pass = async (carried = Number.POSITIVE_INFINITY, times = 1) => {
    for (let i = 0; i < times; i++) {
      now += 200;
      const wanted = ids.map((id) => {
        const choice = asked.get(id);
        return choice ? layers.find(({ spatial, temporal }) => spatial === Math.min(choice.spatial, 2) && temporal === Math.min(choice.temporal, 1))!.bitrate : 0;
      });
      const sum = wanted.reduce((a, b) => a + b, 0);
      const share = Math.min(1, carried / Math.max(1, sum));
      ids.forEach((id, index) => {
        const counter = counters.get(id)!;
        counter.bits += wanted[index]! * 0.2 * share;
        counter.lost += (wanted[index]! * 0.2 * (1 - share)) / 9600;
        if (wanted[index]) counter.frames += 2 * share;
      });
      vi.advanceTimersByTime(200);
      await settled();
    }
  };
  await vi.waitFor(() => expect(asked.size).toBe(ids.length));
  return { selection, asked, hurried, keyFrames, people, pass, failed, looks, layers, settled, counters };
}

test('shown in ways nobody told of, everything is taken as large as it is sent', async () => {
  const { asked, selection, pass } = await room('ana', 'ben');
  selection.stateChanged('connected', 0);
  await pass(undefined, 10);
  expect([...asked.values()]).toEqual([{ spatial: 2, temporal: 1 }, { spatial: 2, temporal: 1 }]);
  expect(selection.choices).toMatchObject([{ participantId: 'ana', sourceId: 'camera', kind: 'video', reason: 'best' }, { participantId: 'ben' }]);
  expect(selection.choicesFor('ana')).toEqual([['camera', { spatial: 2, temporal: 1 }]]);
});

test('while the media comes another way, too, nothing is concluded from what arrives, and no picture given up', async () => {
  const { asked, selection, looks, pass } = await room('ana', 'ben');
  selection.stateChanged('connected', 0);
  await pass(undefined, 5);
  selection.setMeasuring(false);
  const before = new Map(asked);
  const looked = looks.count;
  await pass(30_000, 10);
  selection.downlinkQuality('lost');
  await pass(30_000, 5);
  expect([looks.count, asked]).toEqual([looked, before]);
  selection.setMeasuring(true);
  await pass(30_000, 15);
  expect(asked).not.toEqual(before);
});

test('a link that carries less is noticed, who speaks keeps the most, and the largest comes back', async () => {
  const { selection, asked, pass } = await room('ana', 'ben', 'eva');
  selection.stateChanged('connected', 0);
  await pass(undefined, 20);
  selection.speakerChanged('ben');
  await pass(1_000_000, 10);
  const bits = (id: string) => selection.choices.find(({ participantId }) => participantId === id)!.bitrate;
  expect(bits('ana') + bits('ben') + bits('eva')).toBeLessThan(1_000_000);
  expect(bits('ben')).toBeGreaterThanOrEqual(Math.max(bits('ana'), bits('eva')));
  expect(bits('ben')).toBeGreaterThan(Math.min(bits('ana'), bits('eva')));
  expect(selection.choices.some(({ reason }) => reason === 'bandwidth')).toBe(true);
  await pass(undefined, 150);
  expect([...asked.values()].map((choice) => choice?.spatial)).toEqual([2, 2, 2]);
});

test('on a congested link what is not needed any more is in a hurry, on a good one nothing is', async () => {
  const { selection, hurried, pass } = await room('ana', 'ben', 'eva');
  selection.stateChanged('connected', 0);
  await pass(undefined, 20);
  selection.automatic = false;
  selection.automatic = true;
  expect(hurried).toEqual([]);
  await pass(600_000, 10);
  expect(hurried.length).toBeGreaterThan(0);
});

test('a picture that does not come is asked for, one that is muted or nobody takes is not', async () => {
  const { selection, keyFrames, pass, asked, people, counters } = await room('ana', 'ben');
  selection.stateChanged('connected', 0);
  await pass(undefined, 10);
  expect(keyFrames).toEqual([]);
  const stand = async (times: number) => {
    const { frames } = counters.get('ana')!;
    for (let i = 0; i < times; i++) {
      await pass();
      counters.get('ana')!.frames = frames;
    }
  };
  await stand(6);
  expect(asked.get('ana')).toMatchObject({ spatial: 2 });
  expect(new Set(keyFrames)).toEqual(new Set(['ana']));
  keyFrames.length = 0;
  (people[0]!.sources as Map<string, { muted: boolean }>).set('camera', { ...people[0]!.sources.get('camera')!, muted: true });
  await stand(30);
  expect(keyFrames).toEqual([]);
});

test('while the server is away nothing is measured, and a connection made anew is estimated afresh', async () => {
  const { selection, asked, pass, looks } = await room('ana', 'ben', 'eva');
  selection.stateChanged('connected', 0);
  await pass(undefined, 20);
  await pass(300_000, 10);
  expect(selection.estimate.bitsPerSecond).toBeLessThan(600_000);
  selection.stateChanged('reconnecting', 0);
  const before = looks.count;
  await pass(0, 10);
  expect(looks.count).toBe(before);
  selection.stateChanged('connected', 1);
  await pass(undefined, 10);
  expect(looks.count).toBe(before + 10);
  expect(selection.estimate.bitsPerSecond).toBeGreaterThan(1_000_000);
  expect([...asked.values()].map((choice) => choice?.spatial)).toEqual([2, 2, 2]);
});

test('a server’s word of lost packets is taken', async () => {
  const { selection, pass } = await room('ana', 'ben');
  selection.stateChanged('connected', 0);
  await pass(undefined, 10);
  expect(selection.estimate.calm).toBe(true);
  selection.downlinkQuality('poor');
  await pass();
  expect(selection.estimate.calm).toBe(false);
});

test('switched off, the largest of everything is asked for, and on again what fits', async () => {
  const { selection, asked, pass } = await room('ana', 'ben', 'eva');
  selection.stateChanged('connected', 0);
  await pass(undefined, 10);
  await pass(300_000, 10);
  const chosen = [...asked.values()];
  expect(chosen.some((choice) => (choice?.spatial ?? -1) < 2)).toBe(true);
  selection.automatic = false;
  expect([...asked.values()]).toEqual(Array(3).fill({ spatial: 2, temporal: 2 }));
  selection.automatic = true;
  expect([...asked.values()].some((choice) => (choice?.spatial ?? -1) < 2)).toBe(true);
});

test('what is removed is not asked for again, and what a log holds replays', async () => {
  const { selection, asked, pass } = await room('ana', 'ben');
  selection.stateChanged('connected', 0);
  selection.removeParticipant('ana');
  asked.clear();
  selection.repeat();
  await pass(undefined, 5);
  expect([...asked.keys()]).toEqual(['ben']);
  selection.close();
  const { layersModuleFromDisk } = await import('../testing/layers-module.js');
  const log = selection.exportLog();
  expect(log).toContain('> ben/camera video 2 1 best');
  expect((await layersModuleFromDisk()).replay(log)).toBe('');
});

test('without its module, everything stays as the server sends it, and that is said', async () => {
  failure.error = new Error('not there');
  const asked = vi.fn();
  const failed = vi.fn();
  const selection = new Selection({ choose: asked, requestKeyFrame: vi.fn(), statistics: async () => null, failed });
  open.push(selection);
  selection.addSource(person('ana'), 'camera', 'camera', trackOf('ana'));
  await vi.waitFor(() => expect(failed).toHaveBeenCalledOnce());
  expect(asked).not.toHaveBeenCalled();
  expect(selection.choices).toEqual([]);
});
