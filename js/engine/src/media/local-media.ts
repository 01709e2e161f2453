// SPDX-License-Identifier: Apache-2.0
// This participant's microphone, camera and screen: works without a room, and feeds the room it is given to.

import type { BackgroundOptions } from '../background/index.js';
import { AbortedError, OptionError, mediaError, roomError, type TesseraError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { abortable, requireBoolean, requireNumber, requireObject, throwIfAborted } from '../options.js';
import type { SourceContent } from '../participants/source.js';
import { loadSessionModule, type MediaCapture } from '../session-module.js';
import { Camera, createProcessor } from './camera.js';
import { BackgroundFailedEvent, DeviceChangeEvent, LevelEvent, MediaChangedEvent, SourceEndedEvent, type LocalMediaEventMap } from './events.js';
import { LevelMeter } from './level-meter.js';
import type { LocalSource } from './local-source.js';

export interface LocalMediaOptions {
  /** Where a copy of this package's `dist` folder is served. Default: beside the running code. */
  assetBaseUrl?: string | URL;
}

export interface MicrophoneOptions {
  /** One of listDevices().microphones. Default: the browser's choice. */
  deviceId?: string;
  signal?: AbortSignal;
}

export interface CameraOptions {
  /** One of listDevices().cameras. Default: the browser's choice. */
  deviceId?: string;
  /** Default: the last one set, at first none. */
  background?: BackgroundOptions;
  /** Pixels, 16..7680; the nearest that the camera has. Default: 1280. */
  width?: number;
  /** Pixels, 16..4320. Default: 720. */
  height?: number;
  /** Hertz, 1..120. Default: 30. */
  frameRate?: number;
  /** Which camera of a phone; without effect with a deviceId. */
  facingMode?: 'user' | 'environment';
  signal?: AbortSignal;
}

export interface ScreenOptions {
  /** Also the sound of the tab or system, where the browser and the person allow it. Default: false. */
  audio?: boolean;
}

export interface Device {
  deviceId: string;
  groupId: string;
  /** Empty until the person has allowed that kind of device. */
  label: string;
}

export interface DeviceList {
  cameras: Device[];
  microphones: Device[];
  speakers: Device[];
}

interface Sharing {
  readonly number: number;
  readonly video: MediaStreamTrack;
  readonly audio: MediaStreamTrack | null;
  readonly ended: () => void;
}

const stopAll = (stream: MediaStream | undefined): void => stream?.getTracks().forEach((track) => track.stop());

export class LocalMedia extends TypedEventTarget<LocalMediaEventMap> {
  readonly #assetBaseUrl: string | URL | undefined;
  #capture: MediaCapture | null = null;
  #loading: Promise<MediaCapture> | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #microphone: { track: MediaStreamTrack; muted: boolean; ended: () => void } | null = null;
  #meter: LevelMeter | null = null;
  #camera: Camera | null = null;
  #background: BackgroundOptions = { kind: 'none' };
  #sharing: Sharing | null = null;
  #shares = 0;
  #closed = false;

  constructor(options: LocalMediaOptions = {}) {
    super();
    this.#assetBaseUrl = options.assetBaseUrl;
    // In a browser the module is fetched right away, so that shareScreen() finds it loaded when the click comes.
    if (globalThis.navigator && 'mediaDevices' in globalThis.navigator) this.#load().catch(() => undefined);
  }

  get microphone(): LocalSource | null {
    if (!this.#microphone) return null;
    const { track, muted } = this.#microphone;
    const { deviceId } = track.getSettings();
    return { id: 'microphone', content: 'microphone', track, muted, ...(deviceId !== undefined && { deviceId }), background: { kind: 'none' } };
  }

  get camera(): LocalSource | null {
    if (!this.#camera) return null;
    const track = this.#camera.published;
    const { deviceId } = this.#camera;
    return { id: 'camera', content: 'camera', track, muted: track === null, ...(deviceId !== undefined && { deviceId }), background: this.#camera.background };
  }

  get screen(): LocalSource | null {
    return this.#screenSource('screen', this.#sharing?.video);
  }

  get screenAudio(): LocalSource | null {
    return this.#screenSource('screen-audio', this.#sharing?.audio);
  }

  /** What the camera has, or will have when it is turned on. */
  get background(): BackgroundOptions {
    return this.#background;
  }

  /** 0..1, the last measurement; 0 while off or muted. */
  get microphoneLevel(): number {
    return this.#meter?.level ?? 0;
  }

  /**
   * Turns the microphone on, or changes to another one. Unmutes.
   * @throws MediaError ('permission-denied', 'device-not-found', 'device-in-use', …), AbortedError.
   */
  enableMicrophone(options: MicrophoneOptions = {}): Promise<void> {
    return this.#enqueue(options.signal, async () => {
      const track = await this.#open('microphone', options.signal, (capture) =>
        capture.openMicrophone(options.deviceId === undefined ? {} : { deviceId: options.deviceId }),
      );
      this.#dropMicrophone();
      const ended = () => this.#lost('microphone', () => this.#dropMicrophone());
      track.addEventListener('ended', ended);
      this.#microphone = { track, muted: false, ended };
      this.#meter = typeof AudioContext === 'undefined' ? null : new LevelMeter(track, (level) => this.emit(new LevelEvent(level)));
      this.#changed();
    });
  }

  /** Turns the microphone off and gives the device back. To pause for a moment, setMicrophoneMuted() is quicker. */
  disableMicrophone(): Promise<void> {
    return this.#enqueue(undefined, () => {
      if (!this.#microphone) return;
      this.#dropMicrophone();
      this.#changed();
    });
  }

  /** At once and without a renegotiation; the device stays open. Without a microphone nothing happens. */
  setMicrophoneMuted(muted: boolean): void {
    requireBoolean(muted, 'muted');
    if (!this.#microphone || this.#microphone.muted === muted) return;
    this.#microphone.muted = muted;
    this.#microphone.track.enabled = !muted;
    this.#changed();
  }

  /**
   * Turns the camera on, or changes device, size or background. Resolves once frames with the background may flow.
   * @throws MediaError, BackgroundError (the camera is off then), OptionError, AbortedError.
   */
  enableCamera(options: CameraOptions = {}): Promise<void> {
    const { width = 1280, height = 720, frameRate = 30, deviceId, facingMode, background, signal } = options;
    requireNumber(width, 'width', 16, 7680, 'pixels');
    requireNumber(height, 'height', 16, 4320, 'pixels');
    requireNumber(frameRate, 'frameRate', 1, 120, 'hertz');
    if (background !== undefined) requireBackground(background);
    return this.#enqueue(signal, async () => {
      const constraints = { width, height, frameRate, ...(deviceId === undefined ? {} : { deviceId }), ...(facingMode === undefined ? {} : { facingMode }) };
      const open = () => this.#open('camera', signal, (capture) => capture.openCamera(constraints));
      let track: MediaStreamTrack;
      try {
        track = await open();
      } catch (error) {
        // Phones open one camera at a time: give the old one back first.
        if (!this.#camera || (error as TesseraError).code !== 'device-in-use') throw error;
        this.#dropCamera();
        this.#changed();
        track = await open();
      }
      if (background !== undefined) this.#background = background;
      const camera = this.#newCamera(track);
      try {
        if (this.#background.kind !== 'none') await abortable(camera.setBackground(this.#background), signal);
      } catch (error) {
        camera.close();
        throw error;
      }
      if (this.#closed) {
        camera.close();
        throw roomError('closed');
      }
      this.#dropCamera();
      this.#camera = camera;
      this.#changed();
    });
  }

  /**
   * A copy of the camera's own picture, before any background: only for showing on this machine what a choice would look
   * like. null while the camera is off. The caller stops it; it ends with the camera's device otherwise.
   */
  cloneCamera(): MediaStreamTrack | null {
    return this.#camera?.cloneRaw() ?? null;
  }

  /** Turns the camera off and gives the device back. */
  disableCamera(): Promise<void> {
    return this.#enqueue(undefined, () => {
      if (!this.#camera) return;
      this.#dropCamera();
      this.#changed();
    });
  }

  /**
   * Changes the background, also while the camera is off. Between an effect being asked for and running, the camera sends
   * nothing; it never falls back to the raw picture.
   * @throws BackgroundError, OptionError.
   */
  setBackground(background: BackgroundOptions): Promise<void> {
    requireBackground(background);
    return this.#enqueue(undefined, async () => {
      // Also if it fails now: the next time the camera is turned on it must not show what was meant to be hidden.
      this.#background = background;
      await this.#camera?.setBackground(background);
    });
  }

  /**
   * Shares a screen, a window or a tab, which the person picks. Call it from a click or a key press: the browser asks at once.
   * Sharing again replaces the first.
   * @throws MediaError ('permission-denied' also if the person cancels).
   */
  shareScreen(options: ScreenOptions = {}): Promise<void> {
    const audio = requireBoolean(options.audio ?? false, 'audio');
    if (this.#closed) return Promise.reject(roomError('closed'));
    // No await before this call, and no queue: the gesture would be gone.
    const opening = this.#capture ? this.#capture.openScreen({ audio }) : this.#load().then((capture) => capture.openScreen({ audio }));
    return opening.then(
      (stream) => this.#shared(stream),
      (rejection: unknown) => {
        throw mediaError('screen', rejection);
      },
    );
  }

  stopScreenShare(): void {
    if (!this.#sharing) return;
    this.#dropSharing();
    this.#changed();
  }

  /** What can be chosen; the labels come once access has been allowed. */
  async listDevices(): Promise<DeviceList> {
    return (await this.#load()).listDevices();
  }

  /** Turns everything off. Nothing can be turned on afterwards. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#dropMicrophone();
    this.#dropCamera();
    this.#dropSharing();
    const capture = this.#capture;
    this.#capture = null;
    if (capture) {
      capture.close();
      // Not now: a listener that the module is calling may be what closes us.
      queueMicrotask(() => capture.delete());
    }
    this.emit(new MediaChangedEvent());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #load(): Promise<MediaCapture> {
    this.#loading ??= loadSessionModule(this.#assetBaseUrl).then(
      (module) => {
        if (this.#closed) throw roomError('closed');
        const capture = new module.MediaCapture();
        capture.setDeviceChangeListener(() => this.emit(new DeviceChangeEvent()));
        return (this.#capture = capture);
      },
      (error) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /** One after the other; a failure stops nobody else. */
  #enqueue(signal: AbortSignal | undefined, work: () => void | Promise<void>): Promise<void> {
    const run = this.#queue.then(async () => {
      throwIfAborted(signal);
      if (this.#closed) throw roomError('closed');
      await work();
    });
    this.#queue = run.catch(() => undefined);
    return run;
  }

  async #open(what: 'microphone' | 'camera', signal: AbortSignal | undefined, ask: (capture: MediaCapture) => Promise<MediaStream>): Promise<MediaStreamTrack> {
    const capture = await abortable(this.#load(), signal);
    let stream: MediaStream;
    try {
      stream = await abortable(ask(capture), signal, stopAll);
    } catch (error) {
      if (error instanceof AbortedError) throw error;
      throw mediaError(what, error);
    }
    const track = stream?.getTracks()[0];
    if (this.#closed || !track) {
      stopAll(stream);
      throw roomError('closed');
    }
    return track;
  }

  #newCamera(track: MediaStreamTrack): Camera {
    const camera: Camera = new Camera(track, createProcessor(this.#assetBaseUrl), {
      changed: () => {
        if (this.#camera === camera) this.#changed();
      },
      failed: (error) => {
        if (this.#camera === camera) this.emit(new BackgroundFailedEvent(error));
      },
      ended: () => {
        if (this.#camera === camera) this.#lost('camera', () => this.#dropCamera());
      },
    });
    return camera;
  }

  #shared(stream: MediaStream | undefined): void {
    const video = stream?.getVideoTracks()[0];
    if (this.#closed || !video) {
      stopAll(stream);
      throw roomError('closed');
    }
    this.#dropSharing();
    const ended = () => this.#lost('screen', () => this.#dropSharing());
    video.addEventListener('ended', ended);
    this.#sharing = { number: ++this.#shares, video, audio: stream?.getAudioTracks()[0] ?? null, ended };
    this.#changed();
  }

  #screenSource(content: 'screen' | 'screen-audio', track: MediaStreamTrack | null | undefined): LocalSource | null {
    if (!this.#sharing || !track) return null;
    return { id: `${content}-${this.#sharing.number}`, content, track, muted: false, background: { kind: 'none' } };
  }

  #lost(content: SourceContent, drop: () => void): void {
    drop();
    this.#changed();
    this.emit(new SourceEndedEvent(content));
  }

  #dropMicrophone(): void {
    this.#meter?.close();
    this.#meter = null;
    this.#microphone?.track.removeEventListener('ended', this.#microphone.ended);
    this.#microphone?.track.stop();
    this.#microphone = null;
  }

  #dropCamera(): void {
    this.#camera?.close();
    this.#camera = null;
  }

  #dropSharing(): void {
    const sharing = this.#sharing;
    this.#sharing = null;
    sharing?.video.removeEventListener('ended', sharing.ended);
    sharing?.video.stop();
    sharing?.audio?.stop();
  }

  #changed(): void {
    if (!this.#closed) this.emit(new MediaChangedEvent());
  }
}

/** The kind only: the rest is checked where backgrounds are known. */
function requireBackground(background: BackgroundOptions): void {
  const { kind } = requireObject(background, 'background');
  const kinds = 'none room blur image video color transparent';
  if (!kinds.split(' ').includes(kind as string)) throw new OptionError('background.kind', `one of: ${kinds}`);
}
