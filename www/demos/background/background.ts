// SPDX-License-Identifier: Apache-2.0
// A camera track in, a track with another background out, with controls to change it while it runs.

import { type BackgroundOptions, BackgroundProcessor } from 'tessera-rtc/background';
import source from './background.ts?raw';

const element = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const startButton = element<HTMLButtonElement>('#start');
const form = element<HTMLFormElement>('#controls');
const status = element<HTMLOutputElement>('#status');
const stats = element<HTMLOutputElement>('#stats');

element('#source').textContent = source;

let camera: MediaStreamTrack | null = null;
let processor: BackgroundProcessor | null = null;
let pictureFile: Blob | null = null;

/** A picture for those who have none at hand: an evening sky. */
function paintedSky(): ImageData {
  const canvas = new OffscreenCanvas(1280, 720);
  const context = canvas.getContext('2d')!;
  const sky = context.createLinearGradient(0, 0, 0, 720);
  for (const [at, color] of [[0, '#1d2b53'], [0.55, '#b5536b'], [0.75, '#f2a65a'], [1, '#3b2a35']] as const) sky.addColorStop(at, color);
  context.fillStyle = sky;
  context.fillRect(0, 0, 1280, 720);
  return context.getImageData(0, 0, 1280, 720);
}

/** What the form asks for. */
function chosen(): BackgroundOptions {
  const values = new FormData(form);
  switch (values.get('kind')) {
    case 'color':
      return { kind: 'color', color: String(values.get('color')) };
    case 'image':
      return { kind: 'image', image: pictureFile ?? paintedSky(), lightWrap: Number(values.get('lightWrap')) };
    case 'none':
      return { kind: 'none' };
    default:
      return { kind: 'blur', strength: Number(values.get('strength')) };
  }
}

function stop(): void {
  processor?.close();
  camera?.stop();
  processor = camera = null;
  element<HTMLVideoElement>('#before').srcObject = element<HTMLVideoElement>('#after').srcObject = null;
  element<HTMLFieldSetElement>('#controls fieldset').disabled = true;
  startButton.textContent = 'Start the camera';
  stats.textContent = '';
}

async function start(): Promise<void> {
  status.textContent = 'Opening the camera…';
  [camera] = (await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } })).getVideoTracks() as [MediaStreamTrack];
  status.textContent = 'Loading the background…';
  processor = await BackgroundProcessor.create(camera, chosen());
  processor.addEventListener('error', ({ error }) => {
    stop();
    status.textContent = `The background stopped: ${error.message}`;
  });
  processor.addEventListener('stats', ({ fps, msPerFrame, segmentationMs, level }) => {
    const every = ['every frame', 'every 2nd frame', 'every 3rd frame'][level] ?? '';
    stats.textContent = `${fps.toFixed(0)} frames a second, ${msPerFrame.toFixed(1)} ms each; finding you takes ${segmentationMs.toFixed(1)} ms, in ${every}`;
  });
  processor.track.addEventListener('ended', () => {
    stop();
    status.textContent = 'The camera has ended.';
  });
  element<HTMLVideoElement>('#before').srcObject = new MediaStream([camera]);
  element<HTMLVideoElement>('#after').srcObject = new MediaStream([processor.track]);
  element<HTMLFieldSetElement>('#controls fieldset').disabled = false;
  startButton.textContent = 'Stop the camera';
  status.textContent = 'Running.';
}

startButton.addEventListener('click', async () => {
  startButton.disabled = true;
  try {
    if (processor) {
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

form.addEventListener('input', async ({ target }) => {
  if (target instanceof HTMLInputElement && target.name === 'file') pictureFile = target.files?.[0] ?? null;
  const options = chosen();
  for (const label of form.querySelectorAll<HTMLElement>('[data-for]')) label.hidden = label.dataset.for !== options.kind;
  try {
    await processor?.update(options);
    if (processor) status.textContent = 'Running.';
  } catch (error) {
    status.textContent = error instanceof Error ? error.message : String(error);
  }
});
form.addEventListener('submit', (event) => event.preventDefault());
