// SPDX-License-Identifier: Apache-2.0
// The background demo as any of the browsers shows it: what its pictures hold, read inside the page.
import type { Evaluates } from '../lib/probes.js';
import { until } from '../lib/resources.js';

export type Rgb = readonly [number, number, number];

/** The colour that the demo offers first. */
const kColour: Rgb = [0x2f, 0x5d, 0x62];

/** Mean colour of the upper left corner, where nobody is, of the picture with this id; null before its first picture. */
export const corner = (page: Evaluates, id: 'before' | 'after' | 'ours-video' | 'theirs-canvas'): Promise<Rgb | null> => page.evaluate(id => {
  const picture = document.getElementById(id) as HTMLVideoElement | HTMLCanvasElement;
  const width = picture instanceof HTMLVideoElement ? picture.videoWidth : picture.width;
  if (width === 0) return null;
  const context = new OffscreenCanvas(8, 8).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(picture, 0, 0, width / 16, width / 16, 0, 0, 8, 8);
  const { data } = context.getImageData(0, 0, 8, 8);
  const sums = [0, 0, 0];
  for (let i = 0; i < data.length; i++) if (i % 4 < 3) sums[i % 4]! += data[i]! / 64;
  return sums as unknown as Rgb;
}, id);

/** How much of the picture's middle is white and of its upper left corner black: a mask of somebody in the middle. */
export const maskParts = (page: Evaluates): Promise<{ middle: number; corner: number }> => page.evaluate(() => {
  const canvas = document.querySelector<HTMLCanvasElement>('#mask')!;
  const context = new OffscreenCanvas(32, 18).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(canvas, 0, 0, 32, 18);
  const mean = (x: number, y: number): number => {
    const { data } = context.getImageData(x, y, 4, 4);
    return data.reduce((sum, value, i) => (i % 4 === 0 ? sum + value : sum), 0) / 16;
  };
  return { middle: mean(14, 11), corner: mean(0, 0) };
}, null);

export const difference = (a: Rgb, b: Rgb): number => Math.max(...a.map((value, c) => Math.abs(value - b[c]!)));

/** What the page says of itself. */
export const status = (page: Evaluates): Promise<string> => page.evaluate(() => document.querySelector('#status')!.textContent!, null);

/** Chooses a kind of background in the form, as a person does with the keyboard: the radio is focused and clicked. */
export const chooseKind = (page: Evaluates, kind: string): Promise<void> =>
  page.evaluate(kind => document.querySelector<HTMLInputElement>(`[name=kind][value=${kind}]`)!.click(), kind);

/** Presses the button with this id, and waits until it rests again. */
export async function press(page: Evaluates, id: string): Promise<void> {
  await until(`#${id} to be ready`, () => page.evaluate(id => !document.querySelector<HTMLButtonElement>(`#${id}`)!.disabled, id));
  await page.evaluate(id => document.querySelector<HTMLButtonElement>(`#${id}`)!.click(), id);
}

/** Starts `source` ('clip' or 'camera') and waits for moving, processed pictures. */
export async function startDemo(page: Evaluates, source: 'clip' | 'camera'): Promise<void> {
  await press(page, source);
  await until('the demo to run', async () => (await status(page)) === 'Running.', 40_000);
  await until('pictures', async () => (await corner(page, 'before')) && (await corner(page, 'after')));
}

/** A colour behind the person, then the mask, then none: what every browser has to manage. `alpha`: whether its tracks keep it. */
export async function expectColourMaskAndNone(page: Evaluates, { alpha = true } = {}): Promise<void> {
  await chooseKind(page, 'color');
  await until('the colour', async () => difference((await corner(page, 'after'))!, kColour) < 14);
  await press(page, 'mask-view');
  await until('the mask', async () => {
    const parts = await maskParts(page);
    return parts.corner < 60 && (!alpha || parts.middle > 180);
  });
  await press(page, 'mask-view');
  await chooseKind(page, 'none');
  // The clip moves, and a slow browser shows the result somewhat later than the original.
  await until('the room', async () => {
    const seen = (await corner(page, 'after'))!;
    return difference(seen, kColour) > 20 && difference(seen, (await corner(page, 'before'))!) < 45;
  });
}
