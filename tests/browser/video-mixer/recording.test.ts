// SPDX-License-Identifier: Apache-2.0
// A room's recording: the picture of a video mixer and the sound of an audio mixer, recorded together, hold what ffprobe expects.
import { afterAll, expect, test } from 'vitest';
import { launchChromium } from '../lib/chromium.js';
import { Resources } from '../lib/resources.js';
import { serveMixer } from '../mixer/site.js';
import { probe } from '../recorder/media.js';

declare global {
  /** Of the page: an entry point of the package, by the name of its file. */
  // eslint-disable-next-line no-var
  var load: (name: string) => Promise<unknown>;
}

const suite = new Resources();
afterAll(() => suite.close());

/** Two people, each a colour and a tone, mixed and recorded; gives the file and how long it took. */
async function recordMix(seconds: number): Promise<{ base64: string; elapsed: number }> {
  const { VideoMixer } = video;
  const { AudioMixer } = (await load('audio')) as typeof import('../../../js/engine/src/audio/index.js');
  const { Recorder } = (await load('recorder')) as typeof import('../../../js/engine/src/recorder/index.js');
  const pictures = await VideoMixer.create({ width: 640, height: 360, frameRate: 15 });
  const sounds = await AudioMixer.create();
  const stops: (() => void)[] = [];
  for (const [id, colour, frequency] of [['ana', 'red', 500], ['ben', 'blue', 900]] as const) {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d')!;
    let x = 0;
    const timer = setInterval(() => {
      context.fillStyle = colour;
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = '#fff';
      context.fillRect((x += 5) % canvas.width, 20, 40, 40);
    }, 50);
    const destination = sounds.context.createMediaStreamDestination();
    const oscillator = new OscillatorNode(sounds.context, { frequency });
    oscillator.connect(new GainNode(sounds.context, { gain: 0.2 })).connect(destination);
    oscillator.start();
    pictures.addInput(id, canvas.captureStream(20).getVideoTracks()[0]!, { name: id });
    sounds.addInput(id, destination.stream.getAudioTracks()[0]!);
    stops.push(() => clearInterval(timer), () => oscillator.stop());
  }
  const recorder = await Recorder.start(new MediaStream([pictures.track, sounds.mix]), { videoCodec: 'vp8' });
  const began = performance.now();
  await new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
  const { file } = await recorder.stop();
  const elapsed = (performance.now() - began) / 1000;
  for (const stop of stops) stop();
  pictures.close();
  sounds.close();
  const bytes = new Uint8Array(await file!.arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return { base64: btoa(text), elapsed };
}

test('three seconds of a mix are three seconds of picture and sound', async () => {
  const browser = suite.add(await launchChromium(), 'chromium', value => value.close());
  const page = await browser.newPage();
  await page.goto(`${await serveMixer(suite)}/video`);
  await page.waitForFunction(() => 'video' in globalThis);
  const { base64, elapsed } = await page.evaluate(recordMix, 3);
  const said = await probe(base64);
  console.log(`${said.frames} frames, states ${said.duration} s of ${elapsed.toFixed(2)} s, ${said.loudness} dB`);
  expect(said.streams[0]).toBe('vp8 640x360');
  expect(said.streams[1]).toMatch(/^opus 48000 [12]$/);
  // Ending takes a moment of its own on a busy machine.
  expect(said.duration).toBeGreaterThan(2.5);
  expect(said.duration).toBeLessThan(elapsed + 0.5);
  expect(said.frames).toBeGreaterThan(9);
  expect(Math.abs(said.lastPackets.video! - said.lastPackets.audio!)).toBeLessThan(1);
  expect(said.loudness).toBeGreaterThan(-45);
}, 90_000);
