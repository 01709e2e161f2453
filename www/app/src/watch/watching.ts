// SPDX-License-Identifier: Apache-2.0
// A room that is watched, from the link to the end: entering, trying again while the server is away, and what there is to see.

import { batch, signal } from '@preact/signals';
import type { Viewing, ViewingState } from 'tessera-rtc/webinar';
import { codeOf, messageOf } from '../engine.ts';
import { announce } from '../ui.tsx';
import { isPassing } from '../words.ts';

/** Before the person has pressed Watch; then as the engine has it. 'left': by the person. */
export type Phase = 'door' | 'entering' | 'left' | ViewingState;

const kSpoken: Partial<Record<Phase, string>> = {
  waiting: 'It has not begun yet. It starts here by itself.',
  live: 'It has begun.',
  ended: 'It is over.',
};

export class Watching {
  readonly phase = signal<Phase>('door');
  readonly viewers = signal(0);
  readonly audioBlocked = signal(false);
  /** The picture stands still, and is being brought back. */
  readonly interrupted = signal(false);
  readonly problem = signal<{ code: string; message: string; retryAt: number | null } | null>(null);
  readonly player = signal<HTMLVideoElement | null>(null);
  private viewing: Viewing | null = null;
  private life = new AbortController();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;

  constructor(readonly roomName: string, private readonly token: string | null) {}

  /** The page that takes part, with the person's own token. */
  get joinLink(): string {
    return `/r/${encodeURIComponent(this.roomName)}${this.token === null ? '' : `#token=${encodeURIComponent(this.token)}`}`;
  }

  /** From a click, so that the browser plays sound. */
  async watch(): Promise<void> {
    this.life = new AbortController();
    const { signal: life } = this.life;
    clearTimeout(this.retry);
    batch(() => {
      this.phase.value = 'entering';
      this.problem.value = null;
    });
    try {
      const { watchRoom } = await import('tessera-rtc/webinar');
      const viewing = await watchRoom({ url: location.origin, room: this.roomName, ...(this.token === null ? {} : { token: this.token }), signal: life });
      if (life.aborted) return viewing.close();
      this.viewing = viewing;
      this.tries = 0;
      this.player.value = viewing.createPlayer();
      viewing.addEventListener('changed', () => this.refresh());
      this.refresh();
      await this.startAudio();
    } catch (error) {
      if (life.aborted) return;
      const code = codeOf(error) === 'internal' ? 'server-unreachable' : codeOf(error);
      const seconds = Math.min(15, 2 * 1.6 ** this.tries++);
      const again = isPassing(code);
      this.problem.value = { code, message: messageOf(error), retryAt: again ? Date.now() + seconds * 1000 : null };
      if (again) this.retry = setTimeout(() => void this.watch(), seconds * 1000);
      else this.phase.value = 'door';
    }
  }

  async startAudio(): Promise<void> {
    await this.viewing?.startAudio().catch(() => {});
    this.refresh();
  }

  leave(): void {
    this.life.abort();
    clearTimeout(this.retry);
    const { viewing } = this;
    this.viewing = null;
    viewing?.close();
    batch(() => {
      this.phase.value = 'left';
      this.player.value = null;
    });
  }

  private refresh(): void {
    const { viewing } = this;
    if (!viewing) return;
    const { state } = viewing;
    if (state !== this.phase.value) announce(kSpoken[state] ?? '');
    batch(() => {
      this.phase.value = state;
      this.viewers.value = viewing.viewers;
      this.audioBlocked.value = viewing.audioBlocked;
      this.interrupted.value = viewing.interrupted;
      if (state !== 'closed') return;
      this.viewing = null;
      this.player.value = null;
      this.problem.value = { code: viewing.code, message: '', retryAt: null };
    });
  }
}
