// SPDX-License-Identifier: Apache-2.0
// A participant on the screen: one element, up to date by itself, styled through CSS parts and custom properties.

import type { RemoteParticipant } from './remote-participant.js';

export interface TileOptions {
  /** What is shown. Default: 'camera'. */
  content?: 'camera' | 'screen';
}

// Adopted, not inserted: constructable stylesheets pass a Content-Security-Policy without 'unsafe-inline'.
const css = `
:host { display: block; position: relative; overflow: hidden; aspect-ratio: 16 / 9; border-radius: 12px; container-type: size;
  background: var(--tessera-tile-background, #1f2428); color: #fff; font: 14px/1.4 system-ui, sans-serif; }
video { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: var(--tessera-tile-fit, cover); }
:host([content=screen]) video { object-fit: contain; }
video[hidden], .avatar[hidden], .state[hidden], .muted[hidden] { display: none; }
.avatar { position: absolute; inset: 0; display: grid; place-items: center; font-size: clamp(24px, 25cqmin, 96px); font-weight: 600; }
.label { position: absolute; left: 8px; bottom: 8px; max-width: calc(100% - 16px); padding: 2px 8px; border-radius: 8px; display: flex; gap: 6px;
  background: rgb(0 0 0 / .6); box-sizing: border-box; }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.muted { opacity: .85; }
.state { position: absolute; left: 8px; top: 8px; padding: 2px 8px; border-radius: 8px; background: rgb(0 0 0 / .6); }
`;
let sheet: CSSStyleSheet | undefined;

function part(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  element.setAttribute('part', name);
  return element;
}

/** @internal */
export class Tile {
  readonly element: HTMLElement;
  readonly #content: 'camera' | 'screen';
  readonly #video = part('video', 'video') as HTMLVideoElement;
  readonly #avatar = part('div', 'avatar');
  readonly #name = part('span', 'name');
  readonly #muted = part('span', 'muted');
  readonly #state = part('div', 'state');
  #track: MediaStreamTrack | null = null;

  constructor(
    private readonly participant: RemoteParticipant,
    options: TileOptions,
  ) {
    this.#content = options.content ?? 'camera';
    this.element = document.createElement('div');
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('content', this.#content);
    this.element.dataset['participant'] = participant.id;
    const root = this.element.attachShadow({ mode: 'open' });
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
    }
    root.adoptedStyleSheets = [sheet];
    this.#video.autoplay = true;
    this.#video.playsInline = true;
    this.#video.muted = true; // The room plays the sound.
    this.#avatar.setAttribute('aria-hidden', 'true');
    this.#muted.textContent = 'muted';
    this.#state.setAttribute('role', 'status');
    const label = part('div', 'label');
    label.append(this.#name, this.#muted);
    root.append(this.#video, this.#avatar, label, this.#state);
    this.update();
  }

  update(): void {
    const { name, state, present } = this.participant;
    const video = this.participant.source(this.#content);
    const microphone = this.participant.source('microphone');
    const track = video && !video.muted ? video.track : null;
    if (track !== this.#track) {
      this.#track = track;
      this.#video.srcObject = track && new MediaStream([track]);
    }
    this.#video.hidden = track === null;
    this.#avatar.hidden = track !== null;
    this.#avatar.textContent = [...name.trim()][0]?.toUpperCase() ?? '';
    this.#name.textContent = name;
    this.#muted.hidden = this.#content !== 'camera' || (microphone !== undefined && !microphone.muted);
    const trouble =
      state === 'connected' ? '' : state === 'connecting' ? 'Connecting…' : state === 'failed' ? 'No connection' : present ? 'Reconnecting…' : 'Connection lost';
    if (this.#state.textContent !== trouble) this.#state.textContent = trouble;
    this.#state.hidden = trouble === '';
    this.element.setAttribute('aria-label', trouble ? `${name}: ${trouble}` : name);
  }

  close(): void {
    this.#video.srcObject = null;
    this.element.remove();
  }
}
