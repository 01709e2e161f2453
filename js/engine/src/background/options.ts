// SPDX-License-Identifier: Apache-2.0
// What a background can be, and the checks of what callers ask for.

import { OptionError } from '../errors.js';
import { requireBoolean, requireNumber, requireObject } from '../options.js';

/** Effects that go with every background but 'none', and can be combined. */
export interface PersonEffects {
  /**
   * 0..1: gently lights the person, and only the person: lifts dark faces towards a well-lit one and lets the light fall
   * off from the face. Leaves a person who is well lit already nearly as they are. Default 0 (off).
   */
  portraitLight?: number;
  /**
   * Crops the picture around the people in it, by a factor of 2 at most, and follows them smoothly. The output keeps its
   * size, and a picture or film behind stands still. Default false.
   */
  autoFraming?: boolean;
}

export interface LightWrap {
  /** 0..1: how much of the background's light falls on the person's outline. Default 0. */
  lightWrap?: number;
}

/** 'cover' fills the frame and cuts what sticks out, 'contain' shows all of it on black. Default 'cover'. */
export type BackgroundFit = 'cover' | 'contain';

/** The picture as the camera gives it. With it, and only with it, unchanged frames are sent. */
export interface NoBackground {
  kind: 'none';
}

/** The room stays in sight, and everything that is in it: for portraitLight and autoFraming alone. */
export interface RoomBackground extends PersonEffects {
  kind: 'room';
}

export interface BlurBackground extends PersonEffects {
  kind: 'blur';
  /** 0 (softly out of focus) to 1 (nothing can be made out), continuous. Default 0.6. */
  strength?: number;
}

export interface ImageBackground extends PersonEffects, LightWrap {
  kind: 'image';
  /**
   * A picture: its address (fetched with CORS), or its data. Decoded in the worker; SVG has to be drawn to an ImageBitmap
   * first. Larger than 1920 pixels is scaled down. What is transparent in it lies on black.
   */
  image: string | URL | Blob | ImageBitmap | ImageData;
  fit?: BackgroundFit;
}

export interface VideoBackground extends PersonEffects, LightWrap {
  kind: 'video';
  /**
   * A film. An address (fetched with CORS) or a Blob is played muted and in a loop, and pauses with the page. A video
   * element stays the caller's: its film is shown as it is played, sought or paused there, with whatever sound it has; it
   * must not be of another origin without CORS.
   */
  video: string | URL | Blob | HTMLVideoElement;
  fit?: BackgroundFit;
}

export interface ColorBackground extends PersonEffects, LightWrap {
  kind: 'color';
  /** '#rrggbb'. */
  color: string;
}

/**
 * Nothing behind the person: frames with an alpha channel (I420A, or RGBA where the browser knows no I420A; not
 * premultiplied), for compositing elsewhere on the page. What is fully transparent is black. Encoders drop the alpha: the
 * other side of a call sees the person on black.
 */
export interface TransparentBackground extends PersonEffects {
  kind: 'transparent';
}

export type BackgroundOptions = NoBackground | RoomBackground | BlurBackground | ImageBackground | VideoBackground | ColorBackground | TransparentBackground;

type Picture = string | Blob | ImageBitmap | ImageData;

/**
 * @internal Options with every default filled in, in a form that can be posted to a worker. A film itself stays on the page
 * (see film.ts): `film` is its first frame, which whoever posts the request owns until then, and the worker from then on;
 * without one the background is black until a frame of it comes.
 */
export type EffectRequest = { portraitLight: number; autoFraming: boolean } & (
  | { kind: 'room' }
  | { kind: 'blur'; strength: number }
  | { kind: 'image'; image: Picture; fit: BackgroundFit; lightWrap: number }
  | { kind: 'video'; film?: VideoFrame; fit: BackgroundFit; lightWrap: number }
  | { kind: 'color'; red: number; green: number; blue: number; lightWrap: number }
  | { kind: 'transparent' }
);

/** @internal */
export type BackgroundRequest = { kind: 'none' } | EffectRequest;

const isA = (value: unknown, name: string): boolean => {
  const type = (globalThis as Record<string, unknown>)[name];
  return typeof type === 'function' && value instanceof type;
};

/** The absolute address, or null when there is none. */
function addressOf(value: unknown): string | null {
  if (typeof value !== 'string' && !(value instanceof URL)) return null;
  try {
    return new URL(value, globalThis.location?.href).href;
  } catch {
    return null;
  }
}

function requireImage(value: unknown): Picture {
  if (isA(value, 'Blob') || isA(value, 'ImageData')) return value as Blob | ImageData;
  if (isA(value, 'ImageBitmap') && (value as ImageBitmap).width > 0) return value as ImageBitmap;
  const address = addressOf(value);
  if (address !== null) return address;
  throw new OptionError('background.image', 'an address, a Blob, an ImageBitmap that is not closed, or ImageData');
}

/** @internal What plays the film: an absolute address, a Blob or the caller's element. @throws OptionError */
export function requireVideo(value: unknown): string | Blob | HTMLVideoElement {
  if (isA(value, 'Blob') || isA(value, 'HTMLVideoElement')) return value as Blob | HTMLVideoElement;
  const address = addressOf(value);
  if (address !== null) return address;
  throw new OptionError('background.video', 'an address, a Blob or a video element');
}

function requireFit(fit: unknown): BackgroundFit {
  if (fit !== 'cover' && fit !== 'contain') throw new OptionError('background.fit', "'cover' or 'contain'");
  return fit;
}

function requireColor(color: unknown): { red: number; green: number; blue: number } {
  const match = typeof color === 'string' ? /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color) : null;
  if (!match) throw new OptionError('background.color', "a colour such as '#1e2a38'");
  const [red, green, blue] = match.slice(1).map((part) => Number.parseInt(part, 16)) as [number, number, number];
  return { red, green, blue };
}

const share = (value: unknown, option: string, fallback = 0): number => requireNumber(value ?? fallback, option, 0, 1);

/** @internal @throws OptionError */
export function requestOf(options: BackgroundOptions): BackgroundRequest {
  const given = requireObject(options, 'background');
  const effects = {
    portraitLight: share(given.portraitLight, 'background.portraitLight'),
    autoFraming: requireBoolean(given.autoFraming ?? false, 'background.autoFraming'),
  };
  const lightWrap = (): number => share(given.lightWrap, 'background.lightWrap');
  switch (options.kind) {
    case 'none':
      // Silently sending the room without them would not be what was asked for.
      if (effects.portraitLight > 0 || effects.autoFraming) throw new OptionError('background.kind', "'room', so that portraitLight and autoFraming have something to work on");
      return { kind: 'none' };
    case 'room':
    case 'transparent':
      return { kind: options.kind, ...effects };
    case 'blur':
      return { kind: 'blur', strength: share(options.strength, 'background.strength', 0.6), ...effects };
    case 'image':
      return { kind: 'image', image: requireImage(options.image), fit: requireFit(options.fit ?? 'cover'), lightWrap: lightWrap(), ...effects };
    case 'video':
      requireVideo(options.video);
      return { kind: 'video', fit: requireFit(options.fit ?? 'cover'), lightWrap: lightWrap(), ...effects };
    case 'color':
      return { kind: 'color', ...requireColor(options.color), lightWrap: lightWrap(), ...effects };
    default:
      throw new OptionError('background.kind', `'none', 'room', 'blur', 'image', 'video', 'color' or 'transparent', not ${JSON.stringify(given.kind)}`);
  }
}
