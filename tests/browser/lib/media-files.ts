// SPDX-License-Identifier: Apache-2.0
// The tests' camera and microphone: a real photograph of a person with gentle motion, and real speech, made once into the cache.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { cache, photograph } from './paths.js';
import { command } from './processes.js';

/** Bump when a recipe below changes: it is part of each file's name. */
const version = 2;
const folder = path.join(cache, 'browser-media');

/** The picture that the camera shows: 640x360 at 15 fps, the photograph scaled to 704x704 and swaying by at most `kSway` pixels. */
export const kCamera = { width: 640, height: 360, frameRate: 15, scaled: 704, left: 32, top: 16, sway: 12 } as const;

/** The same picture at 960x540 and 10 fps: browsers encode three simulcast layers only from this size on. */
export const kWideCamera = { width: 960, height: 540, frameRate: 10, scaled: 1056, left: 48, top: 24, sway: 18 } as const;

async function made(name: string, make: (file: string) => Promise<unknown>): Promise<string> {
  const file = path.join(folder, `v${version}-${name}`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const half = path.join(folder, `.${process.pid}-${name}`);
  await make(half);
  renameSync(half, file);
  return file;
}

/** A .y4m file for --use-file-for-fake-video-capture, 8 s, sways so that its end meets its beginning. */
export function cameraFile(): Promise<string> {
  const { width, height, frameRate, scaled, left, top, sway } = kCamera;
  return made('camera.y4m', file => command('ffmpeg', '-hide_banner', '-loglevel', 'error', '-y', '-loop', '1', '-framerate', String(frameRate),
    '-t', '8', '-i', photograph(), '-vf',
    `scale=${scaled}:${scaled},crop=${width}:${height}:'${left}+${sway}*sin(2*PI*t/4)':'${top}+${sway / 2}*sin(2*PI*t/2)',format=yuv420p`,
    '-f', 'yuv4mpegpipe', file));
}

/** The same of kWideCamera, 4 s. */
export function wideCameraFile(): Promise<string> {
  return made('camera-wide.y4m', file => command('ffmpeg', '-hide_banner', '-loglevel', 'error', '-y', '-loop', '1', '-framerate', '10',
    '-t', '4', '-i', photograph(), '-vf', "scale=1056:1056,crop=960:540:'48+18*sin(2*PI*t/4)':'24+9*sin(2*PI*t/2)',format=yuv420p",
    '-f', 'yuv4mpegpipe', file));
}

/** One frame of the same picture at rest, as JPEG, for cameras made from a canvas. */
export function cameraStill(): Promise<string> {
  const { scaled } = kCamera;
  return made('still.jpg', file => command('ffmpeg', '-hide_banner', '-loglevel', 'error', '-y', '-i', photograph(),
    '-vf', `scale=${scaled}:${scaled}`, '-q:v', '3', '-f', 'mjpeg', file));
}

/** A .wav file for --use-file-for-fake-audio-capture: 48 kHz mono speech, looped by the browser. */
export function microphoneFile(): Promise<string> {
  return made('speech.wav', async file => {
    const raw = `${file}.espeak.wav`;
    await command('espeak-ng', '-v', 'en', '-s', '160', '-w', raw,
      'The quick brown fox jumps over the lazy dog. We can hear each other now. One, two, three, four, five, six, seven, eight, nine, ten.');
    await command('ffmpeg', '-hide_banner', '-loglevel', 'error', '-y', '-i', raw, '-ar', '48000', '-ac', '1', '-f', 'wav', file);
    await command('rm', '-f', raw);
  });
}
