// SPDX-License-Identifier: Apache-2.0
// The worker's side of video: pictures into the encoder module, frames out of the decoder module.

import type { MainModule as EncoderModule, VpxEncoder } from '../generated/vp9_encoder.mjs';
import type { MainModule as DecoderModule, VpxDecoder } from '../generated/vpx_decoder.mjs';
import type { VideoSettings } from './config.js';
import type { EncodedMessage, LayerMessage, Look, PictureMessage, Replies } from './messages.js';
import { type WorkerModule, loadWorkerModule } from '../worker-module.js';
import { Failure } from './worker-failure.js';

type PixelFormat = 'I420' | 'NV12' | 'RGBA' | 'BGRA';
const formats: Partial<Record<string, PixelFormat>> = { I420: 'I420', NV12: 'NV12', RGBA: 'RGBA', RGBX: 'RGBA', BGRA: 'BGRA', BGRX: 'BGRA' };

/** Where the planes of a tightly packed picture lie. */
function layoutOf(format: PixelFormat, width: number, height: number): PlaneLayout[] {
  const [chromaWidth, chromaHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  if (format === 'I420') {
    return [
      { offset: 0, stride: width },
      { offset: width * height, stride: chromaWidth },
      { offset: width * height + chromaWidth * chromaHeight, stride: chromaWidth },
    ];
  }
  if (format === 'NV12') return [{ offset: 0, stride: width }, { offset: width * height, stride: 2 * chromaWidth }];
  return [{ offset: 0, stride: width * 4 }];
}

/** The size a picture is shown at: of this aspect, never smaller than it is. */
function displaySize(width: number, height: number, aspect?: number): { displayWidth?: number; displayHeight?: number } {
  if (aspect === undefined) return {};
  const wide = Math.round(height * aspect);
  return wide >= width ? { displayWidth: wide, displayHeight: height } : { displayWidth: width, displayHeight: Math.round(width / aspect) };
}

function check({ code, message }: { code: unknown; message: unknown }, otherwise: Failure['exception']): void {
  if (code) throw new Failure(code === 'unsupported' || code === 'invalid-argument' ? 'NotSupportedError' : otherwise, String(message));
}

export class VideoEncoding {
  #settings: VideoSettings | null = null;
  #canvas: OffscreenCanvasRenderingContext2D | null = null;

  private constructor(
    readonly codec: 'vp8' | 'vp9',
    private readonly loaded: WorkerModule<EncoderModule>,
    private readonly encoder: VpxEncoder,
  ) {}

  static async load(codec: 'vp8' | 'vp9', wasm: string): Promise<VideoEncoding> {
    const { default: create } = codec === 'vp8' ? await import('../generated/vp8_encoder.mjs') : await import('../generated/vp9_encoder.mjs');
    const loaded = await loadWorkerModule(create as (options: object) => Promise<EncoderModule>, wasm);
    return new VideoEncoding(codec, loaded, new loaded.module.VpxEncoder());
  }

  configure(settings: VideoSettings, fresh: boolean): void {
    const old = this.#settings;
    const same = !fresh && old && (Object.keys(settings) as (keyof VideoSettings)[]).every((key) => key === 'bitrate' || key === 'framerate' || settings[key] === old[key]);
    // A new rate alone needs no new encoder, hence no keyframe.
    if (same) check(this.encoder.setRates(settings.bitrate, settings.framerate), 'OperationError');
    else check(this.encoder.configure(settings), 'OperationError');
    this.#settings = settings;
  }

  async encode(picture: PictureMessage, key: boolean): Promise<Replies['encode-picture']> {
    const fromRgb = await this.#write(picture);
    const began = performance.now();
    check(this.encoder.encode(picture.timestamp, key), 'EncodingError');
    const millis = performance.now() - began;
    return { chunks: this.#take(), millis, fromRgb };
  }

  /** Hands the picture to the encoder. Gives true where it was converted from red, green and blue. */
  async #write({ frame, i420, width: givenWidth, height: givenHeight }: PictureMessage): Promise<boolean> {
    const { width, height } = this.#settings!;
    if (!frame) {
      if (givenWidth !== width || givenHeight !== height) throw new Failure('EncodingError', 'The frame does not have the configured size.');
      const { address, size } = this.encoder.input('I420');
      this.loaded.bytes(address, size).set(new Uint8Array(i420!));
      return false;
    }
    try {
      const { visibleRect } = frame;
      const format = formats[frame.format ?? ''];
      const fits = visibleRect?.width === width && visibleRect.height === height && frame.displayWidth === width && frame.displayHeight === height;
      if (format && fits) {
        const { address, size } = this.encoder.input(format);
        await frame.copyTo(this.loaded.bytes(address, size), { rect: visibleRect!, layout: layoutOf(format, width, height) });
        return format === 'RGBA' || format === 'BGRA';
      }
      // Other sizes are scaled, other formats and opaque frames converted, by a canvas.
      if (this.#canvas?.canvas.width !== width || this.#canvas.canvas.height !== height) {
        this.#canvas = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      }
      if (!this.#canvas) throw new Failure('OperationError', 'The browser gave no canvas to convert frames with.');
      this.#canvas.drawImage(frame, 0, 0, width, height);
      const { address, size } = this.encoder.input('RGBA');
      this.loaded.bytes(address, size).set(this.#canvas.getImageData(0, 0, width, height).data);
      return true;
    } finally {
      frame.close();
    }
  }

  #take(): EncodedMessage[] {
    const layers: (LayerMessage & { address: number })[] = [];
    for (let index = 0; index < this.encoder.frameCount(); index++) {
      const { bytes, dependencyCount, dependency0, dependency1, ...rest } = this.encoder.frame(index);
      layers.push({ ...rest, dependencies: [dependency0, dependency1].slice(0, dependencyCount), byteLength: bytes.size, address: bytes.address });
    }
    if (layers.length === 0) return [];
    // Sizes of a simulcast are streams of their own; the layers of one picture go together, in a superframe.
    if (this.#settings!.scalabilityMode.startsWith('S')) {
      return layers.map(({ address, ...layer }) => ({ data: this.loaded.bytes(address, layer.byteLength).slice().buffer, layers: [layer] }));
    }
    const { address, size } = this.encoder.picture();
    return [{ data: this.loaded.bytes(address, size).slice().buffer, layers: layers.map(({ address: _, ...layer }) => layer) }];
  }
}

export class VideoDecoding {
  private constructor(
    private readonly loaded: WorkerModule<DecoderModule>,
    private readonly decoder: VpxDecoder,
  ) {}

  static async load(wasm: string): Promise<VideoDecoding> {
    const { default: create } = await import('../generated/vpx_decoder.mjs');
    const loaded = await loadWorkerModule<DecoderModule>(create, wasm);
    return new VideoDecoding(loaded, new loaded.module.VpxDecoder());
  }

  configure(codec: 'vp8' | 'vp9', keyFramesOnly: boolean, maxSpatialLayer: number): void {
    const code = this.decoder.configure(codec, keyFramesOnly, maxSpatialLayer);
    check({ code, message: 'The decoder could not be opened.' }, 'OperationError');
  }

  decode(data: ArrayBuffer, timestamp: number, duration: number | null, look: Look): Replies['decode-picture'] {
    this.loaded.bytes(this.decoder.input(data.byteLength), data.byteLength).set(new Uint8Array(data));
    const began = performance.now();
    const picture = this.decoder.decode();
    const millis = performance.now() - began;
    if (picture.code) throw new Failure('EncodingError', String(picture.message));
    const { width, height } = picture;
    if (width === 0) return null;
    const planes = [[picture.y, picture.yStride], [picture.u, picture.uvStride], [picture.v, picture.uvStride]] as const;
    const start = Math.min(picture.y, picture.u, picture.v);
    const end = Math.max(picture.y + picture.yStride * height, picture.v + picture.uvStride * ((height + 1) >> 1), picture.u + picture.uvStride * ((height + 1) >> 1));
    const memory = this.loaded.bytes(start, end - start);
    // Packed tightly, because Firefox does not heed a layout.
    const packed = new Uint8Array(width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1));
    let at = 0;
    planes.forEach(([address, stride], plane) => {
      const [w, h] = plane ? [(width + 1) >> 1, (height + 1) >> 1] : [width, height];
      for (let y = 0; y < h; y++, at += w) packed.set(memory.subarray(address - start + y * stride, address - start + y * stride + w), at);
    });
    if (typeof VideoFrame !== 'undefined') {
      const frame = new VideoFrame(packed, {
        format: 'I420', codedWidth: width, codedHeight: height, timestamp,
        ...(duration === null ? {} : { duration }),
        ...displaySize(width, height, look.displayAspect),
        ...look.init,
        ...({ transfer: [packed.buffer] } as object),
      });
      return { frame, width, height, millis };
    }
    return { i420: packed.buffer, width, height, millis };
  }
}
