// SPDX-License-Identifier: Apache-2.0
// LayerSelector: tiles and layers in, choices out. Deciding is done by wasm/layers; this is the page's side of it.

import { OptionError, TesseraError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { abortable, requireNumber, throwIfAborted } from '../options.js';
import { type DownlinkEstimate, type LayerChoice, LayerSelectionEvent, type LayerSelectorEventMap } from './events.js';
import { type LayersModule, loadLayersModule, type Selection } from './layers-module.js';
import { type DownlinkReport, type LayerSelectorOptions, type ObservedVideo, settingsOf, type VideoTile, videoOf } from './options.js';
import { handOver, type InboundStream } from './statistics.js';
import { type Seen, WatchedElements } from './watched.js';

/** What tells an inbound stream's video: its id in the selector, or nothing for a stream of somebody else's. */
export type StreamIdentity = (stream: InboundStream) => string | null | undefined;

interface Known {
  video: Required<ObservedVideo>;
  element: Element | null;
  seen: Seen;
}

/** Besides at every change, it is decided this often. */
const kInterval = 200;
const kHidden: Seen = { width: 0, height: 0, visible: false };

/**
 * Chooses, for every video of a call, the layer to receive: the best that fits the downlink, given what each tile can show
 * and who is in it. Tell it of tiles (`observe`) and, where you know it, of the downlink (`downlink`, `serverQuality`,
 * `statistics`), and ask your SFU for what each `selection` event says.
 */
export class LayerSelector extends TypedEventTarget<LayerSelectorEventMap> {
  readonly #selection: Selection;
  readonly #known = new Map<string, Known>();
  #watched: WatchedElements | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #pending = false;
  #closed = false;
  readonly #ending = new AbortController();

  private constructor(
    module: LayersModule,
    private readonly options: LayerSelectorOptions,
  ) {
    super();
    this.#selection = new module.Selection();
    for (const [name, value] of settingsOf(options)) this.#selection.option(name, value);
    this.#selection.begin(options.record ?? false);
    if (options.decodeShare !== undefined) this.#selection.setDecodeBudget(performance.now(), requireNumber(options.decodeShare, 'decodeShare', 0, 64));
    this.#timer = setInterval(() => this.#decide(), kInterval);
    if (options.pauseInBackground ?? true) {
      globalThis.document?.addEventListener('visibilitychange', () => this.#placeAll(), { signal: this.#ending.signal });
    }
  }

  /**
   * Resolves once the module is loaded.
   * @throws OptionError; TesseraError with code 'layers-failed'; AbortedError.
   */
  static async create(options: LayerSelectorOptions = {}): Promise<LayerSelector> {
    settingsOf(options);
    throwIfAborted(options.signal);
    return new LayerSelector(await abortable(loadLayersModule(options.assetBaseUrl), options.signal), options);
  }

  /** @internal For tests. */
  static withModule(module: LayersModule, options: LayerSelectorOptions = {}): LayerSelector {
    return new LayerSelector(module, options);
  }

  /**
   * Adds a video that `element` shows, or changes one that is known. Size (in device pixels) and visibility of the element
   * are watched from here on.
   * @throws OptionError; TesseraError with code 'closed', or 'unsupported' where elements cannot be watched.
   */
  observe(element: Element, video: ObservedVideo): void {
    if (typeof ResizeObserver !== 'function' || typeof IntersectionObserver !== 'function') {
      throw new TesseraError('unsupported', 'Elements cannot be watched here. Use add() and setTile() instead.');
    }
    if (!(element instanceof Element)) throw new OptionError('element', 'an element');
    this.#add(video);
    const known = this.#known.get(video.id)!;
    if (known.element === element) return;
    this.#watched ??= new WatchedElements((target, seen) => this.#see(target, seen));
    this.#unwatch(known);
    known.element = element;
    known.seen = [...this.#known.values()].find((other) => other !== known && other.element === element)?.seen ?? this.#watched.add(element);
    this.#place(known);
  }

  /** Adds a video whose tile the page tells of by setTile(), or changes one that is known. @throws OptionError; TesseraError 'closed'. */
  add(video: ObservedVideo): void {
    this.#add(video);
    this.#place(this.#known.get(video.id)!);
  }

  /** How a video that was add()ed is shown. Unknown ids are ignored. @throws OptionError; TesseraError 'closed'. */
  setTile(id: string, tile: VideoTile): void {
    this.#open();
    const known = this.#known.get(id);
    if (!known) return;
    known.seen = { width: requireNumber(tile.width, 'width', 0, 1e6, 'pixels'), height: requireNumber(tile.height, 'height', 0, 1e6, 'pixels'), visible: tile.visible ?? true };
    this.#place(known);
  }

  /** Changes some of what is known of a video: who speaks, what is pinned, which layers there are. Unknown ids are ignored. @throws OptionError. */
  update(id: string, changes: Partial<Omit<ObservedVideo, 'id'>>): void {
    const known = this.#known.get(id);
    if (!known) return;
    // 'other' is what a codec that was not told of has become.
    const { codec, ...video } = known.video;
    this.#add({ ...video, ...((codec as string) === 'other' ? {} : { codec }), ...changes, id });
    this.#place(known);
  }

  /** Removes a video by its id, or all of an element's. */
  remove(idOrElement: string | Element): void {
    if (this.#closed) return;
    for (const [id, known] of [...this.#known]) {
      if (id !== idOrElement && known.element !== idOrElement) continue;
      this.#known.delete(id);
      this.#unwatch(known);
      this.#selection.removeSource(performance.now(), id);
    }
    this.#soon();
  }

  /** What the server says that the downlink carries; `null`: it does not say any more. @throws OptionError; TesseraError 'closed'. */
  downlink(report: DownlinkReport | null): void {
    this.#open();
    if (report === null) this.#selection.setDownlink(performance.now(), -1, 1);
    else {
      const bits = requireNumber(report.bitsPerSecond, 'bitsPerSecond', 0, Number.POSITIVE_INFINITY);
      const confidence = requireNumber(report.confidence ?? 0.8, 'confidence', 0, 1);
      this.#selection.setDownlink(performance.now(), Number.isFinite(bits) ? bits : -1, confidence);
    }
    this.#soon();
  }

  /** What the server says in words: LiveKit's connection quality, Janus's slow link (`poor`). @throws OptionError; TesseraError 'closed'. */
  serverQuality(quality: 'good' | 'poor' | 'lost'): void {
    this.#open();
    if (!['good', 'poor', 'lost'].includes(quality)) throw new OptionError('quality', "'good', 'poor' or 'lost'");
    this.#selection.setServerQuality(performance.now(), quality);
    this.#soon();
  }

  /**
   * What getStats() says: from it the downlink, the layers' bitrates and the cost of decoding are estimated. Best every 100 to
   * 250 ms. @param idOf tells which video a stream is, by its `mid` or `trackIdentifier`. @throws TesseraError 'closed'.
   */
  statistics(report: Iterable<readonly [string, unknown]>, idOf: StreamIdentity): void {
    this.#open();
    handOver(this.#selection, performance.now(), report, idOf);
    // At once: a link that breaks down leaves no time.
    this.#decide();
  }

  /**
   * The connection was made anew, perhaps over another network: forgets what statistics() have shown of the downlink, and goes on
   * from `initialBitsPerSecond`.
   */
  restart(): void {
    if (this.#closed) return;
    this.#selection.restart(performance.now());
    this.#soon();
  }

  /** A frame of this video has been decoded; only needed where statistics() is not used. */
  frameDecoded(id: string): void {
    if (this.#closed) return;
    this.#selection.frameDecoded(performance.now(), id);
    this.#soon();
  }

  /** All choices as they are. */
  get choices(): LayerChoice[] {
    return this.#closed ? [] : this.#read(this.#selection.choices());
  }

  /** What is believed of the downlink. */
  get estimate(): DownlinkEstimate {
    if (this.#closed) return { bitsPerSecond: Number.POSITIVE_INFINITY, confidence: 0, calm: true };
    const bits = this.#selection.downlinkBits();
    return { bitsPerSecond: bits < 0 ? Number.POSITIVE_INFINITY : bits, confidence: this.#selection.downlinkConfidence(), calm: this.#selection.downlinkCalm() };
  }

  /** Every input and every decision so far, as text; replayLog() runs it again. Empty unless created with `record`. */
  exportLog(): string {
    return this.#closed ? '' : this.#selection.log();
  }

  /** Stops watching and deciding. May be called again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#ending.abort();
    this.#watched?.close();
    this.#known.clear();
    this.#selection.delete();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): void {
    if (this.#closed) throw new TesseraError('closed', 'The layer selector has been closed. Create a new one.');
  }

  #add(options: ObservedVideo): void {
    this.#open();
    const video = videoOf(options);
    const known = this.#known.get(video.id);
    const described = ({ content, codec, switching, layers }: Required<ObservedVideo>): string => JSON.stringify([content, codec, switching, layers]);
    if (!known || described(known.video) !== described(video)) {
      this.#selection.beginSource(video.content, video.codec, video.switching);
      for (const { spatial, temporal, width, height, frameRate, bitrate, active } of video.layers) {
        this.#selection.addLayer(spatial, temporal, Math.round(width), Math.round(height), frameRate, bitrate, active ?? true);
      }
      const problem = this.#selection.endSource(performance.now(), video.id);
      if (problem) throw new OptionError('layers', problem);
    }
    if (known) known.video = video;
    else this.#known.set(video.id, { video, element: null, seen: kHidden });
    this.#soon();
  }

  #see(element: Element, seen: Seen): void {
    for (const known of this.#known.values()) {
      if (known.element !== element) continue;
      known.seen = seen;
      this.#place(known);
    }
  }

  #unwatch(known: Known): void {
    const { element } = known;
    known.element = null;
    if (element && ![...this.#known.values()].some((other) => other.element === element)) this.#watched?.remove(element);
  }

  #placeAll(): void {
    for (const known of this.#known.values()) this.#place(known);
  }

  #place({ video, seen }: Known): void {
    const background = (this.options.pauseInBackground ?? true) && globalThis.document?.visibilityState === 'hidden';
    this.#selection.setTile(performance.now(), video.id, Math.round(seen.width), Math.round(seen.height), seen.visible && !background, video.pinned, video.role === 'speaker');
    this.#soon();
  }

  /** Many changes of one moment are decided on together. */
  #soon(): void {
    if (this.#pending) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      this.#decide();
    });
  }

  #decide(): void {
    if (this.#closed) return;
    const choices = this.#read(this.#selection.update(performance.now()));
    if (choices.length > 0) this.emit(new LayerSelectionEvent(choices));
  }

  #read(count: number): LayerChoice[] {
    const selection = this.#selection;
    return Array.from({ length: count }, (_, index) => ({
      id: selection.choiceId(index),
      kind: selection.choiceKind(index) as LayerChoice['kind'],
      spatial: selection.choiceSpatial(index),
      temporal: selection.choiceTemporal(index),
      reason: selection.choiceReason(index) as LayerChoice['reason'],
      bitrate: selection.choiceBitrate(index),
    }));
  }
}
