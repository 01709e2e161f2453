// SPDX-License-Identifier: Apache-2.0
// Events of LocalMedia.

import type { TesseraError } from '../errors.js';
import type { SourceContent } from '../participants/source.js';

/** A source, its track, its background or its muted state changed. */
export class MediaChangedEvent extends Event {
  declare readonly type: 'changed';
  constructor() {
    super('changed');
  }
}

/** A device was plugged in or out: ask listDevices() again. */
export class DeviceChangeEvent extends Event {
  declare readonly type: 'devicechange';
  constructor() {
    super('devicechange');
  }
}

/** About ten times a second while the microphone is on. */
export class LevelEvent extends Event {
  declare readonly type: 'level';
  constructor(
    /** 0..1, perceptual: about 0.5 for normal speech. */
    readonly level: number,
  ) {
    super('level');
  }
}

/** A background stopped working. The camera sends nothing until another one is set, or none. */
export class BackgroundFailedEvent extends Event {
  declare readonly type: 'backgroundfailed';
  constructor(readonly error: TesseraError) {
    super('backgroundfailed');
  }
}

/** A source ended by itself: unplugged, permission taken back, or sharing stopped from the browser's own controls. */
export class SourceEndedEvent extends Event {
  declare readonly type: 'sourceended';
  constructor(readonly content: SourceContent) {
    super('sourceended');
  }
}

export interface LocalMediaEventMap {
  changed: MediaChangedEvent;
  devicechange: DeviceChangeEvent;
  level: LevelEvent;
  backgroundfailed: BackgroundFailedEvent;
  sourceended: SourceEndedEvent;
}
