// SPDX-License-Identifier: Apache-2.0
// What one member receives: the layers that the selection chooses for its tiles and its downlink, and the forwarding of each frame.
import type { Frame, Forwarder, RelayModules, Selection } from './modules.js';
import type { StreamInfo } from './messages.js';
import type { Stream } from './stream.js';

/** What one sound takes, headers included, in bits per second. */
const kAudioBits = 48_000;
/** Shown as large as this until the client says otherwise. */
const kUnknownTile = { width: 1280, height: 720, pinned: false, speaking: false };
const kAll = 3;
/** A frame's type. */
const kVideo = 1;

export type View = typeof kUnknownTile;

const idOf = (stream: number): string => String(stream);

export class Receiver {
  readonly #forwarder: Forwarder;
  readonly #selection: Selection;
  readonly #views = new Map<number, View>();
  /** Videos of which something was sent since the last tick. */
  readonly #sent = new Set<number>();
  #sounds = 0;

  constructor(modules: RelayModules) {
    this.#forwarder = new modules.Forwarder();
    this.#selection = new modules.Selection();
    this.#selection.begin(false);
  }

  /** A stream has come, or is described anew. */
  add(now: number, info: StreamInfo): void {
    if (info.kind === 'audio') {
      this.#sounds += 1;
      this.#selection.setAudio(now, this.#sounds * kAudioBits);
      return;
    }
    const id = idOf(info.id);
    this.#selection.beginSource(info.content, info.codec === 'vp8' ? 'vp8' : 'vp9', 'key-frame');
    for (const layer of info.layers) this.#selection.addLayer(layer.spatial, layer.temporal, layer.width, layer.height, layer.frameRate, layer.bitrate, true);
    // Layers that the selection cannot make sense of are forwarded all or not at all.
    if (this.#selection.endSource(now, id) !== '') this.#selection.removeSource(now, id);
    this.#show(now, info.id);
  }

  remove(now: number, info: StreamInfo): void {
    this.#forwarder.removeStream(info.id);
    if (info.kind === 'audio') {
      this.#sounds -= 1;
      this.#selection.setAudio(now, this.#sounds * kAudioBits);
      return;
    }
    this.#selection.removeSource(now, idOf(info.id));
    this.#views.delete(info.id);
  }

  view(now: number, stream: number, view: View): void {
    this.#views.set(stream, view);
    this.#show(now, stream);
  }

  #show(now: number, stream: number): void {
    const { width, height, pinned, speaking } = this.#views.get(stream) ?? kUnknownTile;
    this.#selection.setTile(now, idOf(stream), width, height, width > 0 && height > 0, pinned, speaking);
  }

  /** 0: to be sent. See Forwarder. */
  offer(now: number, frame: Frame, bytes: number): number {
    const verdict = this.#forwarder.offer(now, frame, bytes);
    if (verdict === 0 && frame.type() === kVideo) this.#sent.add(frame.stream());
    return verdict;
  }

  acknowledged(now: number, frame: Frame, heldMicros: number): boolean {
    return this.#forwarder.acknowledged(now, frame, heldMicros);
  }

  keyFrameNeeded(now: number): number {
    return this.#forwarder.keyFrameNeeded(now);
  }

  /** Ten times a second: what the way carries decides the layers. `streams`: those of the others. */
  tick(now: number, receiver: string, streams: ReadonlyMap<number, Stream>): void {
    this.#forwarder.advance(now);
    const limit = this.#forwarder.limit();
    this.#selection.setDownlink(now, limit, 1);
    // A still is complete once a picture is there.
    for (const stream of this.#sent) this.#selection.frameDecoded(now, idOf(stream));
    this.#sent.clear();
    const changes = this.#selection.update(now);
    for (let index = 0; index < changes; index += 1) {
      const stream = streams.get(Number(this.#selection.choiceId(index)));
      if (!stream) continue;
      const [spatial, temporal] = [this.#selection.choiceSpatial(index), this.#selection.choiceTemporal(index)];
      this.#forwarder.setTarget(stream.id, spatial, spatial < 0 ? -1 : temporal);
      stream.taken(now, receiver, spatial, Math.min(kAll, temporal));
    }
  }

  /** Milliseconds for which nothing was acknowledged although something was sent. */
  stalled(now: number): number {
    return this.#forwarder.stalled(now);
  }

  close(): void {
    this.#forwarder.delete();
    this.#selection.delete();
  }
}
