// SPDX-License-Identifier: Apache-2.0
// Ties the Janus module's call to a WebSocket and to the handlers of an SFU's room.

import type { Quality, PeerState } from '../participants/remote-participant.js';
import type { RemoteSource, SourceContent } from '../participants/source.js';
import type { LayerChoice, SfuConnection, SfuDiagnostics, SfuHandlers, SfuIdentity } from '../sfu/adapter.js';
import { cameraLayerCount } from '../sfu/layers.js';
import type { JanusSettings } from './index.js';
import type { JanusCall, JanusModule } from './module.js';

/** As in wasm/session/sfu/janus.h. */
type Notification =
  | { type: 'StateChanged'; state: PeerState; reconnections: number }
  | { type: 'SourceAdded'; participantId: string; source: Omit<RemoteSource, 'track'> }
  | { type: 'SourceRemoved'; participantId: string; sourceId: string }
  | { type: 'LayerChanged'; participantId: string; sourceId: string; spatial?: number; temporal?: number }
  | { type: 'SlowLink'; uplink: boolean; lost: number }
  | { type: 'Warning' | 'Closed'; code: string; message: string };

const layersOf = (content: string, track: MediaStreamTrack | null): number => {
  if (content !== 'camera' || !track) return 1;
  const { width = 0, height = 0 } = track.getSettings();
  return cameraLayerCount(width, height);
};

/** Milliseconds in which a slow link's queue drains and a sender ends a layer that nobody takes any more. */
const kDrain = 250;

/** @internal */
export class JanusConnection implements SfuConnection {
  readonly #call: JanusCall;
  readonly #url: string;
  readonly #handlers: SfuHandlers;
  /** Contents of sources that have had no track yet: how many layers there are hangs on the first one. */
  readonly #untracked = new Map<string, SourceContent>();
  /** What was selected last, by participant and source. */
  readonly #selected = new Map<string, LayerChoice | null>();
  /** Smaller layers to come once the queue of a slow link has drained. */
  readonly #draining = new Map<string, ReturnType<typeof setTimeout>>();
  #socket: WebSocket | null = null;
  #closed = false;

  constructor(module: JanusModule, { url, room, pin = '', secret = '' }: JanusSettings, { participantId, iceServers, relayOnly }: SfuIdentity, handlers: SfuHandlers) {
    this.#url = url;
    this.#handlers = handlers;
    this.#call = new module.JanusCall(
      { room, pin, secret, participantId, iceServers, relayOnly },
      {
        open: () => this.#open(),
        closeTransport: () => this.#closeSocket(),
        send: (text) => {
          if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
        },
        notify: (json, track) => this.#notified(JSON.parse(json) as Notification, track),
        quality: (quality) => handlers.quality(quality as Quality),
        activeSpeaker: (id) => handlers.activeSpeaker(id),
      },
    );
    queueMicrotask(() => {
      if (!this.#closed) this.#call.start();
    });
  }

  addSource(sourceId: string, content: SourceContent, _muted: boolean, track: MediaStreamTrack | null): void {
    if (this.#closed) return;
    if (track) this.#call.addSource(sourceId, content, layersOf(content, track), track);
    else this.#untracked.set(sourceId, content);
  }

  setSourceTrack(sourceId: string, track: MediaStreamTrack | null): void {
    if (this.#closed) return;
    const content = this.#untracked.get(sourceId);
    if (!content) this.#call.setSourceTrack(sourceId, track);
    else if (track) {
      this.#untracked.delete(sourceId);
      this.#call.addSource(sourceId, content, layersOf(content, track), track);
    }
  }

  /** A muted source has no track, or one that is silent: nothing is left to do here. */
  setSourceMuted(): void {}

  removeSource(sourceId: string): void {
    if (!this.#untracked.delete(sourceId) && !this.#closed) this.#call.removeSource(sourceId);
  }

  selectLayer(participantId: string, sourceId: string, choice: LayerChoice | null, hurried = false): void {
    if (this.#closed) return;
    const key = `${participantId}/${sourceId}`;
    const before = this.#selected.get(key);
    clearTimeout(this.#draining.get(key));
    this.#draining.delete(key);
    this.#selected.set(key, choice);
    const select = ({ spatial, temporal }: LayerChoice, paused: boolean): void => this.#call.selectLayer(participantId, sourceId, spatial, temporal, paused);
    if (!hurried || !choice || !before) return select(choice ?? { spatial: 0, temporal: 0 }, choice === null);
    // The layer that is too much goes on until a keyframe of the smaller one comes, behind keyframes of its own: so first nothing at all.
    select(before, true);
    this.#draining.set(
      key,
      setTimeout(() => {
        this.#draining.delete(key);
        if (!this.#closed) select(choice, false);
      }, kDrain),
    );
  }

  requestKeyFrame(participantId: string, sourceId: string): void {
    if (!this.#closed) this.#call.requestKeyFrame(participantId, sourceId);
  }

  setActiveLayers(sourceId: string, layers: number): void {
    if (!this.#closed) this.#call.setActiveLayers(sourceId, layers);
  }

  audioLevel(participantId: string): number {
    return this.#closed ? 0 : this.#call.audioLevel(participantId);
  }

  async diagnostics(): Promise<SfuDiagnostics[]> {
    return this.#closed ? [] : ((await this.#call.diagnostics()) as SfuDiagnostics[]);
  }

  async statistics(): Promise<RTCStatsReport | null> {
    return this.#closed ? null : this.#call.receiverStatistics();
  }

  networkChanged(): void {
    if (!this.#closed) this.#call.networkChanged();
  }

  setIceServers(servers: RTCIceServer[]): void {
    if (!this.#closed) this.#call.setIceServers(servers);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#draining.values()) clearTimeout(timer);
    this.#call.close();
    this.#closeSocket();
    // Not now: the call may be what is calling us.
    queueMicrotask(() => this.#call.delete());
  }

  #open(): void {
    this.#closeSocket();
    const socket = new WebSocket(this.#url, 'janus-protocol');
    this.#socket = socket;
    const current = () => socket === this.#socket && !this.#closed;
    socket.addEventListener('open', () => current() && this.#call.transportOpened());
    socket.addEventListener('message', ({ data }) => current() && typeof data === 'string' && this.#call.transportMessage(data));
    socket.addEventListener('close', () => current() && this.#call.transportClosed());
  }

  #closeSocket(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #notified(it: Notification, track: MediaStreamTrack | undefined): void {
    const handlers = this.#handlers;
    switch (it.type) {
      case 'StateChanged':
        return handlers.stateChanged(it.state, it.reconnections);
      case 'SourceAdded':
        if (track) handlers.sourceAdded(it.participantId, it.source, track);
        return;
      case 'SourceRemoved':
        this.#selected.delete(`${it.participantId}/${it.sourceId}`);
        return handlers.sourceRemoved(it.participantId, it.sourceId);
      case 'LayerChanged': {
        const { participantId, sourceId, spatial, temporal } = it;
        return handlers.layerChanged?.(participantId, sourceId, { ...(spatial === undefined ? {} : { spatial }), ...(temporal === undefined ? {} : { temporal }) });
      }
      case 'SlowLink':
        return handlers.slowLink?.(it.uplink, it.lost);
      case 'Warning':
        return handlers.warning(it.code, it.message);
      case 'Closed':
        if (!this.#closed) handlers.closed(it.code, it.message);
    }
  }
}
