// SPDX-License-Identifier: Apache-2.0
// The receiver's side of layers in a room, for any SFU: tiles, layers, speaker and statistics go to a LayerSelector, its choices to the server.

import type { DownlinkEstimate } from '../layers/events.js';
import { LayerSelector } from '../layers/selector.js';
import type { InboundStream } from '../layers/statistics.js';
import type { PeerState, RemoteParticipant } from '../participants/remote-participant.js';
import type { LayerChoice } from './adapter.js';
import { offeredLayers, validLayers, type OfferedLayer } from './layers.js';
import type { RoomLayerChoice, RoomLayers } from './room-layers.js';
import { Stalls, type Picture } from './stalls.js';
import { Views } from './views.js';

/** Milliseconds between two looks at the statistics. */
const kSampleInterval = 100;
/** The largest of everything: what a server sends without a choice. */
const kTop: LayerChoice = { spatial: 2, temporal: 2 };

interface Video {
  readonly id: string;
  readonly participant: RemoteParticipant;
  readonly sourceId: string;
  content: string;
  layers: OfferedLayer[];
  visible: boolean;
  /** What the server was asked for last; undefined: nothing yet. */
  asked: LayerChoice | null | undefined;
  /** What the selector said last; undefined: nothing yet. */
  selected: LayerChoice | null | undefined;
}

export interface SelectionHandlers {
  /** null: nothing of it. */
  /** `hurried`: the link carries too little, and nothing that is not needed any more may go on for a moment. */
  choose(participantId: string, sourceId: string, choice: LayerChoice | null, hurried: boolean): void;
  /** A picture does not come although it is sent. */
  requestKeyFrame(participantId: string, sourceId: string): void;
  /** Of what is received; null while nothing is. */
  statistics(): Promise<RTCStatsReport | null>;
  /** The selector could not be loaded: the server goes on sending the largest of everything. */
  failed(error: Error): void;
}

export interface SelectionOptions {
  assetBaseUrl?: string | URL;
}

const same = (a: LayerChoice | null | undefined, b: LayerChoice | null | undefined): boolean =>
  a === b || (!!a && !!b && a.spatial === b.spatial && a.temporal === b.temporal);

/** @internal */
export class Selection implements RoomLayers {
  readonly #videos = new Map<string, Video>();
  /** Ids of videos by the tracks on which they are received. */
  readonly #tracks = new Map<string, string>();
  readonly #stalls = new Stalls();
  readonly #views = new Views((element) => this.#placeAll((it) => it.participant.views.has(element)));
  #selector: LayerSelector | undefined;
  #speaker = '';
  #state: PeerState = 'connecting';
  /** Of the connection that is being estimated; -1: of none yet. */
  #reconnections = -1;
  #automatic = true;
  #measuring = true;
  #sampling = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #closed = false;
  #log = '';

  constructor(
    private readonly handlers: SelectionHandlers,
    options: SelectionOptions = {},
  ) {
    void this.#load(options);
  }

  // --- what is known of videos ---

  addSource(participant: RemoteParticipant, sourceId: string, content: string, track: MediaStreamTrack): void {
    const video = this.#video(participant, sourceId);
    video.content = content;
    for (const [trackId, id] of this.#tracks) if (id === video.id) this.#tracks.delete(trackId);
    this.#tracks.set(track.id, video.id);
    this.#describe(video);
    this.viewsChanged();
  }

  /** What the sender has on offer. Of a source that is unknown yet, it is kept. */
  setLayers(participant: RemoteParticipant, sourceId: string, layers: unknown): void {
    if (!validLayers(layers)) return;
    const video = this.#video(participant, sourceId);
    video.layers = layers;
    this.#describe(video);
  }

  removeSource(participantId: string, sourceId: string): void {
    this.#remove(`${participantId}/${sourceId}`);
  }

  removeParticipant(participantId: string): void {
    for (const [id, { participant }] of this.#videos) if (participant.id === participantId) this.#remove(id);
    this.viewsChanged();
  }

  /** The elements that show somebody have changed. */
  viewsChanged(): void {
    this.#views.watch(new Set([...this.#videos.values()].map(({ participant }) => participant)));
    this.#placeAll();
  }

  /** '' while nobody speaks. */
  speakerChanged(participantId: string): void {
    const before = this.#speaker;
    this.#speaker = participantId;
    for (const video of this.#videos.values()) if ([before, participantId].includes(video.participant.id)) this.#place(video);
  }

  // --- what is known of the way here ---

  /** Statistics are only looked at while connected; a connection made anew is estimated afresh. */
  stateChanged(state: PeerState, reconnections: number): void {
    this.#state = state;
    if (state !== 'connected' || reconnections === this.#reconnections) return;
    this.#reconnections = reconnections;
    this.#stalls.clear();
    this.#selector?.restart();
  }

  /**
   * Whether what arrives says what the downlink carries. Default: true. A machine that receives and sends everything twice, over
   * this way and another, would be taken for a narrow link. Until it does, every picture is taken.
   */
  setMeasuring(measuring: boolean): void {
    if (measuring === this.#measuring) return;
    this.#measuring = measuring;
    if (!measuring) return;
    this.#selector?.restart();
    this.#ask();
  }

  /** The server's own word on the downlink. */
  downlinkQuality(quality: 'good' | 'poor' | 'lost'): void {
    if (this.#measuring && this.#state === 'connected' && quality !== 'good') this.#selector?.serverQuality(quality);
  }

  /** Another server, which knows no choices and lies on another way: says every one again. */
  repeat(): void {
    this.#reconnections = -1;
    for (const { participant, sourceId, asked } of this.#videos.values()) if (asked !== undefined) this.handlers.choose(participant.id, sourceId, asked, false);
  }

  // --- what is chosen ---

  /** What was asked for of a participant's videos. */
  choicesFor(participantId: string): [sourceId: string, choice: LayerChoice | null][] {
    return [...this.#videos.values()].flatMap((it) => (it.participant.id === participantId && it.asked !== undefined ? [[it.sourceId, it.asked] as [string, LayerChoice | null]] : []));
  }

  get automatic(): boolean {
    return this.#automatic;
  }

  set automatic(automatic: boolean) {
    this.#automatic = automatic;
    this.#ask();
  }

  get choices(): RoomLayerChoice[] {
    return (this.#selector?.choices ?? []).flatMap(({ id, ...choice }) => {
      const video = this.#videos.get(id);
      return video ? [{ participantId: video.participant.id, sourceId: video.sourceId, ...choice }] : [];
    });
  }

  get estimate(): DownlinkEstimate {
    return this.#selector?.estimate ?? { bitsPerSecond: Number.POSITIVE_INFINITY, confidence: 0, calm: true };
  }

  exportLog(): string {
    return this.#selector ? this.#selector.exportLog() : this.#log;
  }

  close(): void {
    this.#closed = true;
    this.#log = this.exportLog();
    clearInterval(this.#timer);
    this.#views.close();
    this.#selector?.close();
    this.#selector = undefined;
    this.#videos.clear();
    this.#tracks.clear();
  }

  async #load({ assetBaseUrl }: SelectionOptions): Promise<void> {
    try {
      // Decoding may take half of the machine: the rest is for sending, drawing and everybody else.
      const cores = globalThis.navigator?.hardwareConcurrency || 2;
      const selector = await LayerSelector.create({ record: true, decodeShare: cores / 2, ...(assetBaseUrl === undefined ? {} : { assetBaseUrl }) });
      if (this.#closed) return selector.close();
      this.#selector = selector;
      selector.addEventListener('selection', ({ choices }) => {
        for (const { id, spatial, temporal } of choices) {
          const video = this.#videos.get(id);
          if (video) video.selected = spatial < 0 ? null : { spatial, temporal };
        }
        this.#ask();
      });
      for (const video of this.#videos.values()) this.#describe(video);
      this.#timer = setInterval(() => void this.#sample(), kSampleInterval);
    } catch (error) {
      if (!this.#closed) this.handlers.failed(error as Error);
    }
  }

  #video(participant: RemoteParticipant, sourceId: string): Video {
    const id = `${participant.id}/${sourceId}`;
    let video = this.#videos.get(id);
    if (!video) {
      video = { id, participant, sourceId, content: participant.sources.get(sourceId)?.content ?? 'camera', layers: [], visible: true, asked: undefined, selected: undefined };
      this.#videos.set(id, video);
    }
    return video;
  }

  #remove(id: string): void {
    this.#videos.delete(id);
    this.#selector?.remove(id);
    for (const [trackId, video] of this.#tracks) if (video === id) this.#tracks.delete(trackId);
  }

  /** Tells the selector of a video and its layers; before the sender has said, of those that are usual. */
  #describe(video: Video): void {
    const layers = this.#layersOf(video);
    this.#selector?.add({ id: video.id, layers, content: video.content === 'screen' ? 'screen' : 'camera' });
    this.#place(video);
  }

  #layersOf({ content, layers }: Video): OfferedLayer[] {
    return layers.length > 0 ? layers : offeredLayers(content, 1280, 720, 15);
  }

  #placeAll(where: (video: Video) => boolean = () => true): void {
    for (const video of this.#videos.values()) if (where(video)) this.#place(video);
  }

  #place(video: Video): void {
    const { width, height } = this.#layersOf(video).at(-1)!;
    // Shown in a way that nobody told of: as large as it is sent.
    const view = this.#views.of(video.participant, video.content, width / height) ?? { width, height, visible: true, pinned: false };
    this.#selector?.update(video.id, { pinned: view.pinned, role: video.participant.id === this.#speaker ? 'speaker' : 'participant' });
    this.#selector?.setTile(video.id, view);
    video.visible = view.visible;
    if (!this.#automatic) this.#ask();
  }

  /** Asks the server for what has been selected and it does not know yet. */
  #ask(): void {
    for (const video of this.#videos.values()) {
      const choice = this.#automatic ? video.selected : video.visible ? kTop : null;
      if (choice === undefined || same(choice, video.asked)) continue;
      // While pictures move from one way to another, tiles come and go: none is given up for that.
      if (choice === null && !this.#measuring) continue;
      const less = !!video.asked && (!choice || choice.spatial < video.asked.spatial);
      video.asked = choice;
      this.handlers.choose(video.participant.id, video.sourceId, choice, less && !this.estimate.calm);
    }
  }

  async #sample(): Promise<void> {
    if (!this.#measuring || this.#state !== 'connected' || this.#sampling || globalThis.document?.visibilityState === 'hidden') return;
    this.#sampling = true;
    try {
      const report = await this.handlers.statistics();
      // Two moments apart: the connection may have gone meanwhile.
      if (report && this.#measuring && this.#state === 'connected') {
        const streams = report as unknown as Map<string, unknown>;
        this.#selector?.statistics(streams, ({ trackIdentifier }: InboundStream) => this.#tracks.get(trackIdentifier ?? ''));
        for (const id of this.#stalls.look(performance.now(), this.#pictures(streams))) {
          const video = this.#videos.get(id);
          if (video) this.handlers.requestKeyFrame(video.participant.id, video.sourceId);
        }
      }
    } catch {
      // A connection that is being closed.
    } finally {
      this.#sampling = false;
    }
  }

  /** Cameras that are taken, and what has come of them. Screens stand still by nature. */
  *#pictures(streams: Map<string, unknown>): Iterable<Picture> {
    for (const stream of streams.values() as Iterable<InboundStream>) {
      const video = stream.type === 'inbound-rtp' && stream.kind === 'video' ? this.#videos.get(this.#tracks.get(stream.trackIdentifier ?? '') ?? '') : undefined;
      if (!video || video.content !== 'camera') continue;
      const { asked, participant, sourceId } = video;
      const taken = asked && !participant.sources.get(sourceId)?.muted ? `${asked.spatial}.${asked.temporal}` : null;
      const layer = asked && this.#layersOf(video).find(({ spatial, temporal }) => spatial === asked.spatial && temporal === asked.temporal);
      const { frameRate } = layer ?? this.#layersOf(video).at(-1)!;
      yield {
        id: video.id,
        taken,
        frameRate,
        framesDecoded: stream.framesDecoded ?? 0,
        pixels: (stream.frameWidth ?? 0) * (stream.frameHeight ?? 0),
        // Before the sender has said, its layers are a guess.
        layerPixels: layer && video.layers.length > 0 ? layer.width * layer.height : 0,
      };
    }
  }
}
