// SPDX-License-Identifier: Apache-2.0
// A room as its screen shows it: who is there and how well they are reached, messages, and what to remember of the call.

import { batch, signal } from '@preact/signals';
import type { Audience, RemoteParticipant, Room } from '../engine.ts';
import { safeText } from '../text.ts';
import { announce, toast } from '../ui.tsx';

export interface Person {
  id: string;
  name: string;
  present: boolean;
  state: RemoteParticipant['state'];
  quality: RemoteParticipant['quality'];
  camera: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
  microphoneOn: boolean;
  speaking: boolean;
  /** Says which element shows the person; null: none does any more. */
  shownBy: (element: Element, view: { content: 'camera' | 'screen' } | null) => void;
  /** When the present trouble began (Date.now()), null while all is well. */
  troubleSince: number | null;
}

export interface Message { id: number; from: string; mine: boolean; text: string; at: number }

export interface CallSummary {
  room: string;
  seconds: number;
  /** The most people that were there at once, the person included. */
  most: number;
  weakSeconds: number;
  serverGaps: number;
  reconnects: number;
  messages: number;
  /** Set when the call ended by itself. */
  ended: { code: string; message: string } | null;
}

export class RoomModel {
  readonly people = signal<readonly Person[]>([]);
  /** One picture of everybody, where somebody mixes; people then have none of their own. */
  readonly mix = signal<MediaStreamTrack | null>(null);
  /** Those who only watch. */
  readonly audience = signal<Audience | null>(null);
  readonly server = signal<{ state: Room['signallingState']; since: number | null }>({ state: 'connected', since: null });
  readonly audioBlocked = signal(false);
  readonly messages = signal<readonly Message[]>([]);
  readonly unread = signal(0);
  /** True while the chat is on the screen. */
  chatOpen = false;
  readonly startedAt = Date.now();
  private readonly troubles = new Map<string, number>();
  private readonly stop = new AbortController();
  private readonly timer: ReturnType<typeof setInterval>;
  private speaker: string | null = null;
  private nextMessage = 1;
  private readonly figures = { most: 1, weakSeconds: 0, serverGaps: 0, reconnects: 0 };

  /** @param onClosed called once, when the call ended without the person's own doing. */
  constructor(readonly room: Room, private readonly onClosed: (code: string, message: string) => void) {
    const options = { signal: this.stop.signal };
    const refresh = (): void => this.refresh();
    room.addEventListener('participantjoined', ({ participant, wasPresent }) => {
      this.refresh();
      if (!wasPresent) toast(`${participant.name} joined`);
    }, options);
    room.addEventListener('participantleft', ({ participant, reason }) => {
      this.troubles.delete(participant.id);
      this.refresh();
      toast(reason === 'timeout' ? `${participant.name} lost the connection` : `${participant.name} left`);
    }, options);
    room.addEventListener('participantupdated', refresh, options);
    room.addEventListener('trackadded', ({ participant, source }) => {
      this.refresh();
      if (source.content === 'screen') toast(`${participant.name} shares a screen`);
    }, options);
    room.addEventListener('trackremoved', refresh, options);
    room.addEventListener('mixchange', ({ track }) => { this.mix.value = track; }, options);
    this.mix.value = room.mix;
    room.addEventListener('audiencechange', ({ audience }) => { this.audience.value = audience; this.refresh(); }, options);
    room.addEventListener('peerchanged', ({ participant, state }) => {
      // The event also tells of quality: only a change of state counts.
      if (state === 'reconnecting' && this.people.value.some(({ id, state: before }) => id === participant.id && before === 'connected')) this.figures.reconnects++;
      this.refresh();
    }, options);
    room.addEventListener('activespeaker', ({ participant }) => {
      this.speaker = participant?.id ?? null;
      this.refresh();
    }, options);
    room.addEventListener('audioblocked', () => { this.audioBlocked.value = true; }, options);
    room.addEventListener('signallingchanged', ({ state }) => this.onSignalling(state), options);
    room.addEventListener('data', ({ from, topic, data }) => { if (topic === 'chat') this.onChat(from, data); }, options);
    // Who mixes, and how large the picture can be.
    room.addEventListener('warning', ({ code, message }) => { if (code.startsWith('mix')) toast(message); }, options);
    room.addEventListener('closed', ({ code, reason }) => this.onClosed(code, reason), options);
    this.timer = setInterval(() => this.tick(), 1000);
    this.refresh();
  }

  async sendChat(text: string): Promise<void> {
    const clean = safeText(text);
    if (clean === '') return;
    await this.room.sendData(clean, { topic: 'chat', reliable: true });
    this.addMessage({ from: 'You', mine: true, text: clean });
  }

  async startAudio(): Promise<void> {
    await this.room.startAudio();
    this.audioBlocked.value = false;
  }

  summary(ended: CallSummary['ended'] = null): CallSummary {
    return {
      room: this.room.name, seconds: (Date.now() - this.startedAt) / 1000, ...this.figures, messages: this.messages.value.length, ended,
    };
  }

  close(): void {
    clearInterval(this.timer);
    this.stop.abort();
    this.room.close();
  }

  private tick(): void {
    if (this.people.value.some(({ quality, state }) => quality === 'poor' || quality === 'lost' || state === 'reconnecting')) this.figures.weakSeconds++;
    this.refresh();
  }

  private refresh(): void {
    const people = [...this.room.participants.values()].filter(({ id }) => !this.audience.value?.participantIds.includes(id)).map((participant) => this.snapshot(participant));
    this.figures.most = Math.max(this.figures.most, people.length + 1);
    if (JSON.stringify(people, replaceTracks) !== JSON.stringify(this.people.value, replaceTracks)) this.people.value = people;
  }

  private snapshot(participant: RemoteParticipant): Person {
    const sources = [...participant.sources.values()];
    const video = (content: string): MediaStreamTrack | null => {
      const source = sources.find((entry) => entry.content === content);
      return source && !source.muted ? source.track : null;
    };
    const { id, name, present, state, quality } = participant;
    const well = state === 'connected' && (quality === 'good' || quality === 'fair');
    if (well) this.troubles.delete(id);
    else if (!this.troubles.has(id)) this.troubles.set(id, Date.now());
    return {
      id, name, present, state, quality, camera: video('camera'), screen: video('screen'),
      microphoneOn: sources.some(({ content, muted }) => content === 'microphone' && !muted),
      shownBy: (element, view) => participant.observe(element, view), speaking: this.speaker === id, troubleSince: this.troubles.get(id) ?? null,
    };
  }

  private onSignalling(state: Room['signallingState']): void {
    if (state === 'reconnecting') {
      this.figures.serverGaps++;
      this.server.value = { state, since: Date.now() };
      announce('The server is gone. The call goes on while the connection to it is restored.');
    } else {
      const was = this.server.value.state;
      this.server.value = { state, since: null };
      if (state === 'connected' && was === 'reconnecting') toast('The server is back');
    }
  }

  private onChat({ name }: RemoteParticipant, data: string | Uint8Array): void {
    const text = safeText(typeof data === 'string' ? data : new TextDecoder().decode(data));
    if (text === '') return;
    this.addMessage({ from: name, mine: false, text });
    if (this.chatOpen) announce(`${name}: ${text}`);
    else toast(`${name}: ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`);
  }

  private addMessage(message: Omit<Message, 'id' | 'at'>): void {
    batch(() => {
      this.messages.value = [...this.messages.value, { ...message, id: this.nextMessage++, at: Date.now() }].slice(-500);
      if (!message.mine && !this.chatOpen) this.unread.value++;
    });
  }
}

function replaceTracks(_key: string, value: unknown): unknown {
  return value instanceof MediaStreamTrack ? value.id : value;
}
