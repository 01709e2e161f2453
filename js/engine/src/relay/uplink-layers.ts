// SPDX-License-Identifier: Apache-2.0
// How one camera or screen is encoded for the relay: size, layers and rates, and the flags of each frame.

import type { EncodedLayer, TesseraVideoChunkMetadata, TesseraVideoEncoderConfig } from '../codecs/index.js';
import type { VideoCodec, VideoContent } from './messages.js';

/** Pixels in the largest picture sent: relays are for narrow ways. */
const kMostPixels = { camera: 640 * 360, screen: 1280 * 720 };
/** From so many pixels on a picture is worth a second, smaller size. */
const kTwoSizes = 480 * 270;
/** Bits a pixel and frame. */
const kBitsPerPixel = { camera: 0.1, screen: 0.05 };
const kFrameRate = 30;
/** Part of the rate that the lower temporal layers, and the smaller size, take. */
const kTemporalShare = [0.5, 0.7, 1];
const kSmallShare = 0.35;

export interface UplinkLayer {
  spatial: number;
  temporal: number;
  width: number;
  height: number;
  frameRate: number;
  bitrate: number;
}

/** As codec strings. VP9 of level 3.1, 8 bits. */
const kCodecs: Record<VideoCodec, string> = { vp8: 'vp8', vp9: 'vp09.00.31.08' };

/** The encoder's configuration for a source of this size. VP8 has temporal layers alone. */
export function encoderConfig(width: number, height: number, content: VideoContent, codec: VideoCodec = 'vp9', maxBitrate = Infinity): TesseraVideoEncoderConfig & { bitrate: number } {
  const scale = Math.min(1, Math.sqrt(kMostPixels[content] / (width * height)));
  // Halves of it are even, too.
  const side = (length: number): number => Math.max(32, Math.round((length * scale) / 4) * 4);
  const [w, h] = [side(width), side(height)];
  return {
    codec: kCodecs[codec],
    width: w,
    height: h,
    bitrate: Math.min(maxBitrate, Math.max(100_000, Math.round(w * h * kFrameRate * kBitsPerPixel[content]))),
    framerate: kFrameRate,
    scalabilityMode: codec === 'vp9' && w * h >= kTwoSizes ? 'L2T3' : 'L1T3',
    latencyMode: 'realtime',
    maxQueue: 2,
    contentHint: content === 'screen' ? 'text' : 'motion',
  };
}

/** What is on offer with that configuration; rates include the layers below. */
export function layersOf({ width, height, bitrate, scalabilityMode }: TesseraVideoEncoderConfig & { bitrate: number }): UplinkLayer[] {
  const sizes = scalabilityMode!.startsWith('L2') ? 2 : 1;
  return Array.from({ length: sizes * 3 }, (_, index) => {
    const [spatial, temporal] = [Math.floor(index / 3), index % 3];
    const small = sizes === 2 && spatial === 0;
    return {
      spatial,
      temporal,
      width: small ? width >> 1 : width,
      height: small ? height >> 1 : height,
      frameRate: kFrameRate / 2 ** (2 - temporal),
      bitrate: Math.round(bitrate * kTemporalShare[temporal]! * (small ? kSmallShare : 1)),
    };
  });
}

/** One layer of one picture, ready for a frame of its own. */
export interface LayerFrame {
  spatial: number;
  temporal: number;
  key: boolean;
  switching: boolean;
  unreferenced: boolean;
  data: Uint8Array<ArrayBuffer>;
}

/** So many frames are remembered: no encoder refers further back. */
const kRemembered = 256;

/** Takes chunks apart and tells what each part needs. */
export class LayerSplitter {
  /** Of each remembered frame: its picture's number and its temporal layer. */
  readonly #known = new Map<number, { picture: number; temporal: number }>();
  #picture = 0;

  split(data: Uint8Array<ArrayBuffer>, key: boolean, { layers, svc }: TesseraVideoChunkMetadata): LayerFrame[] {
    this.#picture++;
    if (layers && layers.length > 0) return this.#own(data, layers);
    // A browser's encoder, whose pictures of a temporal layer refer to lower layers only.
    const temporal = svc?.temporalLayerId ?? 0;
    return [{ spatial: 0, temporal: Math.min(3, temporal), key, switching: temporal > 0, unreferenced: temporal >= 2, data }];
  }

  #own(data: Uint8Array<ArrayBuffer>, layers: readonly EncodedLayer[]): LayerFrame[] {
    let at = 0;
    return layers.map(({ id, spatialIndex, temporalIndex, dependencies, isReference, byteLength }) => {
      const earlier = dependencies.map((it) => this.#known.get(it)).filter((it) => it?.picture !== this.#picture);
      this.#known.set(id, { picture: this.#picture, temporal: temporalIndex });
      this.#known.delete(id - kRemembered);
      const part = layers.length === 1 ? data : data.subarray(at, at + byteLength);
      at += byteLength;
      return {
        spatial: spatialIndex,
        temporal: temporalIndex,
        key: earlier.length === 0,
        switching: temporalIndex > 0 && earlier.every((it) => it !== undefined && it.temporal < temporalIndex),
        unreferenced: !isReference,
        data: part,
      };
    });
  }
}
