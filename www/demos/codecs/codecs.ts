// SPDX-License-Identifier: Apache-2.0
// The camera through two codecs at the same settings, with controls, numbers, graphs, and layers to drop.

import { Chart } from './chart';
import chartSource from './chart.ts?raw';
import source from './codecs.ts?raw';
import { kHeight, kWidth, Lane } from './lane';
import laneSource from './lane.ts?raw';
import { frameOf } from './picture';
import pictureSource from './picture.ts?raw';
import { Quality } from './quality';
import qualitySource from './quality.ts?raw';
import { Stack } from './stack';
import stackSource from './stack.ts?raw';
import superframeSource from './superframe.ts?raw';

const element = <T extends Element>(selector: string): T => document.querySelector<T>(selector)!;
const startButton = element<HTMLButtonElement>('#start');
const form = element<HTMLFormElement>('#controls');
const status = element<HTMLOutputElement>('#status');
const names = ['wasm', 'native'] as const;
const kSecondsPerLook = 0.5;
/** Of so many pictures the quality of one is measured. Odd, so that each layer has its turn. */
const kMeasureEvery = 3;

element('#source').textContent = [source, laneSource, superframeSource, stackSource, pictureSource, qualitySource, chartSource].join('\n');

const quality = new Quality();
const charts = { quality: new Chart(element('#quality'), false), rate: new Chart(element('#rate'), true) };
const psnr: Record<(typeof names)[number], number | null> = { wasm: null, native: null };
const measured = { wasm: { pictures: 0, sum: 0, count: 0 }, native: { pictures: 0, sum: 0, count: 0 } };
const lanes = Object.fromEntries(names.map((name) => [name, new Lane(name, element(`#${name}`), (timestamp, canvas) => {
  measured[name].pictures++;
  const decibels = quality.measure(timestamp, canvas);
  if (decibels === null) return;
  measured[name].sum += decibels;
  measured[name].count++;
})])) as Record<(typeof names)[number], Lane>;

let camera: MediaStream | null = null;
let stopFrames = (): void => undefined;
const stack = new Stack(element('#stack'), (keep) => {
  for (const name of names) lanes[name].receive(keep);
});

/** What the form asks for. VP8 has one size. */
function chosen() {
  const values = new FormData(form);
  const codec = values.get('codec') === 'vp8' ? 'vp8' : 'vp9';
  const spatial = codec === 'vp8' ? 1 : Number(values.get('spatial'));
  return { codec, bitrate: Number(values.get('bitrate')) * 1000, spatial, temporal: Number(values.get('temporal')), loss: Number(values.get('loss')) / 100 } as const;
}

function showValues(): void {
  const { codec, bitrate, spatial, temporal, loss } = chosen();
  const say = (name: string, text: string) => (element(`#${name}-value`).textContent = text);
  say('bitrate', `${bitrate / 1000} kbit/s`);
  say('spatial', codec === 'vp8' ? '1 (VP8)' : String(spatial));
  say('temporal', String(temporal));
  say('loss', `${Math.round(loss * 100)} %`);
  form.querySelector<HTMLInputElement>('[name=spatial]')!.disabled = codec === 'vp8';
}

async function apply(): Promise<void> {
  const { codec, bitrate, spatial, temporal } = chosen();
  stack.build(spatial, temporal, kWidth, kHeight);
  if (!camera) return;
  await Promise.all(names.map((name) => lanes[name].configure({ codec, bitrate, scalabilityMode: `L${spatial}T${temporal}` })));
  for (const name of names) element(`#${name}-note`).textContent = lanes[name].note;
}

/** Twice a second: numbers, graphs, and each layer's share. */
function look(): void {
  const rows: Record<string, Record<(typeof names)[number], string>> = {};
  const kilobits = { wasm: null as number | null, native: null as number | null };
  for (const name of names) {
    const lane = lanes[name];
    const { sent, received, encoded, encodeMillis, decoded, decodeMillis } = lane.totals;
    const { pictures, sum, count } = measured[name];
    const rate = (bytes: number) => (bytes * 8) / 1000 / kSecondsPerLook;
    if (count) psnr[name] = sum / count;
    else if (!pictures) psnr[name] = null;
    kilobits[name] = sent ? rate(received) : null;
    const fill = (label: string, value: string, has: unknown) => ((rows[label] ??= { wasm: '–', native: '–' })[name] = has ? value : '–');
    fill('Sent', `${rate(sent).toFixed(0)} kbit/s`, sent);
    fill('Received', `${rate(received).toFixed(0)} kbit/s`, sent);
    fill('Encoding a picture', `${(encodeMillis / encoded).toFixed(1)} ms`, encoded);
    fill('Decoding a picture', `${(decodeMillis / decoded).toFixed(1)} ms`, decoded);
    fill('Shown', `${(pictures / kSecondsPerLook).toFixed(0)} a second`, sent);
    fill('PSNR', `${psnr[name]?.toFixed(1)} dB`, psnr[name] !== null);
    lane.totals = { sent: 0, received: 0, encoded: 0, encodeMillis: 0, decoded: 0, decodeMillis: 0 };
    measured[name] = { pictures: 0, sum: 0, count: 0 };
  }
  element('#numbers tbody').replaceChildren(...Object.entries(rows).map(([label, { wasm, native }]) => {
    const row = document.createElement('tr');
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = label;
    row.append(head);
    for (const value of [wasm, native]) row.insertCell().textContent = value;
    return row;
  }));
  const { layers } = lanes.wasm;
  stack.show(camera && ((spatial, temporal) => ((layers[spatial]?.[temporal] ?? 0) * 8) / 1000 / kSecondsPerLook));
  for (const name of names) {
    lanes[name].layers = [];
    element(`#${name}-note`).textContent = lanes[name].note;
  }
  if (!camera) return;
  charts.quality.add(psnr);
  charts.rate.add(kilobits);
}

/** Gives both lanes the same pictures, cut to one size; the network loses the same ones of both. */
function runFrames(video: HTMLVideoElement): () => void {
  const context = new OffscreenCanvas(kWidth, kHeight).getContext('2d', { alpha: false, willReadFrequently: true })!;
  let count = 0;
  let request = 0;
  const onFrame = (): void => {
    request = video.requestVideoFrameCallback(onFrame);
    const scale = Math.max(kWidth / video.videoWidth, kHeight / video.videoHeight);
    const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
    context.drawImage(video, (kWidth - width) / 2, (kHeight - height) / 2, width, height);
    const timestamp = Math.round(performance.now() * 1000);
    const frame = frameOf(context.getImageData(0, 0, kWidth, kHeight), timestamp);
    if (count++ % kMeasureEvery === 0) quality.remember(frame);
    const lost = Math.random() < chosen().loss;
    for (const name of names) lanes[name].take(frame, lost);
    frame.close();
  };
  request = video.requestVideoFrameCallback(onFrame);
  const timer = setInterval(look, kSecondsPerLook * 1000);
  return () => {
    clearInterval(timer);
    video.cancelVideoFrameCallback(request);
    video.srcObject = null;
  };
}

function stop(): void {
  stopFrames();
  stopFrames = () => undefined;
  for (const name of names) lanes[name].close();
  for (const track of camera?.getTracks() ?? []) track.stop();
  camera = null;
  startButton.textContent = 'Start the camera';
  look();
}

async function start(): Promise<void> {
  status.textContent = 'Opening the camera…';
  camera = await navigator.mediaDevices.getUserMedia({ video: { width: kWidth, height: kHeight } });
  status.textContent = 'Loading the codecs…';
  const video = document.createElement('video');
  video.muted = video.playsInline = true;
  video.srcObject = camera;
  camera.getVideoTracks()[0]!.addEventListener('ended', () => {
    stop();
    status.textContent = 'The camera has ended.';
  });
  for (const chart of Object.values(charts)) chart.clear();
  await apply();
  await video.play();
  stopFrames = runFrames(video);
  startButton.textContent = 'Stop the camera';
  status.textContent = 'Running.';
}

startButton.addEventListener('click', async () => {
  startButton.disabled = true;
  try {
    if (camera) {
      stop();
      status.textContent = 'Stopped.';
    } else {
      await start();
    }
  } catch (error) {
    stop();
    status.textContent = error instanceof DOMException && error.name === 'NotAllowedError'
      ? 'The camera is not allowed on this page. Allow it in the browser’s site settings and try again.'
      : `It did not start: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    startButton.disabled = false;
  }
});

form.addEventListener('input', () => {
  showValues();
  void apply();
});
form.addEventListener('submit', (event) => event.preventDefault());
showValues();
void apply();
look();
