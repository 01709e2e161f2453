// SPDX-License-Identifier: Apache-2.0
// <tessera-room>: a whole call as one element, from the lobby to goodbye.

import { TesseraError } from '../errors.js';
import { LocalMedia } from '../media/local-media.js';
import type { RemoteParticipant } from '../participants/remote-participant.js';
import type { Room } from '../rooms/room.js';
import { enterLobby, type Lobby } from '../signalling/lobby.js';
import { createView, type View } from './view.js';

// On a server there is no HTMLElement: the class exists, but nobody can make one.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

const words = (error: unknown): string => (error instanceof TesseraError ? error.message : `Something went wrong: ${String(error)}`);

/**
 * Attributes: `url` (the server, default: the page's own), `room`, `token` (needed where the server does not run open rooms),
 * `name` (fills the name field), `asset-base-url`. Events: 'joined' and 'left', which bubble; the Room is in `element.room`.
 * Style it by the parts `lobby`, `preview`, `grid`, `bar`, `status` and the properties `--tessera-accent`, `--tessera-background`.
 */
export class TesseraRoomElement extends Base {
  static readonly observedAttributes = ['url', 'room', 'token', 'asset-base-url'];
  #view: View | null = null;
  #media: LocalMedia | null = null;
  #lobby: Lobby | null = null;
  #room: Room | null = null;
  /** Ends everything of one connection to the document. */
  #life = new AbortController();
  #restarting = false;

  /** The room while in it. */
  get room(): Room | null {
    return this.#room;
  }

  connectedCallback(): void {
    this.#life = new AbortController();
    if (!this.#view) {
      this.#view = createView(this.attachShadow({ mode: 'open' }));
      this.#wire(this.#view);
    }
    this.#view.name.value ||= this.getAttribute('name') ?? '';
    void this.#openLobby();
  }

  disconnectedCallback(): void {
    this.#end();
  }

  attributeChangedCallback(): void {
    if (!this.isConnected || !this.#view || this.#room || this.#restarting) return;
    this.#restarting = true; // Several attributes at once: one restart.
    queueMicrotask(() => {
      this.#restarting = false;
      if (!this.isConnected) return;
      this.#end();
      this.#life = new AbortController();
      void this.#openLobby();
    });
  }

  #end(): void {
    this.#life.abort();
    this.#room?.close();
    this.#lobby?.close();
    this.#media?.close();
    this.#room = null;
    this.#lobby = null;
    this.#media = null;
  }

  #say(text: string, error = false): void {
    const { status } = this.#view as View;
    status.textContent = text;
    status.classList.toggle('error', error);
  }

  async #openLobby(): Promise<void> {
    const view = this.#view as View;
    const { signal } = this.#life;
    const assetBaseUrl = this.getAttribute('asset-base-url');
    const assets = assetBaseUrl === null ? {} : { assetBaseUrl };
    view.lobby.hidden = false;
    view.room.hidden = true;
    view.join.disabled = true;
    this.#media = new LocalMedia(assets);
    this.#media.addEventListener('changed', () => this.#showMedia());
    this.#showMedia();
    const room = this.getAttribute('room');
    if (!room) {
      this.#say('The attribute “room” says which room to enter; it is missing.', true);
      return;
    }
    this.#say('Reaching the server…');
    const token = this.getAttribute('token');
    try {
      this.#lobby = await enterLobby({ url: this.getAttribute('url') ?? location.origin, room, signal, ...assets, ...(token ? { token } : {}) });
    } catch (error) {
      if (!signal.aborted) this.#say(words(error), true);
      return;
    }
    if (signal.aborted) {
      this.#lobby.close();
      return;
    }
    this.#lobby.addEventListener('changed', () => this.#showLobby());
    this.#lobby.addEventListener('error', ({ error }) => this.#say(error.message, true));
    this.#say('');
    this.#showLobby();
  }

  #showLobby(): void {
    const view = this.#view as View;
    if (!this.#lobby || this.#room) return;
    const { participants, full, connected } = this.#lobby;
    view.join.disabled = full || !connected;
    view.present.textContent = full
      ? 'The room is full. Join when somebody has left.'
      : participants.length > 0
        ? `In the room: ${participants.map(({ name }) => name).join(', ')}`
        : 'Nobody is here yet.';
  }

  #showMedia(): void {
    const view = this.#view as View;
    const microphone = this.#media?.microphone ?? null;
    const camera = this.#media?.camera ?? null;
    const pressed = (button: HTMLElement, on: boolean) => button.setAttribute('aria-pressed', String(on));
    for (const button of [view.microphone, view.lobbyMicrophone]) pressed(button, microphone !== null && !microphone.muted);
    for (const button of [view.camera, view.lobbyCamera]) pressed(button, camera !== null);
    pressed(view.screen, (this.#media?.screen ?? null) !== null);
    const track = camera?.track ?? null;
    for (const video of [view.preview, view.selfVideo]) {
      const shown = (video.srcObject as MediaStream | null)?.getVideoTracks()[0] ?? null;
      if (shown !== track) video.srcObject = track && new MediaStream([track]);
    }
  }

  #wire(view: View): void {
    const run = (work: () => Promise<void> | void) => async () => {
      try {
        this.#say('');
        await work();
      } catch (error) {
        if (!this.#life.signal.aborted) this.#say(words(error), true);
      }
    };
    const microphone = run(() => {
      const media = this.#media as LocalMedia;
      if (!media.microphone) return media.enableMicrophone();
      media.setMicrophoneMuted(!media.microphone.muted);
    });
    const camera = run(() => ((this.#media as LocalMedia).camera ? this.#media?.disableCamera() : this.#media?.enableCamera()));
    view.microphone.addEventListener('click', microphone);
    view.lobbyMicrophone.addEventListener('click', microphone);
    view.camera.addEventListener('click', camera);
    view.lobbyCamera.addEventListener('click', camera);
    view.screen.addEventListener(
      'click',
      run(() => (this.#media?.screen ? this.#media.stopScreenShare() : this.#media?.shareScreen())),
    );
    view.sound.addEventListener(
      'click',
      run(async () => {
        await this.#room?.startAudio();
        view.sound.hidden = true;
      }),
    );
    view.leave.addEventListener('click', () => this.#room?.close());
    view.lobby.addEventListener('submit', (event) => {
      event.preventDefault();
      void run(() => this.#join())();
    });
  }

  async #join(): Promise<void> {
    const view = this.#view as View;
    const { signal } = this.#life;
    if (!this.#lobby || !this.#media || view.join.disabled) return;
    view.join.disabled = true;
    this.#say('Joining…');
    try {
      this.#enter(await this.#lobby.join({ name: view.name.value.trim(), media: this.#media, signal }));
    } finally {
      if (!this.#room) this.#showLobby();
    }
  }

  #enter(room: Room): void {
    const view = this.#view as View;
    this.#room = room;
    this.#lobby = null;
    view.lobby.hidden = true;
    view.room.hidden = false;
    view.microphone.focus();
    this.#say(room.participants.size === 0 ? 'You are the first one here.' : '');
    const screens = new Map<RemoteParticipant, HTMLElement>();
    room.addEventListener('participantjoined', ({ participant, wasPresent }) => {
      view.grid.append(participant.createTile());
      if (!wasPresent) this.#say(`${participant.name} has joined.`);
    });
    room.addEventListener('participantleft', ({ participant }) => this.#say(`${participant.name} has left.`));
    room.addEventListener('trackadded', ({ participant, source }) => {
      if (source.content !== 'screen') return;
      const tile = participant.createTile({ content: 'screen' });
      screens.set(participant, tile);
      view.grid.prepend(tile);
    });
    room.addEventListener('trackremoved', ({ participant, source }) => {
      if (source.content === 'screen') screens.get(participant)?.remove();
    });
    room.addEventListener('signallingchanged', ({ state }) => {
      if (state !== 'closed') this.#say(state === 'connected' ? '' : 'The server is gone; looking for it. The call goes on.');
    });
    room.addEventListener('audioblocked', () => (view.sound.hidden = false));
    room.addEventListener('closed', ({ reason }) => {
      this.#room = null;
      this.dispatchEvent(new CustomEvent('left', { bubbles: true, composed: true, detail: { reason } }));
      if (this.#life.signal.aborted) return;
      this.#end();
      this.#life = new AbortController();
      void this.#openLobby();
    });
    this.dispatchEvent(new CustomEvent('joined', { bubbles: true, composed: true, detail: { room } }));
  }
}
