// SPDX-License-Identifier: Apache-2.0
// What one topology's link delivers at the moment: kept while another carries the media, and brought before the room when it takes over.

import type { RemoteParticipant } from '../participants/remote-participant.js';
import type { LinkNotification } from './link.js';

type Added = Extract<LinkNotification, { type: 'RemoteSourceAdded' }>;
type State = Extract<LinkNotification, { type: 'PeerStateChanged' }>;

/** @internal */
export class Stage {
  /** By PARTICIPANT/SOURCE. */
  readonly sources = new Map<string, { added: Added; track: MediaStreamTrack }>();
  /** By participant. */
  readonly states = new Map<string, State>();
  speaker = '';
  mixVideo: MediaStreamTrack | null = null;
  mixAudio: MediaStreamTrack | null = null;

  /** Remembers what a notification says. */
  note(it: LinkNotification, track: MediaStreamTrack | null): void {
    if (it.type === 'RemoteSourceAdded' && track) this.sources.set(`${it.participantId}/${it.source.id}`, { added: it, track });
    else if (it.type === 'RemoteSourceRemoved') this.sources.delete(`${it.participantId}/${it.sourceId}`);
    else if (it.type === 'PeerStateChanged') this.states.set(it.participantId, it);
  }

  /** Takes what a room shows already as this stage's own. */
  adopt(participants: Iterable<RemoteParticipant>): void {
    for (const { id, state, iceRestarts, received } of participants) {
      this.states.set(id, { type: 'PeerStateChanged', participantId: id, state, iceRestarts });
      for (const { track, ...source } of received.values()) {
        if (track) this.sources.set(`${id}/${source.id}`, { added: { type: 'RemoteSourceAdded', participantId: id, source }, track });
      }
    }
  }

  forget(participantId: string): void {
    this.states.delete(participantId);
    for (const [key, { added }] of this.sources) if (added.participantId === participantId) this.sources.delete(key);
  }

  /** True once everybody who is there is reached, and everything they send is received (or the one mix of it). */
  complete(participants: readonly RemoteParticipant[], mixes: boolean): boolean {
    for (const { id, present, sources } of participants) {
      if (!present) continue;
      if (this.states.get(id)?.state !== 'connected') return false;
      if (!mixes) for (const source of sources.values()) if (!source.muted && !this.sources.has(`${id}/${source.id}`)) return false;
    }
    if (!mixes) return true;
    const sent = [...participants].flatMap(({ sources }) => [...sources.values()].filter(({ muted }) => !muted).map(({ kind }) => kind));
    return (this.mixVideo !== null || !sent.includes('video')) && (this.mixAudio !== null || !sent.includes('audio'));
  }

  /** True while somebody is reached. */
  get reachesAnybody(): boolean {
    return [...this.states.values()].some(({ state }) => state === 'connected');
  }

  /** Sounds of which nothing has arrived yet, those aside that nothing is sent on. */
  silent(participants: ReadonlyMap<string, RemoteParticipant>): MediaStreamTrack[] {
    const sent = [...this.sources.values()].filter(({ added: { participantId, source } }) => source.kind === 'audio' && participants.get(participantId)?.sources.get(source.id)?.muted === false);
    return [...sent.map(({ track }) => track), this.mixAudio].filter((track): track is MediaStreamTrack => track?.muted === true);
  }
}
