// SPDX-License-Identifier: Apache-2.0
// What callers of VideoMixer may ask for, checked.

import { OptionError } from '../errors.js';
import { requireBoolean, requireNumber, requireObject, requireString } from '../options.js';
import type { TileRequest } from './messages.js';

/** As in wasm/video/mix/layout.h. */
export const kMaxTiles = 32;

export interface VideoMixerOptions {
  /** Of the mixed picture, in pixels: even, 64 to 4096. Default 1280. */
  width?: number;
  /** Even, 64 to 4096. Default 720. */
  height?: number;
  /** Mixed pictures a second, 1 to 60. Default 25. */
  frameRate?: number;
  /**
   * Milliseconds that tiles take to a new place, 0 to 10000; 0 jumps. Default 300, and 0 for people who prefer reduced motion.
   */
  transition?: number;
  /** Address of a copy of the package's `dist` folder. Default: where this code was loaded from. */
  assetBaseUrl?: string | URL;
  /** Aborts the creation; has no effect after it. */
  signal?: AbortSignal;
}

export interface VideoInputOptions {
  /** Written on the tile, and its first letter large while there is no picture. Up to 64 characters. Default: none. */
  name?: string;
  /** Whether the tile bears a crossed-out microphone. Default false. */
  muted?: boolean;
  /** A camera fills its tile, a screen is shown whole. Default 'camera'. */
  content?: 'camera' | 'screen';
  /** What is beside the picture, or there without one: '#rrggbb'. Default '#1f2428'. */
  background?: string;
}

/**
 * grid: all alike. speaker: `featured` large, the others in a strip. screen: the same with a narrower strip, `featured` in its own
 * proportions. picture-in-picture: `featured` fills the picture, the others lie small on its lower right.
 */
export interface VideoLayout {
  kind: 'grid' | 'speaker' | 'screen' | 'picture-in-picture';
  /** The id of the large input. While there is none of that id everything is a grid. */
  featured?: string | null;
}

const kKinds = ['grid', 'speaker', 'screen', 'picture-in-picture'];

export const requireId = (id: unknown): string => requireString(id, 'id', /^[^]{1,256}$/, 'a string of 1 to 256 characters');

export function requireSide(value: unknown, option: string): number {
  const side = requireNumber(value, option, 64, 4096, 'pixels');
  if (side % 2 !== 0) throw new OptionError(option, 'an even number of pixels from 64 to 4096');
  return side;
}

export function requireLayout(layout: unknown): VideoLayout {
  const { kind, featured = null } = requireObject(layout, 'layout') as unknown as VideoLayout;
  if (!kKinds.includes(kind)) throw new OptionError('layout.kind', `one of ${kKinds.join(', ')}`);
  if (featured !== null) requireString(featured, 'layout.featured', /^[^]{1,256}$/, 'the id of an input, or null');
  return { kind, featured };
}

/** `options` over what was asked before. */
export function tileRequestOf(options: VideoInputOptions, before?: TileRequest): TileRequest {
  requireObject(options, 'options');
  const content = options.content ?? (before?.contain ? 'screen' : 'camera');
  if (content !== 'camera' && content !== 'screen') throw new OptionError('content', "'camera' or 'screen'");
  return {
    name: requireString(options.name ?? before?.name ?? '', 'name', /^[^]{0,64}$/u, 'a string of at most 64 characters'),
    muted: requireBoolean(options.muted ?? before?.muted ?? false, 'muted'),
    contain: content === 'screen',
    background: requireString(options.background ?? before?.background ?? '#1f2428', 'background', /^#[0-9a-f]{6}$/i, 'a colour as #rrggbb'),
  };
}
