// SPDX-License-Identifier: Apache-2.0
// One codec's way: encoder, a network that drops layers and loses pictures, decoder, canvas.

import { EncodedVideoChunk, VideoDecoder, VideoEncoder, type TesseraVideoChunkMetadata, type VideoFrame } from 'tessera-rtc/codecs';
import { kColors } from './picture';
import { chunkOf, framesOf } from './superframe';

export interface Settings {
  codec: 'vp8' | 'vp9';
  /** Bits a second. */
  bitrate: number;
  scalabilityMode: string;
}

/** The highest layer that is received, of each kind. */
export interface Keep {
  spatial: number;
  temporal: number;
}

export const kWidth = 640;
export const kHeight = 360;
const kFramerate = 30;
/** A receiver asks for a keyframe no more often, in milliseconds. */
const kAskEvery = 300;

export class Lane {
  readonly #canvas: CanvasRenderingContext2D;
  #encoder: VideoEncoder | null = null;
  #decoder: VideoDecoder | null = null;
  #codec = '';
  #keyDue = true;
  #askedAt = 0;
  /** Nothing can be decoded before the next keyframe. */
  #broken = true;
  /** This temporal layer lost a picture: those above wait for its next one. */
  #gap = Infinity;
  #temporal = 0;
  readonly #lost = new Set<number>();
  readonly #began = new Map<number, number>();
  keep: Keep = { spatial: 2, temporal: 2 };
  /** Bytes of each layer since the last look, [spatial][temporal]. */
  layers: number[][] = [];
  totals = { sent: 0, received: 0, encoded: 0, encodeMillis: 0, decoded: 0, decodeMillis: 0 };
  /** What is not as it was asked for, and why. */
  note = '';

  constructor(
    readonly prefer: 'wasm' | 'native',
    canvas: HTMLCanvasElement,
    /** Called with each picture that is shown, and what shows it. */
    private readonly shown: (timestamp: number, canvas: CanvasRenderingContext2D) => void,
  ) {
    this.#canvas = canvas.getContext('2d', { alpha: false, willReadFrequently: true })!;
  }

  async configure({ codec, bitrate, scalabilityMode }: Settings): Promise<void> {
    const name = codec === 'vp8' ? 'vp8' : 'vp09.00.21.08';
    const config = { codec: name, width: kWidth, height: kHeight, framerate: kFramerate, bitrate, latencyMode: 'realtime' as const };
    const mode = await this.#modeFor(config, scalabilityMode);
    this.note = mode === scalabilityMode ? '' : mode ? `has no ${scalabilityMode}: ${mode} instead` : `has no ${codec.toUpperCase()}`;
    if (!mode) return this.#end();
    if (this.#codec !== name) this.#end();
    this.#codec = name;
    this.#encoder ??= new VideoEncoder({ output: (chunk, metadata) => this.#sent(chunk, metadata), error: (error) => this.#fail(error) });
    // A new bitrate alone needs no keyframe.
    this.#encoder.configure({ ...config, scalabilityMode: mode, prefer: this.prefer, maxQueue: 2 });
  }

  /** What comes nearest to the layers that are wanted; ours has them all. */
  async #modeFor(config: VideoEncoderConfig, wanted: string): Promise<string | null> {
    if (this.prefer === 'wasm') return wanted;
    for (const scalabilityMode of [wanted, `L1${wanted.slice(2)}`, 'L1T1']) {
      const support = await globalThis.VideoEncoder?.isConfigSupported({ ...config, scalabilityMode }).catch(() => null);
      if (support?.supported) return scalabilityMode;
    }
    return null;
  }

  /** `lost`: the network will lose this picture. */
  take(frame: VideoFrame, lost: boolean): void {
    if (this.#encoder?.state !== 'configured') return;
    // Pictures that an encoder left out never come back.
    for (const set of [this.#lost, this.#began]) if (set.size > 60) set.clear();
    if (lost) this.#lost.add(frame.timestamp);
    this.#began.set(frame.timestamp, performance.now());
    this.#encoder.encode(frame, { keyFrame: this.#keyDue });
    this.#keyDue = false;
  }

  /** Larger sizes than before can only be shown from a keyframe on. */
  receive(keep: Keep): void {
    if (keep.spatial > this.keep.spatial) this.#askForKey();
    this.keep = keep;
  }

  close(): void {
    this.#end();
    this.#canvas.clearRect(0, 0, kWidth, kHeight);
  }

  #sent(chunk: EncodedVideoChunk, { svc }: TesseraVideoChunkMetadata): void {
    const { timestamp, type } = chunk;
    const temporal = svc?.temporalLayerId ?? 0;
    const data = new Uint8Array(chunk.byteLength);
    chunk.copyTo(data);
    const frames = framesOf(data);
    frames.forEach(({ length }, spatial) => {
      const row = (this.layers[spatial] ??= []);
      row[temporal] = (row[temporal] ?? 0) + length;
    });
    this.totals.sent += data.length;
    this.#timed(timestamp, 'encode');
    if (this.#lost.delete(timestamp)) return this.#miss(temporal);
    if (type === 'key') [this.#broken, this.#gap] = [false, Infinity];
    if (this.#broken) return this.#askForKey();
    // More frames join at a picture that all of them build on.
    if (temporal === 0) this.#temporal = this.keep.temporal;
    if (temporal === this.#gap) this.#gap = Infinity;
    if (temporal > Math.min(this.#temporal, this.#gap)) return;
    const kept = this.#codec === 'vp8' ? data : chunkOf(frames.slice(0, this.keep.spatial + 1));
    this.totals.received += kept.length;
    this.#decode(new EncodedVideoChunk({ type, timestamp, data: kept }));
  }

  /** What builds on a lost picture cannot be shown. Of the highest temporal layer nothing does. */
  #miss(temporal: number): void {
    if (temporal > 0) this.#gap = Math.min(this.#gap, temporal);
    else this.#broken = true;
    if (this.#broken) this.#askForKey();
  }

  #askForKey(): void {
    if (performance.now() - this.#askedAt < kAskEvery) return;
    this.#askedAt = performance.now();
    this.#keyDue = true;
  }

  #decode(chunk: EncodedVideoChunk): void {
    if (!this.#decoder || this.#decoder.state === 'closed') {
      if (chunk.type !== 'key') return this.#askForKey();
      this.#decoder = new VideoDecoder({ output: (frame) => this.#show(frame), error: () => this.#askForKey() });
      this.#decoder.configure({ codec: this.#codec, prefer: this.prefer, optimizeForLatency: true, colorSpace: kColors });
    }
    this.#began.set(chunk.timestamp, performance.now());
    this.#decoder.decode(chunk);
  }

  #show(frame: VideoFrame): void {
    this.#timed(frame.timestamp, 'decode');
    this.#canvas.drawImage(frame, 0, 0, kWidth, kHeight);
    const { timestamp } = frame;
    frame.close();
    this.shown(timestamp, this.#canvas);
  }

  #timed(timestamp: number, what: 'encode' | 'decode'): void {
    const began = this.#began.get(timestamp);
    if (began === undefined) return;
    this.#began.delete(timestamp);
    const millis = performance.now() - began;
    if (what === 'encode') [this.totals.encoded, this.totals.encodeMillis] = [this.totals.encoded + 1, this.totals.encodeMillis + millis];
    else [this.totals.decoded, this.totals.decodeMillis] = [this.totals.decoded + 1, this.totals.decodeMillis + millis];
  }

  #fail(error: DOMException): void {
    this.note = `stopped: ${error.message}`;
    this.#end();
  }

  #end(): void {
    for (const codec of [this.#encoder, this.#decoder]) if (codec && codec.state !== 'closed') codec.close();
    [this.#encoder, this.#decoder, this.#codec, this.#broken, this.#keyDue, this.layers] = [null, null, '', true, true, []];
    this.#lost.clear();
    this.#began.clear();
  }
}
