// SPDX-License-Identifier: Apache-2.0
// What a codec and its worker say to each other: one request, one reply, in order.

import type { AudioSettings, VideoSettings } from './config.js';

/** A picture: a frame of the browser's, or the bytes of one of ours (tightly packed I420). */
export interface PictureMessage {
  frame?: VideoFrame;
  i420?: ArrayBuffer;
  width: number;
  height: number;
  timestamp: number;
}

export type Request =
  | { type: 'video-encoder'; wasm: string; settings: VideoSettings; /** Not merely a new rate: the next frame is a keyframe. */ fresh: boolean }
  | { type: 'video-decoder'; wasm: string; codec: 'vp8' | 'vp9'; keyFramesOnly: boolean; maxSpatialLayer: number }
  | { type: 'audio-encoder'; wasm: string; deep: boolean; settings: AudioSettings }
  | { type: 'audio-decoder'; wasm: string; deep: boolean; channels: number }
  | { type: 'encode-picture'; picture: PictureMessage; key: boolean }
  | { type: 'decode-picture'; data: ArrayBuffer; timestamp: number; duration: number | null; look: Look }
  | { type: 'encode-sound'; samples: Float32Array }
  | { type: 'decode-sound'; data: ArrayBuffer; how: 'decode' | 'conceal' | 'recover' | 'recover-far'; lostMicros: number; beforeMicros: number };

/** How the configuration says that pictures are to be shown. */
export interface Look {
  /** Width over height of the pixels shown. */
  displayAspect?: number;
  init: { colorSpace?: VideoColorSpaceInit; rotation?: number; flip?: boolean };
}

/** One frame of one layer in a picture that was encoded. */
export interface LayerMessage {
  id: number;
  spatialIndex: number;
  temporalIndex: number;
  isKey: boolean;
  isReference: boolean;
  width: number;
  height: number;
  dependencies: number[];
  byteLength: number;
}

export interface EncodedMessage {
  data: ArrayBuffer;
  layers: LayerMessage[];
}

export interface Replies {
  'video-encoder': null;
  'video-decoder': null;
  'audio-encoder': { frameSamples: number; lookahead: number };
  'audio-decoder': null;
  /** `fromRgb`: the picture was converted, so that its colours are no longer the frame's own. */
  'encode-picture': { chunks: EncodedMessage[]; millis: number; fromRgb: boolean };
  'decode-picture': { frame?: VideoFrame; i420?: ArrayBuffer; width: number; height: number; millis: number } | null;
  'encode-sound': { data: ArrayBuffer; millis: number };
  'decode-sound': { samples: Float32Array; millis: number };
}

export type Reply = { ok: true; result: Replies[keyof Replies] } | { ok: false; name: 'NotSupportedError' | 'EncodingError' | 'OperationError'; message: string };
