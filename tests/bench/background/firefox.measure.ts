// SPDX-License-Identifier: Apache-2.0
// Measures the blur in Firefox at 720p, and the same way through the page and the worker with nothing done: the browser's own cost.
// The source is Firefox's fake camera, whose frames come as a real camera's do (I420, from the capture thread). It shows one
// colour that changes a little with every frame: the blue seen in the source and in the result says which frame is on screen.
import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { launchFirefox } from '../../browser/lib/firefox.js';
import { Resources } from '../../browser/lib/resources.js';
import { serveSite } from '../../browser/background/site.js';

interface Seen {
  /** Frames of the result a second. */
  fps: number;
  /** Milliseconds between a frame's appearance in the source's video and in the result's, the median. */
  addedMs: number;
}

/** In the page. */
async function watch(kind: 'blur' | 'none'): Promise<Seen> {
  const [track] = (await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720, frameRate: 30 } })).getVideoTracks() as [MediaStreamTrack];
  const processor = await globalThis.background.BackgroundProcessor.create(track, { kind });

  /** The blue of the picture's middle, 0..255. */
  const blueOf = async (video: HTMLVideoElement): Promise<number> => {
    const frame = new VideoFrame(video, { timestamp: 0 });
    try {
      const rect = { x: 640, y: 400, width: 16, height: 16 };
      const bytes = new Uint8Array(frame.allocationSize({ rect }));
      const layout = await frame.copyTo(bytes, { rect });
      if (frame.format !== 'I420') return bytes[frame.format!.startsWith('B') ? 0 : 2]!;
      return Math.min(255, Math.max(0, 1.164 * (bytes[0]! - 16) + 2.017 * (bytes[layout[1]!.offset]! - 128)));
    } finally {
      frame.close();
    }
  };
  const follow = (from: MediaStreamTrack): { at: number; blue: number }[] => {
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = new MediaStream([from]);
    video.width = 320;
    document.body.append(video);
    const seen: { at: number; blue: number }[] = [];
    const look = (): void => {
      video.requestVideoFrameCallback(look);
      const at = performance.now();
      void blueOf(video).then((blue) => seen.push({ at, blue }));
    };
    video.requestVideoFrameCallback(look);
    void video.play();
    return seen;
  };
  const before = follow(track);
  const after = follow(processor.track);
  // Blue rises for about five seconds after the camera's start, and is of no use from then on.
  await new Promise((resolve) => { setTimeout(resolve, 1200); });
  const begin = performance.now();
  await new Promise((resolve) => { setTimeout(resolve, 3000); });
  const end = performance.now();
  const within = after.filter(({ at }) => at >= begin && at <= end);
  const added: number[] = [];
  for (const { at, blue } of within) {
    if (blue < 5 || blue > 250) continue;
    const [source] = before.filter((other) => other.at <= at + 5 && other.at > at - 800).sort((a, b) => Math.abs(a.blue - blue) - Math.abs(b.blue - blue));
    if (source && Math.abs(source.blue - blue) < 1.5) added.push(at - source.at);
  }
  processor.close();
  track.stop();
  document.body.replaceChildren();
  added.sort((a, b) => a - b);
  if (added.length < 20) throw new Error(`only ${added.length} frames of the source were recognised in the result`);
  return { fps: within.length / ((end - begin) / 1000), addedMs: added[added.length >> 1]! };
}

test('the blur in Firefox at 720p', async () => {
  await using resources = new Resources();
  const site = await serveSite(resources);
  const firefox = await launchFirefox();
  resources.add(firefox.resources, 'firefox', (value) => value.close());
  const page = await (await firefox.browser.createBrowserContext()).newPage();
  await page.setViewport({ width: 1280, height: 1000 });
  const measure = async (kind: 'blur' | 'none'): Promise<Seen> => {
    await page.goto(`${site.origin}/`);
    await page.waitForFunction(() => 'background' in globalThis);
    return page.evaluate(watch, kind);
  };
  const plain = await measure('none');
  const blur = await measure('blur');
  writeFileSync(process.env.TESSERA_BENCH_REPORT ?? '/dev/stdout', JSON.stringify({
    firefox720_fps: blur.fps, firefox720_added_ms: blur.addedMs, firefox720_plain_fps: plain.fps, firefox720_plain_added_ms: plain.addedMs,
  }));
});
