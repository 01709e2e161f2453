// SPDX-License-Identifier: Apache-2.0
// Records the camera and the microphone, shows how it goes, and lists what is kept, also of tabs that were closed.

import { listRecordings, Recorder, type RecorderOptions } from 'tessera-rtc/recorder';
import source from './recorder.ts?raw';

const element = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const recordButton = element<HTMLButtonElement>('#record');
const pauseButton = element<HTMLButtonElement>('#pause');
const form = element<HTMLFormElement>('#controls');
const status = element<HTMLOutputElement>('#status');
const progress = element('#progress');
const preview = element<HTMLVideoElement>('#preview');
const result = element<HTMLVideoElement>('#result');

/** Not in TypeScript's library. */
const { showSaveFilePicker } = window as { showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle> };

let recorder: Recorder | null = null;
let stream: MediaStream | null = null;

element('#source').textContent = source;
element('#pick').hidden = !showSaveFilePicker;

const size = (bytes: number): string => (bytes < 1e6 ? `${(bytes / 1000).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

function showProgress(duration: number, bytes: number, dropped: number): void {
  element('#numbers').textContent = `${clock(duration)} · ${size(bytes)}${dropped ? ` · ${dropped} frames left out` : ''}`;
}

function play(file: Blob): void {
  URL.revokeObjectURL(result.src);
  result.src = URL.createObjectURL(file);
}

function button(text: string, label: string, press: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'button';
  made.textContent = text;
  made.ariaLabel = label;
  made.addEventListener('click', press);
  return made;
}

let shown = '';

async function showKept(): Promise<void> {
  const recordings = await listRecordings();
  const names = recordings.map(({ name }) => name).join();
  if (names === shown) return;
  shown = names;
  element('#kept').replaceChildren(...recordings.reverse().map(({ name, file, download, remove }) => {
    const text = document.createElement('span');
    text.textContent = `${name}, ${size(file.size)}`;
    const item = document.createElement('li');
    item.append(text, button('Play', `Play ${name}`, () => {
      play(file);
      void result.play().catch(() => undefined);
    }), button('Download', `Download ${name}`, () => download()), button('Delete', `Delete ${name}`, async () => {
      await remove();
      await showKept();
      status.textContent = `${name} is deleted.`;
    }));
    return item;
  }));
}

/** What the form asks for. */
async function chosen(): Promise<RecorderOptions> {
  const values = new FormData(form);
  const options: RecorderOptions = { videoCodec: values.get('videoCodec') as 'vp8' | 'vp9', prefer: values.get('prefer') as 'wasm' | 'native' };
  if (values.get('pick') && showSaveFilePicker) options.target = await showSaveFilePicker({ suggestedName: 'recording.webm', types: [{ accept: { 'video/webm': ['.webm'] } }] });
  return options;
}

async function start(): Promise<void> {
  const options = await chosen();
  status.textContent = 'Opening camera and microphone…';
  stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 }, audio: true });
  preview.srcObject = stream;
  status.textContent = 'Loading the encoders…';
  recorder = await Recorder.start(stream, options);
  recorder.addEventListener('progress', ({ duration, bytes, droppedFrames }) => showProgress(duration, bytes, droppedFrames));
  recorder.addEventListener('stop', ({ recording }) => {
    if (recording.file) play(recording.file);
    ended(`Recorded: ${clock(recording.duration)}, ${size(recording.bytes)}.`);
  });
  recorder.addEventListener('error', ({ error }) => ended(`The recording ended: ${error.message}`));
  showProgress(0, 0, 0);
  show('recording');
  status.textContent = 'Recording.';
}

function ended(text: string): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
  preview.srcObject = recorder = stream = null;
  element('#numbers').textContent = '';
  show('inactive');
  status.textContent = text;
  void showKept();
}

function show(state: RecordingState): void {
  recordButton.textContent = state === 'inactive' ? 'Record' : 'Stop';
  pauseButton.textContent = state === 'paused' ? 'Resume' : 'Pause';
  pauseButton.disabled = state === 'inactive';
  element<HTMLFieldSetElement>('#controls fieldset').disabled = state !== 'inactive';
  progress.hidden = state === 'inactive';
  progress.classList.toggle('paused', state === 'paused');
}

recordButton.addEventListener('click', async () => {
  recordButton.disabled = true;
  try {
    await (recorder ? recorder.stop() : start());
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    ended(name === 'AbortError' ? 'No file was chosen.'
      : name === 'NotAllowedError' ? 'Camera and microphone are not allowed on this page. Allow them in the browser’s site settings and try again.'
      : `It did not work: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    recordButton.disabled = false;
  }
});

pauseButton.addEventListener('click', () => {
  if (recorder?.state === 'recording') recorder.pause();
  else recorder?.resume();
  show(recorder?.state ?? 'inactive');
});
form.addEventListener('submit', (event) => event.preventDefault());
void showKept();
// Other tabs record, too, and one that was closed a moment ago lets go of its recording a little later.
setInterval(() => void showKept(), 2000);
