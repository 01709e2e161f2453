// SPDX-License-Identifier: Apache-2.0
// What a recording may be told, and what it is when nothing is told.

import type { Preference } from '../codecs/index.js';
import { OptionError } from '../errors.js';
import { requireNumber, requireObject } from '../options.js';

export interface RecorderOptions {
  /**
   * Where the file goes, while it is recorded:
   * - a `FileSystemFileHandle`, as `showSaveFilePicker()` gives it: duration and index are filled in at the end;
   * - a `FileSystemWritableFileStream`: the same, but nothing is safe before the end;
   * - any other `WritableStream` of `Uint8Array`: whole clusters in order. Such a file plays, but states no duration.
   *
   * Default: this site's private storage where there is one, memory otherwise; `recording.download()` hands it to the person.
   */
  target?: FileSystemFileHandle | WritableStream;
  /** File name for the default target and for downloads. Default: `recording-` and the time. */
  name?: string;
  /** Default `'vp9'`. */
  videoCodec?: 'vp8' | 'vp9';
  /** Default `'wasm'`; with `'native'` the browser's encoders, where they take the configuration. */
  prefer?: Preference;
  /** Bits per second, 50,000 to 50,000,000. Default: 0.07 for each pixel of each frame (1.9 Mbit/s at 1280x720, 30 frames a second). */
  videoBitsPerSecond?: number;
  /** Bits per second, 6000 to 510,000. Default 96,000. */
  audioBitsPerSecond?: number;
  /**
   * Milliseconds from one keyframe to the next, 500 to 30,000. Default 2000. Seeking is as fine as this, and a page that dies
   * loses no more than this.
   */
  videoKeyFrameIntervalDuration?: number;
  /** Address of a copy of the package's `dist` folder. Default: where this code was loaded from. */
  assetBaseUrl?: string | URL;
  /** Aborts the start; has no effect after it. */
  signal?: AbortSignal;
}

/** @internal With every default that does not depend on the tracks. */
export interface RecorderSettings {
  target: FileSystemFileHandle | WritableStream | null;
  name: string;
  videoCodec: 'vp8' | 'vp9';
  prefer: Preference;
  videoBitsPerSecond: number | null;
  audioBitsPerSecond: number;
  keyFrameMicros: number;
  assets: { assetBaseUrl?: string | URL };
}

const defaultName = (): string => `recording-${new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, '-')}.webm`;

const isHandle = (value: object): value is FileSystemFileHandle => typeof (value as FileSystemFileHandle).createWritable === 'function';

/** @internal @throws OptionError */
export function settingsOf(options: RecorderOptions = {}): RecorderSettings {
  requireObject(options, 'options');
  const { target = null, name = defaultName(), videoCodec = 'vp9', prefer = 'wasm', videoBitsPerSecond, audioBitsPerSecond = 96_000, videoKeyFrameIntervalDuration = 2000, assetBaseUrl } = options;
  if (target !== null && !(typeof target === 'object' && (isHandle(target) || target instanceof WritableStream))) {
    throw new OptionError('target', 'a FileSystemFileHandle or a WritableStream');
  }
  if (target instanceof WritableStream && target.locked) throw new OptionError('target', 'a stream that nothing else writes to');
  // What file systems and download attributes would change or refuse.
  if (typeof name !== 'string' || !/^(?!\.)[^/\\:*?"<>|\p{Cc}]{1,120}$/u.test(name)) throw new OptionError('name', 'a file name of 1 to 120 characters, without / \\ : * ? " < > |');
  if (videoCodec !== 'vp8' && videoCodec !== 'vp9') throw new OptionError('videoCodec', '"vp8" or "vp9"');
  if (prefer !== 'wasm' && prefer !== 'native') throw new OptionError('prefer', '"wasm" or "native"');
  if (videoBitsPerSecond !== undefined) requireNumber(videoBitsPerSecond, 'videoBitsPerSecond', 50_000, 50_000_000);
  return {
    target,
    name: /\.webm$/i.test(name) ? name : `${name}.webm`,
    videoCodec,
    prefer,
    videoBitsPerSecond: videoBitsPerSecond ?? null,
    audioBitsPerSecond: requireNumber(audioBitsPerSecond, 'audioBitsPerSecond', 6000, 510_000),
    keyFrameMicros: 1000 * requireNumber(videoKeyFrameIntervalDuration, 'videoKeyFrameIntervalDuration', 500, 30_000, 'milliseconds'),
    assets: assetBaseUrl === undefined ? {} : { assetBaseUrl },
  };
}
