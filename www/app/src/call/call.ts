// SPDX-License-Identifier: Apache-2.0
// One call from its link to its end: the lobby, trying again while the server is away, joining, leaving.

import { batch, signal } from '@preact/signals';
import { codeOf, loadEngine, messageOf, type Lobby } from '../engine.ts';
import { recall, remember } from '../storage.ts';
import { safeName } from '../text.ts';
import { announce } from '../ui.tsx';
import { isPassing } from '../words.ts';
import { MediaModel } from './media.ts';
import { RoomModel, type CallSummary } from './room-model.ts';

export type Phase = 'lobby' | 'joining' | 'room' | 'after';

export interface RoomProblem { code: string; message: string; retryAt: number | null }

export class Call {
  readonly phase = signal<Phase>('lobby');
  readonly name = signal(recall('name') ?? '');
  readonly media = signal<MediaModel | null>(null);
  readonly present = signal<{ names: string[]; capacity: number } | null>(null);
  readonly problem = signal<RoomProblem | null>(null);
  /** True while the lobby has lost the server and looks for it. */
  readonly away = signal(false);
  readonly room = signal<RoomModel | null>(null);
  readonly summary = signal<CallSummary | null>(null);
  private lobby: Lobby | null = null;
  private entering: Promise<void> | null = null;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private life = new AbortController();
  /** Whether the person let the page use devices before, in this call. */
  private allowed = false;

  constructor(readonly roomName: string, readonly token: string | null) {}

  /** The link to share: without this person's own token. */
  get link(): string {
    return `${location.origin}/r/${encodeURIComponent(this.roomName)}`;
  }

  /** Loads the engine, starts the devices that may start, and looks into the room. */
  async start({ joinAs }: { joinAs?: string } = {}): Promise<void> {
    this.life = new AbortController();
    const { signal: life } = this.life;
    try {
      const { LocalMedia } = await loadEngine();
      if (life.aborted) return;
      const media = new MediaModel(new LocalMedia());
      this.media.value = media;
      const [begun] = [media.begin(this.allowed), this.enter()];
      if (joinAs) {
        await begun;
        await this.join(joinAs);
      }
    } catch (error) {
      if (!life.aborted) this.fail(codeOf(error) === 'internal' ? 'server-unreachable' : codeOf(error), messageOf(error), () => this.start({ joinAs }));
    }
  }

  /** Looks into the room; tries again by itself while the reason may pass. */
  enter(): Promise<void> {
    this.entering ??= this.enterOnce().finally(() => { this.entering = null; });
    return this.entering;
  }

  async join(name: string): Promise<void> {
    const clean = safeName(name);
    if (this.phase.value !== 'lobby' || clean === '') return;
    this.name.value = clean;
    remember('name', clean);
    clearTimeout(this.retry);
    batch(() => {
      this.phase.value = 'joining';
      this.problem.value = null;
    });
    announce('Joining');
    const { signal: life } = this.life;
    try {
      if (!this.lobby) await this.enter();
      if (!this.lobby) {
        this.phase.value = 'lobby';
        return;
      }
      const room = await this.lobby.join({ name: clean, ...(this.media.value && { media: this.media.value.local }), signal: life });
      if (life.aborted) return room.close();
      batch(() => {
        this.room.value = new RoomModel(room, (code, message) => this.end({ code, message }));
        this.phase.value = 'room';
      });
      announce(room.participants.size === 0 ? 'You are in. Nobody else is here yet.' : 'You are in.');
    } catch (error) {
      if (life.aborted) return;
      // The lobby is still open: it goes on showing who is in.
      this.phase.value = 'lobby';
      this.problem.value = { code: codeOf(error), message: messageOf(error), retryAt: null };
    }
  }

  /** Ends the call; what it was like stays to be seen. */
  end(ended: CallSummary['ended'] = null): void {
    const room = this.room.value;
    if (!room || this.phase.value === 'after') return;
    this.allowed = this.media.value?.granted.value === true;
    const summary = room.summary(ended);
    room.close();
    this.dispose();
    batch(() => {
      this.summary.value = summary;
      this.room.value = null;
      this.media.value = null;
      this.phase.value = 'after';
    });
    announce('You left the call');
  }

  /** Back into the same room with the same name and devices; to the lobby when that does not work. */
  rejoin(): void {
    batch(() => {
      this.phase.value = 'lobby';
      this.problem.value = null;
      this.summary.value = null;
    });
    void this.start({ joinAs: this.name.value });
  }

  dispose(): void {
    this.life.abort();
    clearTimeout(this.retry);
    this.dropLobby();
    this.media.value?.close();
  }

  private async enterOnce(): Promise<void> {
    const { signal: life } = this.life;
    clearTimeout(this.retry);
    try {
      const { enterLobby } = await loadEngine();
      const lobby = await enterLobby({ url: location.origin, room: this.roomName, ...(this.token !== null && { token: this.token }), signal: life });
      if (life.aborted) return lobby.close();
      this.lobby = lobby;
      this.tries = 0;
      const refresh = (): void => {
        this.present.value = { names: lobby.participants.map(({ name }) => name), capacity: lobby.capacity };
        if (lobby.connected === this.away.value) this.away.value = !lobby.connected && this.phase.value === 'lobby';
        if (lobby.connected && this.problem.value && isPassing(this.problem.value.code)) this.problem.value = null;
      };
      lobby.addEventListener('changed', refresh);
      lobby.addEventListener('error', ({ error }) => {
        // The lobby itself goes on trying where that can help.
        if (this.phase.value === 'lobby') this.problem.value = { code: codeOf(error), message: messageOf(error), retryAt: null };
      });
      refresh();
    } catch (error) {
      if (!life.aborted) this.fail(codeOf(error), messageOf(error), () => this.enter());
    }
  }

  private fail(code: string, message: string, again: () => Promise<void>): void {
    const passing = isPassing(code);
    const seconds = Math.min(15, 2 * 1.6 ** this.tries++);
    this.problem.value = { code, message, retryAt: passing ? Date.now() + seconds * 1000 : null };
    clearTimeout(this.retry);
    if (passing) this.retry = setTimeout(() => void again(), seconds * 1000);
  }

  private dropLobby(): void {
    this.lobby?.close();
    this.lobby = null;
  }
}
