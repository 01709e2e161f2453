// SPDX-License-Identifier: Apache-2.0
// What the call is told to send follows LocalMedia, with muting instead of removal where that saves a negotiation.

import { expect, test } from 'vitest';
import type { LocalMedia } from '../media/local-media.js';
import type { LocalSource } from '../media/local-source.js';
import { Publication } from './publication.js';

class FakeMedia extends EventTarget {
  microphone: Partial<LocalSource> | null = null;
  camera: Partial<LocalSource> | null = null;
  screen: Partial<LocalSource> | null = null;
  screenAudio: Partial<LocalSource> | null = null;
  set(change: Partial<FakeMedia>) {
    Object.assign(this, change);
    this.dispatchEvent(new Event('changed'));
  }
}

function setUp() {
  const calls: unknown[][] = [];
  const record =
    (name: string) =>
    (...values: unknown[]) =>
      void calls.push([name, ...values]);
  const media = new FakeMedia();
  const sink = { addSource: record('add'), setSourceTrack: record('track'), setSourceMuted: record('muted'), removeSource: record('remove') };
  const publication = new Publication(media as unknown as LocalMedia, sink);
  const drain = () => calls.splice(0);
  return { media, publication, drain };
}

const track = (name: string) => name as unknown as MediaStreamTrack;
const camera = (name: string) => ({ id: 'camera', content: 'camera' as const, track: track(name), muted: false });

test('a camera that goes off stays published, muted and without a track, and comes back without being added again', () => {
  const { media, drain } = setUp();
  media.set({ camera: camera('a') });
  expect(drain()).toEqual([['add', 'camera', 'camera', false, 'a']]);
  media.set({ camera: null });
  expect(drain()).toEqual([
    ['track', 'camera', null],
    ['muted', 'camera', true],
  ]);
  media.set({ camera: camera('b') });
  expect(drain()).toEqual([
    ['track', 'camera', 'b'],
    ['muted', 'camera', false],
  ]);
});

test('a muted microphone is told, its track stays', () => {
  const { media, drain } = setUp();
  const microphone = { id: 'microphone', content: 'microphone' as const, track: track('m'), muted: false };
  media.set({ microphone });
  drain();
  media.set({ microphone: { ...microphone, muted: true } });
  expect(drain()).toEqual([['muted', 'microphone', true]]);
});

test('a screen share that ends is removed, and the next one is another source', () => {
  const { media, drain } = setUp();
  media.set({ screen: { id: 'screen-1', content: 'screen', track: track('s'), muted: false } });
  media.set({ screen: null });
  media.set({ screen: { id: 'screen-2', content: 'screen', track: track('t'), muted: false } });
  expect(drain()).toEqual([
    ['add', 'screen-1', 'screen', false, 's'],
    ['remove', 'screen-1'],
    ['add', 'screen-2', 'screen', false, 't'],
  ]);
});

test('nothing changes, nothing is said; after close() nothing at all', () => {
  const { media, publication, drain } = setUp();
  media.set({ camera: camera('a') });
  drain();
  media.set({});
  expect(drain()).toEqual([]);
  publication.close();
  media.set({ camera: null });
  expect(drain()).toEqual([]);
});
