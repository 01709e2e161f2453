// SPDX-License-Identifier: Apache-2.0
// A remote participant's sources, state and quality.

import { expect, test, vi } from 'vitest';
import { RemoteParticipant, type ParticipantRecord } from './remote-participant.js';

const microphone = { id: 'm', kind: 'audio', content: 'microphone', muted: false } as const;
const screen = { id: 's', kind: 'video', content: 'screen', muted: false } as const;
const record = (sources: ParticipantRecord['sources']): ParticipantRecord => ({ id: 'ana', name: 'Ana', present: true, sources });
const track = {} as MediaStreamTrack;

test('a track survives updates of the record, and its source is known when it goes', () => {
  const ana = new RemoteParticipant(record([microphone, screen]), () => 0);
  ana.setTrack(screen, track);
  ana.apply(record([{ ...microphone, muted: true }, screen]));
  expect(ana.sources.get('s')?.track).toBe(track);
  expect(ana.source('microphone')?.muted).toBe(true);
  ana.apply(record([microphone]));
  expect(ana.source('screen')).toBeUndefined();
  expect(ana.removeTrack('s')).toMatchObject({ content: 'screen', track });
  expect(ana.removeTrack('s')).toBeUndefined();
});

test('quality is "lost" while the connection is', () => {
  const ana = new RemoteParticipant(record([]), () => 0.5);
  ana.setState('connected', 0);
  ana.setQuality('fair');
  expect(ana.quality).toBe('fair');
  ana.setState('reconnecting', 1);
  expect(ana.quality).toBe('lost');
  expect(ana.iceRestarts).toBe(1);
});

test('changes are told, and none of the level’s', () => {
  const ana = new RemoteParticipant(record([]), () => 0.5);
  const changed = vi.fn();
  ana.addEventListener('changed', changed);
  expect(ana.audioLevel).toBe(0.5);
  ana.apply({ ...record([]), name: 'Anna' });
  expect(changed).toHaveBeenCalledOnce();
  expect(ana.name).toBe('Anna');
  ana.leave();
  expect(ana.audioLevel).toBe(0);
});

test('elements that show a participant are known, and who asks is told of every change', () => {
  const participant = new RemoteParticipant({ id: 'a', name: 'Ana', present: true, sources: [] }, () => 0);
  const element = {} as Element;
  let changes = 0;
  participant.viewWatchers.set({}, () => changes++);
  participant.observe(element);
  participant.observe(element, { content: 'screen', pinned: true });
  expect([...participant.views]).toEqual([[element, { content: 'screen', pinned: true }]]);
  participant.observe(element, null);
  expect(participant.views.size).toBe(0);
  expect(changes).toBe(3);
});
