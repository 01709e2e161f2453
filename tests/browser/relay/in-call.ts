// SPDX-License-Identifier: Apache-2.0
// Calls of the engine on a bare page, in whichever browser: entering one, and waiting until picture and sound go a certain way.
import { until } from '../lib/resources.js';
import '../sfu/in-page.js';

/** What is used of either driver's page. */
export interface AnyPage {
  evaluate<A, R>(run: (argument: A) => R | Promise<R>, argument: A): Promise<R>;
}

/** In the page: joins with camera and microphone, and shows the others. */
export async function enterCall({ room, name }: { room: string; name: string }): Promise<void> {
  globalThis.room = await globalThis.tessera.joinRoom({ url: location.origin, room, name });
  globalThis.room.addEventListener('participantjoined', ({ participant }) => document.querySelector('main')!.append(participant.createTile()));
  await globalThis.room.local.enableCamera();
  await globalThis.room.local.enableMicrophone();
}

/** In the page: frames of the first tile and the loudest level of anybody, over three seconds at most. */
async function seenAndHeard(): Promise<{ frames: number; level: number }> {
  const video = document.querySelector('main > *')?.shadowRoot?.querySelector('video');
  const seen = { frames: 0, level: 0 };
  const count = (): void => {
    seen.frames++;
    video?.requestVideoFrameCallback(count);
  };
  video?.requestVideoFrameCallback(count);
  for (let look = 0; look < 30 && !(seen.frames > 5 && seen.level > 0.005); look++) {
    await new Promise(resolve => { setTimeout(resolve, 100); });
    for (const { audioLevel } of globalThis.room!.participants.values()) seen.level = Math.max(seen.level, audioLevel);
  }
  return seen;
}

/** Waits until every page has the call in that topology (any, if none is named), with moving pictures and sound. */
export async function carriedBy(pages: readonly AnyPage[], topology = ''): Promise<void> {
  for (const [index, page] of pages.entries()) {
    let last = '';
    await until(`picture and sound on page ${index}${topology && ` in topology ${topology}`}`, async () => {
      const now = await page.evaluate(() => globalThis.room!.topology, undefined);
      last = now;
      if (topology !== '' && now !== topology) return false;
      const { frames, level } = await page.evaluate(seenAndHeard, undefined);
      last = `${now}, ${frames} frames, level ${level}`;
      return frames > 5 && level > 0.005;
    }, 90_000, 100).catch((error: Error) => { throw new Error(`${error.message}: ${last}`); });
  }
}
