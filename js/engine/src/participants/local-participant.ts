// SPDX-License-Identifier: Apache-2.0
// Oneself in the room: LocalMedia's methods, and the name.

import type { BackgroundOptions } from '../background/index.js';
import type { CameraOptions, LocalMedia, MicrophoneOptions, ScreenOptions } from '../media/local-media.js';
import type { LocalSource } from '../media/local-source.js';
import { requireName } from '../options.js';

export class LocalParticipant {
  #name: string;
  #rename: (name: string) => void;

  /** @internal */
  constructor(
    /** The id by which the others know this participant; stays the same through reconnections. */
    readonly id: string,
    name: string,
    /** Everything that is sent, with its events. */
    readonly media: LocalMedia,
    rename: (name: string) => void,
  ) {
    this.#name = name;
    this.#rename = rename;
  }

  get name(): string {
    return this.#name;
  }

  /** Tells the others. 1 to 64 printable characters. */
  setName(name: string): void {
    this.#name = requireName(name);
    this.#rename(this.#name);
  }

  get microphone(): LocalSource | null {
    return this.media.microphone;
  }

  get camera(): LocalSource | null {
    return this.media.camera;
  }

  get screen(): LocalSource | null {
    return this.media.screen;
  }

  /** See {@link LocalMedia.enableMicrophone}. */
  enableMicrophone(options?: MicrophoneOptions): Promise<void> {
    return this.media.enableMicrophone(options);
  }

  /** See {@link LocalMedia.disableMicrophone}. */
  disableMicrophone(): Promise<void> {
    return this.media.disableMicrophone();
  }

  /** See {@link LocalMedia.setMicrophoneMuted}. */
  setMicrophoneMuted(muted: boolean): void {
    this.media.setMicrophoneMuted(muted);
  }

  /** See {@link LocalMedia.enableCamera}. */
  enableCamera(options?: CameraOptions): Promise<void> {
    return this.media.enableCamera(options);
  }

  /** See {@link LocalMedia.disableCamera}. */
  disableCamera(): Promise<void> {
    return this.media.disableCamera();
  }

  /** See {@link LocalMedia.setBackground}. */
  setBackground(background: BackgroundOptions): Promise<void> {
    return this.media.setBackground(background);
  }

  /** See {@link LocalMedia.shareScreen}: from a click or a key press. */
  shareScreen(options?: ScreenOptions): Promise<void> {
    return this.media.shareScreen(options);
  }

  /** See {@link LocalMedia.stopScreenShare}. */
  stopScreenShare(): void {
    this.media.stopScreenShare();
  }
}
