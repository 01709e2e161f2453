// SPDX-License-Identifier: Apache-2.0
// What the SFU tests' pages do: tiles of exact sizes, and clocks on what arrives in them.
import type { Page } from 'playwright-core';

/** Adds a tile for each participant, named by data-name, as large as a full picture. */
export const makeTiles = (page: Page) => page.evaluate(() => {
  const main = document.querySelector('main')!;
  globalThis.room!.addEventListener('participantjoined', ({ participant }) => {
    const tile = participant.createTile();
    tile.dataset['name'] = participant.name;
    tile.style.width = '320px';
    main.append(tile);
  });
});

/** The received picture's height in the tile of that name, 0 for none. */
export const heightOf = (page: Page, name: string): Promise<number> => page.evaluate(name => {
  const tile = document.querySelector(`[data-name="${name}"]`);
  return tile?.shadowRoot?.querySelector('video')?.videoHeight ?? 0;
}, name);

/** Makes a tile this wide (CSS pixels, 16:9), and gives the milliseconds until a picture of about that height is decoded, or -1. */
export const resize = (page: Page, name: string, width: number, height: number, timeoutMs = 6_000): Promise<number> => page.evaluate(async ({ name, width, height, timeoutMs }) => {
  const tile = document.querySelector<HTMLElement>(`[data-name="${name}"]`)!;
  const video = tile.shadowRoot!.querySelector('video')!;
  const began = performance.now();
  tile.style.width = `${width}px`;
  while (performance.now() - began < timeoutMs) {
    if (Math.abs(video.videoHeight - height) <= height * 0.12) return performance.now() - began;
    await new Promise(resolve => { setTimeout(resolve, 10); });
  }
  return -1;
}, { name, width, height, timeoutMs });

/** From now on notes the longest time without a new frame in a tile; the function given ends that, and gives it in milliseconds. */
export const watchForGaps = async (page: Page, name: string): Promise<() => Promise<number>> => {
  await page.evaluate(name => {
    const video = document.querySelector(`[data-name="${name}"]`)!.shadowRoot!.querySelector('video')!;
    let last = performance.now();
    let longest = 0;
    const note = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    };
    const frame = () => { note(); video.requestVideoFrameCallback(frame); };
    video.requestVideoFrameCallback(frame);
    (globalThis as { longestGap?: () => number }).longestGap = () => { note(); return longest; };
  }, name);
  return () => page.evaluate(() => (globalThis as unknown as { longestGap: () => number }).longestGap());
};

/** What this page received of a participant's camera so far. */
export const received = (page: Page, name: string) => page.evaluate(async name => {
  const participant = [...globalThis.room!.participants.values()].find(it => it.name === name);
  const { peers } = await globalThis.room!.getDiagnostics();
  const row = peers.find(it => it.participantId === participant?.id)?.inbound.find(it => it.kind === 'video');
  return { bytes: row?.bytesReceived ?? 0, frames: row?.framesDecoded ?? 0, height: row?.frameHeight ?? 0, at: performance.now() };
}, name);

/** The layers of this page's camera that are being encoded, as heights, smallest first. */
export const encodes = (page: Page): Promise<number[]> => page.evaluate(async () => {
  const { peers } = await globalThis.room!.getDiagnostics();
  const rows = peers[0]?.outbound.filter(it => it.kind === 'video' && it.active) ?? [];
  return rows.map(it => it.frameHeight ?? 0).sort((a, b) => a - b);
});
