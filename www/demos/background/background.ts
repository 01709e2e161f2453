// SPDX-License-Identifier: Apache-2.0
// A camera track in, a track with another background out, with everything that can be changed while it runs.

import { BackgroundProcessor } from 'tessera-rtc/background';
import { kClip, type Moving, openClip } from './clip.ts';
import type { Comparison } from './compare.ts';
import { chosen, closeFilm, form, showControls, takeFile } from './controls.ts';
import { Graph } from './graph.ts';
import { showMask } from './mask-view.ts';
import { listSources } from './sources.ts';

const element = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const before = element<HTMLVideoElement>('#before');
const after = element<HTMLVideoElement>('#after');
const stage = element('#stage');
const maskButton = element<HTMLButtonElement>('#mask-view');
const compareButton = element<HTMLButtonElement>('#compare');
const running = document.querySelectorAll<HTMLButtonElement>('[data-running]');
const graph = new Graph(element('#graph'), element('#legend'));
const say = (text: string) => (element('#status').textContent = text);

const kLevels = [
  'The person is looked for in every frame.',
  'This machine is short of time: the person is looked for in every second frame.',
  'This machine is short of time: the person is looked for in every second frame, in a smaller picture.',
  'This machine is short of time: the person is looked for in every third frame, in a small picture.',
];

let source: Moving | null = null;
let processor: BackgroundProcessor | null = null;
let stopMask: (() => void) | null = null;
let comparison: Comparison | null = null;

async function openCamera(): Promise<Moving> {
  const { width, height, frameRate } = kClip;
  const [track] = (await navigator.mediaDevices.getUserMedia({ video: { width, height, frameRate } })).getVideoTracks() as [MediaStreamTrack];
  return { track, stop: () => track.stop() };
}

/** Shows `from`; a processor that runs already takes its frames from there, without another output. */
async function start(from: Moving, mirrored: boolean): Promise<void> {
  endComparison();
  const last = source;
  source = from;
  before.srcObject = new MediaStream([from.track]);
  stage.classList.toggle('mirrored', mirrored);
  processor?.replaceTrack(from.track);
  last?.stop();
  if (processor) return;
  say('Loading the background…');
  processor = await BackgroundProcessor.create(from.track, await chosen());
  processor.addEventListener('error', ({ error }) => stop(`The background stopped: ${error.message}`));
  processor.addEventListener('stats', (second) => {
    graph.add(second);
    element('#ours').textContent = `${second.msPerFrame.toFixed(1)} ms`;
    element('#level').textContent = kLevels[second.level] ?? '';
  });
  processor.track.addEventListener('ended', () => stop('The camera has ended.'));
  after.srcObject = new MediaStream([processor.track]);
  element<HTMLVideoElement>('#ours-video').srcObject = after.srcObject;
  for (const control of running) control.disabled = false;
  stage.classList.add('running');
}

function stop(words: string): void {
  endComparison();
  setMask(false);
  processor?.close();
  source?.stop();
  closeFilm();
  processor = source = null;
  before.srcObject = after.srcObject = element<HTMLVideoElement>('#ours-video').srcObject = null;
  for (const control of running) control.disabled = true;
  stage.classList.remove('running');
  graph.clear();
  element('#level').textContent = '';
  say(words);
}

/** Changes the background to what the form asks for; while one change is under way only the newest of the others waits. */
let changing: Promise<void> | null = null;
let again = false;
function change(): Promise<void> {
  again = changing !== null;
  changing ??= (async () => {
    do {
      again = false;
      try {
        const options = stopMask ? { kind: 'transparent' as const } : await chosen();
        await processor?.update(options);
        if (processor) say('Running.');
      } catch (error) {
        // What was asked for meanwhile is tried all the same.
        say(error instanceof Error ? error.message : String(error));
      }
    } while (again);
    changing = null;
  })();
  return changing;
}

function setMask(on: boolean): void {
  if (on === (stopMask !== null)) return;
  stopMask?.();
  stopMask = on ? showMask(after, element('#mask')) : null;
  stage.classList.toggle('masked', on);
  element('.tag-after').textContent = on ? 'Mask' : 'Result';
  maskButton.setAttribute('aria-pressed', String(on));
  void change();
}

async function startComparison(): Promise<void> {
  setMask(false);
  form.querySelector<HTMLInputElement>('[name=kind][value=blur]')!.checked = true;
  showControls();
  await change();
  say('Loading MediaPipe, about 3 MB…');
  const { compare } = await import('./compare.ts');
  comparison = await compare(before, element('#theirs-canvas'), (ms) => (element('#theirs').textContent = `${ms.toFixed(1)} ms`));
  // From now on both see the very same frames.
  processor!.replaceTrack(comparison.track);
  comparison.begin();
  element('#comparison').hidden = false;
  void element<HTMLVideoElement>('#ours-video').play();
  compareButton.textContent = 'End the comparison';
  say('Both run.');
}

function endComparison(): void {
  if (!comparison) return;
  if (source && source.track.readyState === 'live') processor?.replaceTrack(source.track);
  comparison.close();
  comparison = null;
  element('#comparison').hidden = true;
  compareButton.textContent = 'Compare with MediaPipe';
  say('Running.');
}

function savePicture(): void {
  const canvas = Object.assign(document.createElement('canvas'), { width: after.videoWidth, height: after.videoHeight });
  canvas.getContext('2d')!.drawImage(stopMask ? element<HTMLCanvasElement>('#mask') : after, 0, 0);
  canvas.toBlob((blob) => {
    const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob!), download: 'tessera-background.png' });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say('The picture is in your downloads.');
  });
}

/** Runs what a button starts: the button rests meanwhile, and what goes wrong is said. */
function onPress(selector: string, work: () => Promise<void> | void): void {
  const button = element<HTMLButtonElement>(selector);
  button.addEventListener('click', async () => {
    button.setAttribute('aria-busy', 'true');
    try {
      await work();
    } catch (error) {
      const words = error instanceof DOMException && error.name === 'NotAllowedError' ? 'The camera is not allowed on this page. Allow it in the browser’s site settings and try again.'
        : error instanceof DOMException && error.name === 'NotFoundError' ? 'There is no camera. The built-in clip needs none.'
        : `It did not work: ${error instanceof Error ? error.message : String(error)}`;
      if (processor) say(words);
      else stop(words);
    } finally {
      button.removeAttribute('aria-busy');
    }
  });
}

onPress('#camera', async () => {
  say('Opening the camera…');
  await start(await openCamera(), true);
  say('Running.');
});
onPress('#clip', async () => {
  await start(await openClip(), false);
  say('Running.');
});
onPress('#stop', () => stop('Stopped.'));
onPress('#mask-view', () => setMask(stopMask === null));
onPress('#compare', () => (comparison ? endComparison() : startComparison()));
onPress('#save', savePicture);
element<HTMLInputElement>('#divider').addEventListener('input', ({ currentTarget }) => stage.style.setProperty('--split', `${(currentTarget as HTMLInputElement).value}%`));
form.addEventListener('input', ({ target }) => {
  if (target instanceof HTMLInputElement && target.type === 'file') takeFile(target);
  if (target instanceof HTMLInputElement && target.name === 'kind') setMask(false);
  showControls();
  void change();
});
form.addEventListener('submit', (event) => event.preventDefault());
showControls();
listSources(element('#sources'));
