// SPDX-License-Identifier: Apache-2.0
// The person's own camera, microphone and screen as the screens show them.

import { batch, signal } from '@preact/signals';
import { choiceFromKey, choiceKey, choiceTitle, optionsOf, type Choice } from '../backgrounds.ts';
import { browserOf } from '../browser.ts';
import { codeOf, messageOf, type DeviceList, type LocalMedia } from '../engine.ts';
import { recall, remember } from '../storage.ts';
import { announce, toast } from '../ui.tsx';
import { deviceWords, type Device, type Words } from '../words.ts';

export type Problem = Words & { code: string };

const browser = browserOf(navigator.userAgent, navigator.maxTouchPoints);

export class MediaModel {
  readonly camera = signal<MediaStreamTrack | null>(null);
  /** Whether the camera is on; its track is null while a background starts or after one failed. */
  readonly cameraOn = signal(false);
  readonly microphone = signal<MediaStreamTrack | null>(null);
  readonly screen = signal<MediaStreamTrack | null>(null);
  /** Where the others are heard; undefined is the system's choice. */
  readonly speaker = signal<string | undefined>(undefined);
  readonly cameraId = signal<string | undefined>(undefined);
  /** Whether the person wants to be heard: there is a microphone and it is not muted. */
  readonly microphoneOn = signal(false);
  readonly busy = signal<Readonly<Record<Device | 'background', boolean>>>({ camera: false, microphone: false, screen: false, background: false });
  readonly problems = signal<Readonly<Partial<Record<Device | 'background', Problem>>>>({});
  readonly devices = signal<DeviceList>({ cameras: [], microphones: [], speakers: [] });
  readonly background = signal<Choice>(choiceFromKey(recall('background')));
  /** Whether asking the browser now would be silent: granted before. Null until known. */
  readonly granted = signal<boolean | null>(null);
  private readonly listeners = new AbortController();
  private backgroundTurn = 0;

  constructor(readonly local: LocalMedia) {
    const { signal: until } = this.listeners;
    local.addEventListener('changed', () => this.refresh(), { signal: until });
    local.addEventListener('devicechange', () => void this.onDeviceChange(), { signal: until });
    local.addEventListener('backgroundfailed', ({ error }) => this.setProblem('background', codeOf(error), messageOf(error)), { signal: until });
    local.addEventListener('sourceended', ({ content }) => this.onEnded(content), { signal: until });
  }

  /** Starts what the person had on last time, if the browser will not ask or `ask` is set; otherwise leaves it to `askAndStart`. */
  async begin(ask = false): Promise<void> {
    if (!window.isSecureContext) {
      this.setProblem('camera', 'insecure-context');
      this.granted.value = false;
      return;
    }
    const states = await Promise.all(['camera', 'microphone'].map(async (name) => {
      try {
        return (await navigator.permissions.query({ name: name as PermissionName })).state;
      } catch {
        return 'prompt';
      }
    }));
    if (!ask && states.every((state) => state === 'prompt')) {
      this.granted.value = false;
      return;
    }
    await this.askAndStart();
  }

  /** Asks the browser, for what the person had on last time. */
  async askAndStart(): Promise<void> {
    this.granted.value = true;
    const wanted: Promise<void>[] = [];
    if (recall('camera-off') === null) wanted.push(this.startCamera(recall('camera') ?? undefined));
    if (recall('microphone-off') === null) wanted.push(this.startMicrophone(recall('microphone') ?? undefined));
    await Promise.all(wanted);
  }

  async startCamera(deviceId?: string): Promise<void> {
    await this.attempt('camera', async () => {
      const background = await optionsOf(this.background.value);
      try {
        await this.local.enableCamera({ ...(deviceId && { deviceId }), background });
      } catch (error) {
        // The remembered camera is gone or cannot: any other will do.
        if (!deviceId || !['device-not-found', 'constraints-unsatisfied'].includes(codeOf(error))) throw error;
        remember('camera', null);
        await this.local.enableCamera({ background });
      }
      remember('camera-off', null);
      if (deviceId) remember('camera', deviceId);
      this.setProblem('background', null);
    });
  }

  async startMicrophone(deviceId?: string): Promise<void> {
    await this.attempt('microphone', async () => {
      try {
        await this.local.enableMicrophone(deviceId ? { deviceId } : {});
      } catch (error) {
        if (!deviceId || !['device-not-found', 'constraints-unsatisfied'].includes(codeOf(error))) throw error;
        remember('microphone', null);
        await this.local.enableMicrophone({});
      }
      remember('microphone-off', null);
      if (deviceId) remember('microphone', deviceId);
    });
  }

  async toggleCamera(): Promise<void> {
    if (this.busy.value.camera) return;
    if (this.local.camera) {
      await this.local.disableCamera();
      remember('camera-off', 'yes');
      announce('Camera off');
    } else {
      await this.startCamera(recall('camera') ?? undefined);
      if (this.local.camera) announce('Camera on');
    }
    this.refresh();
  }

  async toggleMicrophone(): Promise<void> {
    if (this.busy.value.microphone) return;
    if (!this.local.microphone) {
      await this.startMicrophone(recall('microphone') ?? undefined);
      if (this.local.microphone) announce('Microphone on');
    } else {
      const muted = !this.local.microphone.muted;
      this.local.setMicrophoneMuted(muted);
      remember('microphone-off', null);
      announce(muted ? 'Microphone off' : 'Microphone on');
    }
    this.refresh();
  }

  /** Must be called within a click or key press: the browser asks for one. */
  toggleScreen(): Promise<void> {
    if (this.local.screen) {
      void this.local.stopScreenShare();
      announce('Screen sharing stopped');
      return Promise.resolve();
    }
    const sharing = this.local.shareScreen({ audio: true });
    return this.attempt('screen', async () => {
      await sharing;
      announce('Sharing your screen');
    });
  }

  async setBackground(choice: Choice): Promise<void> {
    const turn = ++this.backgroundTurn;
    const before = this.background.value;
    this.background.value = choice;
    this.setBusy('background', true);
    this.setProblem('background', null);
    try {
      const options = await optionsOf(choice);
      if (turn !== this.backgroundTurn) return;
      await this.local.setBackground(options);
      if (turn !== this.backgroundTurn) return;
      remember('background', choiceKey(choice));
      announce(`${choiceTitle(choice)} is on`);
    } catch (error) {
      if (turn !== this.backgroundTurn) return;
      this.background.value = before;
      this.setProblem('background', codeOf(error) === 'internal' ? 'background-failed' : codeOf(error), messageOf(error));
    } finally {
      if (turn === this.backgroundTurn) this.setBusy('background', false);
      this.refresh();
    }
  }

  dismiss(device: Device | 'background'): void {
    this.setProblem(device, null);
  }

  close(): void {
    this.listeners.abort();
    this.local.close();
  }

  private async attempt(device: Device, work: () => Promise<void>): Promise<void> {
    this.setBusy(device, true);
    try {
      await work();
      this.setProblem(device, null);
      void this.refreshDevices();
    } catch (error) {
      const code = codeOf(error);
      // Closing the browser's own picker is an answer, not a problem.
      if (code !== 'aborted' && !(device === 'screen' && code === 'permission-denied')) this.setProblem(device, code, messageOf(error));
    } finally {
      this.setBusy(device, false);
      this.refresh();
    }
  }

  private refresh(): void {
    batch(() => {
      const { camera, microphone, screen } = this.local;
      this.camera.value = camera?.track ?? null;
      this.cameraOn.value = camera !== null;
      this.cameraId.value = camera?.deviceId;
      this.microphone.value = microphone?.track ?? null;
      this.screen.value = screen?.track ?? null;
      this.microphoneOn.value = microphone !== null && !microphone.muted;
    });
  }

  private async refreshDevices(): Promise<void> {
    this.devices.value = await this.local.listDevices().catch(() => this.devices.value);
  }

  private async onDeviceChange(): Promise<void> {
    const before = this.devices.value;
    await this.refreshDevices();
    const { cameras, microphones } = this.devices.value;
    if (this.problems.value.camera?.code === 'device-not-found' && cameras.length > before.cameras.length) void this.startCamera();
    if (this.problems.value.microphone?.code === 'device-not-found' && microphones.length > before.microphones.length) void this.startMicrophone();
  }

  private onEnded(content: string): void {
    this.refresh();
    if (content === 'camera') {
      this.setProblem('camera', 'device-not-found');
      toast('The camera was disconnected');
    } else if (content === 'microphone') {
      this.setProblem('microphone', 'device-not-found');
      toast('The microphone was disconnected');
      void this.startMicrophone();
    } else if (content === 'screen') {
      announce('Screen sharing stopped');
    }
  }

  private setBusy(what: Device | 'background', busy: boolean): void {
    this.busy.value = { ...this.busy.value, [what]: busy };
  }

  private setProblem(what: Device | 'background', code: string | null, message = ''): void {
    const { [what]: _, ...others } = this.problems.value;
    this.problems.value = code === null ? others
      : { ...others, [what]: { ...deviceWords(code, what === 'background' ? 'camera' : what, browser, message), code } };
  }
}
