// SPDX-License-Identifier: Apache-2.0
// Measures the blur in Firefox at 720p. The source is a canvas that draws a number as black and white stripes, in the part of the
// picture above the person: both the source and the result are watched on screen, and the number says which frame is seen.
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { launchFirefox, newFirefoxPage } from '../../browser/lib/firefox.js';
import { cameraStill } from '../../browser/lib/media-files.js';
import { Resources } from '../../browser/lib/resources.js';
import { serveSite } from '../../browser/background/site.js';

interface Seen {
  /** Frames of the result a second. */
  fps: number;
  /** Milliseconds between a frame's appearance in the source's video and in the result's, the median. */
  addedMs: number;
}

/** In the page. */
async function watch(): Promise<Seen> {
  const kBits = 8;
  const kSeconds = 8;
  const bitmap = await createImageBitmap(await (await fetch('/still.jpg')).blob());
  const canvas = document.createElement('canvas');
  canvas.width = 1280;
  canvas.height = 720;
  const context = canvas.getContext('2d')!;
  let count = 0;
  const draw = (): void => {
    count = (count + 1) % (1 << kBits);
    context.drawImage(bitmap, 0, 0, 704, 396, 0, 0, 1280, 720);
    for (let bit = 0; bit < kBits; bit++) {
      context.fillStyle = (count >> bit) & 1 ? '#fff' : '#000';
      context.fillRect(bit * 160, 0, 160, 120);
    }
  };
  draw();
  const timer = setInterval(draw, 1000 / 30);
  const track = canvas.captureStream(30).getVideoTracks()[0]!;
  const processor = await globalThis.background.BackgroundProcessor.create(track, { kind: 'blur', strength: 0.3 });

  /** When each number was first seen in `from`, from the first frame on. */
  const follow = (from: MediaStreamTrack): Map<number, number[]> => {
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = new MediaStream([from]);
    document.body.append(video);
    const reader = new OffscreenCanvas(kBits, 1).getContext('2d', { willReadFrequently: true })!;
    const seen = new Map<number, number[]>();
    let last = -1;
    const look = (now: number): void => {
      // The middle of each stripe, far from what the blur mixes in.
      for (let bit = 0; bit < kBits; bit++) reader.drawImage(video, bit * 160 + 70, 50, 20, 20, bit, 0, 1, 1);
      const { data } = reader.getImageData(0, 0, kBits, 1);
      let number = 0;
      for (let bit = 0; bit < kBits; bit++) if (data[4 * bit]! > 127) number |= 1 << bit;
      if (number !== last) seen.set(number, [...(seen.get(number) ?? []), now]);
      last = number;
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    void video.play();
    return seen;
  };
  const before = follow(track);
  const after = follow(processor.track);
  await new Promise((resolve) => { setTimeout(resolve, 3000); });
  const begin = performance.now();
  await new Promise((resolve) => { setTimeout(resolve, kSeconds * 1000); });
  const end = performance.now();
  clearInterval(timer);
  const added: number[] = [];
  let frames = 0;
  for (const [number, times] of after) {
    for (const time of times) {
      if (time < begin || time > end) continue;
      frames++;
      const source = (before.get(number) ?? []).filter((at) => at <= time).at(-1);
      // A number comes round every eight seconds: what is older than two is another frame.
      if (source !== undefined && time - source < 2000) added.push(time - source);
    }
  }
  processor.close();
  added.sort((a, b) => a - b);
  return { fps: frames / ((end - begin) / 1000), addedMs: added[added.length >> 1] ?? Number.NaN };
}

test('the blur in Firefox at 720p', async () => {
  await using resources = new Resources();
  const site = await serveSite(resources, { '/still.jpg': readFileSync(await cameraStill()) });
  const firefox = await launchFirefox();
  resources.add(firefox.resources, 'firefox', (value) => value.close());
  const page = await newFirefoxPage(firefox.browser);
  await page.setViewport({ width: 1280, height: 1500 });
  await page.goto(`${site.origin}/`);
  await page.waitForFunction(() => 'background' in globalThis);
  const { fps, addedMs } = await page.evaluate(watch);
  if (!Number.isFinite(addedMs)) throw new Error('no frame of the source was recognised in the result');
  writeFileSync(process.env.TESSERA_BENCH_REPORT ?? '/dev/stdout', JSON.stringify({ firefox720_fps: fps, firefox720_added_ms: addedMs }));
});
