// SPDX-License-Identifier: Apache-2.0
// Layer selection for a page's own livekit-client Room: what each video element shows decides what is received.

import { OptionError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { LayerSelectionEvent, type LayerChoice } from '../layers/events.js';
import type { LayerSelectorOptions, VideoLayer } from '../layers/options.js';
import { LayerSelector } from '../layers/selector.js';
import { requireBoolean, requireObject } from '../options.js';
import { bound, type LiveKitParticipant, type LiveKitPublication, type LiveKitRoom, type LiveKitTrack } from './shapes.js';

export type RoomLayersOptions = LayerSelectorOptions;

export interface RoomLayersEventMap {
  /** Some choices changed, and LiveKit has been asked for them; `id` is the publication's `trackSid`. */
  selection: LayerSelectionEvent;
}

/** How often the connection is measured, in milliseconds. */
const kMeasureEvery = 200;
/** What LiveKit does not tell of a layer. */
const kFrameRate = { camera: 30, screen: 15 };
/** Bits a second for each pixel, where the sender gave no bitrate. */
const kBitsPerPixel = 3;

const contentOf = ({ source }: LiveKitPublication): 'camera' | 'screen' => (source === 'screen_share' ? 'screen' : 'camera');

function layersOf(publication: LiveKitPublication): VideoLayer[] {
  const { layers = [], width = 0, height = 0 } = publication.trackInfo ?? {};
  const known = layers.filter((it) => it.width > 0 && it.height > 0).sort((a, b) => a.height - b.height).slice(-4);
  const sizes = known.length > 0 ? known : [{ width: width || 640, height: height || 360, bitrate: 0 }];
  const frameRate = kFrameRate[contentOf(publication)];
  return sizes.map((it, spatial) => ({ spatial, temporal: 0, width: it.width, height: it.height, frameRate, bitrate: it.bitrate || kBitsPerPixel * it.width * it.height }));
}

interface Known {
  readonly publication: LiveKitPublication;
  readonly participant: LiveKitParticipant;
  readonly track: LiveKitTrack;
  readonly layers: VideoLayer[];
  readonly attached: () => void;
  pinned: boolean;
}

/**
 * Chooses what is received of every video in a LiveKit room, from the size and visibility of the elements it is attached to, who
 * speaks, what is pinned, and what the connection carries. LiveKit's own allocator goes on below it; what nobody takes is not
 * encoded where senders have `dynacast` on. Of a video with several elements the first counts; without any it is not received.
 */
export class RoomLayers extends TypedEventTarget<RoomLayersEventMap> {
  readonly #videos = new Map<string, Known>();
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each event has arguments of its own.
  readonly #listeners: [event: string, listener: (...args: any[]) => void][];
  #timer: ReturnType<typeof setInterval> | undefined;
  #measuring = false;
  #closed = false;

  private constructor(
    private readonly room: LiveKitRoom,
    /** The selection itself, for its estimate and its log. */
    readonly selector: LayerSelector,
  ) {
    super();
    this.#listeners = [
      ['trackSubscribed', (track: LiveKitTrack, publication: LiveKitPublication, participant: LiveKitParticipant) => this.#add(track, publication, participant)],
      ['trackUnsubscribed', (_track: LiveKitTrack, publication: LiveKitPublication) => this.#remove(publication.trackSid)],
      ['activeSpeakersChanged', () => this.#speakersChanged()],
      ['connectionQualityChanged', (quality: string, participant: LiveKitParticipant) => this.#measured(quality, participant)],
      ['disconnected', () => [...this.#videos.keys()].forEach((sid) => this.#remove(sid))],
    ];
    for (const [event, listener] of this.#listeners) room.on(event as never, listener);
    selector.addEventListener('selection', ({ choices }) => this.#apply(choices));
    for (const participant of room.remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values() as Iterable<LiveKitPublication>) {
        if (publication.track) this.#add(publication.track, publication, participant);
      }
    }
    this.#timer = setInterval(() => void this.#measure(), kMeasureEvery);
  }

  /**
   * Takes over a room, before or after it is connected. Close it before the room is given to anybody else's adaptation.
   * @param room a Room of livekit-client 2, made with `adaptiveStream` off (its default), best with `dynacast` on.
   * @throws OptionError; TesseraError 'layers-failed'; AbortedError.
   */
  static async create(room: LiveKitRoom, options: RoomLayersOptions = {}): Promise<RoomLayers> {
    requireObject(room, 'room');
    if (typeof room.on !== 'function' || !room.remoteParticipants) throw new OptionError('room', 'a Room of livekit-client');
    if (room.options?.adaptiveStream) throw new OptionError('room', 'a Room with adaptiveStream off: two cannot choose at once');
    return new RoomLayers(room, await LayerSelector.create(options));
  }

  /** All choices as they are. */
  get choices(): LayerChoice[] {
    return this.selector.choices;
  }

  /** Puts a video before all others when there is not enough for everything. Unknown ones are ignored. @throws OptionError. */
  pin(publication: { readonly trackSid: string }, pinned: boolean): void {
    requireBoolean(pinned, 'pinned');
    const known = this.#videos.get(publication.trackSid);
    if (!known) return;
    known.pinned = pinned;
    this.selector.update(publication.trackSid, { pinned });
  }

  /** Ends the selection; everything is received at its largest again. May be called more than once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    for (const [event, listener] of this.#listeners) this.room.off(event as never, listener);
    for (const { publication, track, layers, attached } of this.#videos.values()) {
      track.off('elementAttached', attached);
      track.off('elementDetached', attached);
      bound(publication, { ...layers.at(-1)!, frameRate: Number.POSITIVE_INFINITY });
    }
    this.#videos.clear();
    this.selector.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #add(track: LiveKitTrack, publication: LiveKitPublication, participant: LiveKitParticipant): void {
    if (publication.kind !== 'video') return;
    const sid = publication.trackSid;
    this.#remove(sid);
    const attached = (): void => this.#watch(sid);
    this.#videos.set(sid, { publication, participant, track, layers: layersOf(publication), attached, pinned: false });
    track.on('elementAttached', attached);
    track.on('elementDetached', attached);
    this.#watch(sid);
  }

  #remove(sid: string): void {
    const known = this.#videos.get(sid);
    if (!known) return;
    known.track.off('elementAttached', known.attached);
    known.track.off('elementDetached', known.attached);
    this.#videos.delete(sid);
    this.selector.remove(sid);
  }

  /** The elements that show a video have changed. */
  #watch(sid: string): void {
    const known = this.#videos.get(sid);
    if (!known) return;
    const { publication, participant, track, layers, pinned } = known;
    const video = { id: sid, layers, content: contentOf(publication), pinned, role: participant.isSpeaking ? ('speaker' as const) : ('participant' as const) };
    const [element] = track.attachedElements;
    if (element) {
      this.selector.observe(element, video);
      return;
    }
    this.selector.remove(sid);
    this.selector.add(video);
    this.selector.setTile(sid, { width: 0, height: 0, visible: false });
  }

  #apply(choices: readonly LayerChoice[]): void {
    for (const { id, spatial } of choices) {
      const known = this.#videos.get(id);
      if (!known) continue;
      const layer = known.layers.find((it) => it.spatial === spatial);
      bound(known.publication, layer ? { ...layer, frameRate: Number.POSITIVE_INFINITY } : null);
    }
    this.emit(new LayerSelectionEvent(choices));
  }

  #speakersChanged(): void {
    for (const [sid, { participant }] of this.#videos) this.selector.update(sid, { role: participant.isSpeaking ? 'speaker' : 'participant' });
  }

  #measured(quality: string, participant: LiveKitParticipant): void {
    if (participant.isLocal) this.selector.serverQuality(quality === 'poor' || quality === 'lost' ? quality : 'good');
  }

  async #measure(): Promise<void> {
    if (this.#measuring) return;
    this.#measuring = true;
    const reports = await Promise.all([...this.#videos].map(async ([sid, { track }]) => ({ sid, report: await track.getRTCStatsReport().catch(() => undefined) })));
    this.#measuring = false;
    if (this.#closed) return;
    const all: [string, unknown][] = [];
    const ids = new Map<unknown, string>();
    for (const { sid, report } of reports) {
      for (const [id, stats] of (report ?? []) as Iterable<[string, { type: string }]>) {
        if (stats.type !== 'inbound-rtp') continue;
        ids.set(stats, sid);
        all.push([id, stats]);
      }
    }
    if (all.length > 0) this.selector.statistics(all, (stream) => ids.get(stream));
  }
}
