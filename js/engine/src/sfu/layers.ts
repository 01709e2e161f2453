// SPDX-License-Identifier: Apache-2.0
// Which layers a video is sent in, so that senders announce and receivers choose by the same rule.

/** A layer on offer. */
export interface OfferedLayer {
  spatial: number;
  temporal: number;
  width: number;
  height: number;
  /** Frames a second. */
  frameRate: number;
  /** Bits a second, about. */
  bitrate: number;
}

/** What another participant says of its layers: whether it can be worked with. */
export function validLayers(layers: unknown): layers is OfferedLayer[] {
  const within = (value: unknown, least: number, most: number): boolean => typeof value === 'number' && value >= least && value <= most;
  const index = (value: unknown): boolean => Number.isInteger(value) && within(value, 0, 3);
  if (!Array.isArray(layers) || layers.length < 1 || layers.length > 12) return false;
  const places = new Set(layers.map((it) => `${it?.spatial}/${it?.temporal}`));
  return (
    places.size === layers.length &&
    layers.every(
      (it) => index(it?.spatial) && index(it.temporal) && within(it.width, 1, 16_384) && within(it.height, 1, 16_384) && within(it.frameRate, 0.1, 1000) && within(it.bitrate, 1000, 1e9),
    )
  );
}

/** Each layer has half the width and height of the next; the smallest worth sending is about 240x135. */
const kThreeFrom = 960 * 540;
const kTwoFrom = 480 * 270;

/** Bits a second that a camera's layers may take, from the largest down, and of one without others; as in layered_senders.cc. */
const kMostOfCamera = [1_700_000, 500_000, 150_000];
const kMostOfSingle = 500_000;
const kMostOfScreen = 2_500_000;

/** How many simulcast layers browsers encode of a camera of this size, 1 to 3. */
export function cameraLayerCount(width: number, height: number): number {
  const pixels = width * height;
  return pixels >= kThreeFrom ? 3 : pixels >= kTwoFrom ? 2 : 1;
}

/** What a source of this size and rate is sent in, smallest first. A screen has layers of frame rate only. */
export function offeredLayers(content: string, width: number, height: number, frameRate: number): OfferedLayer[] {
  const screen = content === 'screen';
  const count = screen ? 1 : cameraLayerCount(width, height);
  const temporals = screen ? 3 : 2;
  const layers: OfferedLayer[] = [];
  for (let spatial = 0; spatial < count; spatial++) {
    const scale = 2 ** (count - 1 - spatial);
    const size = { width: Math.round(width / scale), height: Math.round(height / scale) };
    const most = screen ? kMostOfScreen : count === 1 ? kMostOfSingle : kMostOfCamera[count - 1 - spatial]!;
    // About what Chromium spends on VP8 of a lively camera while nothing limits it: 1.2 Mbit/s for 960x540 at 10 frames a second, the
    // most there may be for 320x180. A screen mostly stands still. Receivers correct it by what they measure.
    const pixels = size.width * size.height;
    const atTen = screen ? 28 * pixels ** 0.75 : 6050 * pixels ** 0.4;
    const full = Math.round(Math.min(most, atTen * Math.sqrt(frameRate / 10)));
    for (let temporal = 0; temporal < temporals; temporal++) {
      const fraction = 1 / 2 ** (temporals - 1 - temporal);
      layers.push({ spatial, temporal, ...size, frameRate: frameRate * fraction, bitrate: Math.round(full * (0.4 + 0.6 * fraction)) });
    }
  }
  return layers;
}
