// SPDX-License-Identifier: Apache-2.0
// What a background can be, and the checks of what callers ask for.

import { OptionError } from '../errors.js';
import { requireNumber, requireObject } from '../options.js';

/** The picture as the camera gives it. With it, and only with it, unchanged frames are sent. */
export interface NoBackground {
  kind: 'none';
}

export interface BlurBackground {
  kind: 'blur';
  /** 0 (softly out of focus) to 1 (nothing can be made out), continuous. Default 0.6. */
  strength?: number;
}

export interface ImageBackground {
  kind: 'image';
  /**
   * A picture: its address (fetched with CORS), or its data. Decoded in the worker; SVG has to be drawn to an ImageBitmap
   * first. Larger than 1920 pixels is scaled down.
   */
  image: string | URL | Blob | ImageBitmap | ImageData;
  /** 'cover' fills the frame and cuts what sticks out, 'contain' shows all of it on black. Default 'cover'. */
  fit?: 'cover' | 'contain';
  /** 0..1: how much of the picture's light falls on the person's outline. Default 0. */
  lightWrap?: number;
}

export interface ColorBackground {
  kind: 'color';
  /** '#rrggbb'. */
  color: string;
}

export type BackgroundOptions = NoBackground | BlurBackground | ImageBackground | ColorBackground;

/** @internal Options with every default filled in, in a form that can be posted to a worker. */
export type BackgroundRequest =
  | { kind: 'none' }
  | { kind: 'blur'; strength: number }
  | { kind: 'image'; image: string | Blob | ImageBitmap | ImageData; fit: 'cover' | 'contain'; lightWrap: number }
  | { kind: 'color'; red: number; green: number; blue: number };

const isA = (value: unknown, name: 'Blob' | 'ImageBitmap' | 'ImageData'): boolean => {
  const type = (globalThis as Record<string, unknown>)[name];
  return typeof type === 'function' && value instanceof type;
};

function requireImage(value: unknown): string | Blob | ImageBitmap | ImageData {
  if (isA(value, 'Blob') || isA(value, 'ImageData')) return value as Blob | ImageData;
  if (isA(value, 'ImageBitmap') && (value as ImageBitmap).width > 0) return value as ImageBitmap;
  if (typeof value === 'string' || value instanceof URL) {
    try {
      return new URL(value, globalThis.location?.href).href;
    } catch {
      // Told below.
    }
  }
  throw new OptionError('background.image', 'an address, a Blob, an ImageBitmap that is not closed, or ImageData');
}

/** @internal @throws OptionError */
export function requestOf(options: BackgroundOptions): BackgroundRequest {
  const { kind } = requireObject(options, 'background');
  switch (options.kind) {
    case 'none':
      return { kind: 'none' };
    case 'blur':
      return { kind: 'blur', strength: requireNumber(options.strength ?? 0.6, 'background.strength', 0, 1) };
    case 'image': {
      const fit = options.fit ?? 'cover';
      if (fit !== 'cover' && fit !== 'contain') throw new OptionError('background.fit', "'cover' or 'contain'");
      return { kind: 'image', image: requireImage(options.image), fit, lightWrap: requireNumber(options.lightWrap ?? 0, 'background.lightWrap', 0, 1) };
    }
    case 'color': {
      const match = typeof options.color === 'string' ? /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(options.color) : null;
      if (!match) throw new OptionError('background.color', "a colour such as '#1e2a38'");
      const [red, green, blue] = match.slice(1).map((part) => Number.parseInt(part, 16)) as [number, number, number];
      return { kind: 'color', red, green, blue };
    }
    default:
      throw new OptionError('background.kind', `'none', 'blur', 'image' or 'color', not ${JSON.stringify(kind)}`);
  }
}
