// SPDX-License-Identifier: Apache-2.0
// What callers of LayerSelector pass in, and its checks.

import { OptionError } from '../errors.js';
import { requireBoolean, requireNumber, requireObject } from '../options.js';

/** How much a picture is worth. Utility = role × size × sharpness × motion; all weights multiply. */
export interface UtilityOptions {
  /** Of a tile whose person speaks. 0.1..100, default 1.6. */
  speakerWeight?: number;
  /** Of a pinned tile. 0.1..100, default 4. */
  pinnedWeight?: number;
  /** Of a shared screen. 0.1..100, default 2. */
  screenWeight?: number;
  /** Frames a second beyond which a camera gets no better. 1..240, default 30. */
  cameraFrameRate?: number;
  /** The same for a screen. Default 10. */
  screenFrameRate?: number;
  /** What a camera's picture that hardly moves is worth beside a smooth one. 0..1, default 0.4. */
  cameraMotionFloor?: number;
  /** The same for one who speaks. Default 0.3. */
  speakerMotionFloor?: number;
  /** The same for a screen. Default 0.8. */
  screenMotionFloor?: number;
  /** What a still is worth beside a smooth video of the same sharpness. 0..1, default 0.12. */
  stillValue?: number;
}

export interface LayerSelectorOptions {
  utility?: UtilityOptions;
  /** Bits a second that are left for sound before any video. Default 48,000. */
  audioBitsPerSecond?: number;
  /** Share of one processor core that decoding may take. Default: as much as the layers ask for. */
  decodeShare?: number;
  /** Where a call starts, in bits a second; doubles every 200 ms without trouble. Default 3,000,000. */
  initialBitsPerSecond?: number;
  /** Milliseconds between two pictures of a still. 500..3,600,000, default 5000. */
  stillIntervalMs?: number;
  /** Keeps a log of all inputs and decisions, for exportLog(). Default false. */
  record?: boolean;
  /** Takes nothing while the page is in the background. Default true. */
  pauseInBackground?: boolean;
  /** Address of a copy of the package's `dist` folder. Default: where this code was loaded from. */
  assetBaseUrl?: string | URL;
  /** Aborts the creation; has no effect after it. */
  signal?: AbortSignal;
}

/** One layer on offer. */
export interface VideoLayer {
  /** 0..3, the lowest first; in simulcast the encoding's place. */
  spatial: number;
  /** 0..3. */
  temporal: number;
  width: number;
  height: number;
  /** Frames a second. */
  frameRate: number;
  /** Bits a second that taking it costs, lower layers that it needs included. Corrected by what is measured. */
  bitrate: number;
  /** False: not being sent at present; a demand brings it back. Default true. */
  active?: boolean;
}

export interface ObservedVideo {
  /** Names the video in choices. 1..256 bytes, unique. */
  id: string;
  layers: readonly VideoLayer[];
  /** Default 'participant'. */
  role?: 'participant' | 'speaker';
  /** Default false. */
  pinned?: boolean;
  /** Default 'camera'. 'screen' wants sharpness, 'camera' motion, 'detail' some of both. */
  content?: 'camera' | 'screen' | 'detail';
  /** For the cost of decoding. Default 'other': an average. */
  codec?: 'vp8' | 'vp9' | 'h264' | 'av1' | 'other';
  /** Where the spatial layer may change: 'key-frame' (simulcast, the default) or 'any-frame' (SVC). */
  switching?: 'key-frame' | 'any-frame';
}

/** How a video is shown, for pages that know it themselves. */
export interface VideoTile {
  /** Device pixels. */
  width: number;
  height: number;
  /** Default true. */
  visible?: boolean;
}

export interface DownlinkReport {
  bitsPerSecond: number;
  /** 0..1, default 0.8: a doubtful one is not used up to its end. */
  confidence?: number;
}

const utilityRanges: Record<keyof UtilityOptions, [number, number]> = {
  speakerWeight: [0.1, 100],
  pinnedWeight: [0.1, 100],
  screenWeight: [0.1, 100],
  cameraFrameRate: [1, 240],
  screenFrameRate: [1, 240],
  cameraMotionFloor: [0, 1],
  speakerMotionFloor: [0, 1],
  screenMotionFloor: [0, 1],
  stillValue: [0, 1],
};

/** @internal The options as pairs for the module. @throws OptionError */
export function settingsOf(options: LayerSelectorOptions): [name: string, value: number][] {
  requireObject(options, 'options');
  const settings: [string, number][] = [];
  for (const [name, value] of Object.entries(options.utility ?? {})) {
    const range = utilityRanges[name as keyof UtilityOptions];
    if (!range) throw new OptionError(`utility.${name}`, `one of ${Object.keys(utilityRanges).join(', ')}`);
    if (value !== undefined) settings.push([name, requireNumber(value, `utility.${name}`, ...range)]);
  }
  const { audioBitsPerSecond, initialBitsPerSecond, stillIntervalMs } = options;
  if (audioBitsPerSecond !== undefined) settings.push(['audio', requireNumber(audioBitsPerSecond, 'audioBitsPerSecond', 0, 1e9)]);
  if (initialBitsPerSecond !== undefined) settings.push(['initialDownlink', requireNumber(initialBitsPerSecond, 'initialBitsPerSecond', 1e4, 1e12)]);
  if (stillIntervalMs !== undefined) settings.push(['stillInterval', requireNumber(stillIntervalMs, 'stillIntervalMs', 500, 3_600_000)]);
  return settings;
}

function oneOf<T extends string>(value: T | undefined, option: string, fallback: T, allowed: readonly T[]): T {
  if (value === undefined) return fallback;
  if (!allowed.includes(value)) throw new OptionError(option, `one of ${allowed.map((name) => `'${name}'`).join(', ')}`);
  return value;
}

/** @internal With every default filled in. @throws OptionError */
export function videoOf(video: ObservedVideo): Required<ObservedVideo> {
  requireObject(video, 'video');
  if (typeof video.id !== 'string' || video.id.length < 1 || new TextEncoder().encode(video.id).length > 256) throw new OptionError('id', 'a text of 1 to 256 bytes');
  if (!Array.isArray(video.layers) || video.layers.length < 1 || video.layers.length > 16) throw new OptionError('layers', '1 to 16 layers');
  video.layers.forEach((layer: VideoLayer, index) => {
    const at = `layers[${index}]`;
    requireObject(layer, at);
    for (const name of ['spatial', 'temporal'] as const) {
      if (!Number.isInteger(layer[name]) || layer[name] < 0 || layer[name] > 3) throw new OptionError(`${at}.${name}`, 'a whole number from 0 to 3');
    }
    for (const name of ['width', 'height'] as const) requireNumber(layer[name], `${at}.${name}`, 1, 16_384, 'pixels');
    requireNumber(layer.frameRate, `${at}.frameRate`, 0.1, 1000, 'frames a second');
    requireNumber(layer.bitrate, `${at}.bitrate`, 1, 1e9, 'bits a second');
  });
  return {
    id: video.id,
    layers: video.layers,
    role: oneOf(video.role, 'role', 'participant', ['participant', 'speaker']),
    pinned: requireBoolean(video.pinned ?? false, 'pinned'),
    content: oneOf(video.content, 'content', 'camera', ['camera', 'screen', 'detail']),
    codec: oneOf(video.codec, 'codec', 'other', ['vp8', 'vp9', 'h264', 'av1', 'other']),
    switching: oneOf(video.switching, 'switching', 'key-frame', ['key-frame', 'any-frame']),
  };
}
