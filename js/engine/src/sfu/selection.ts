// SPDX-License-Identifier: Apache-2.0
// The receiver's side of layers: which layer of each video is taken, from the size and visibility of what shows it.

import type { RemoteParticipant } from '../participants/remote-participant.js';
import type { LayerChoice } from './adapter.js';
import type { OfferedLayer } from './layers.js';

/** A picture may be enlarged by this much before the next larger layer is taken. */
const kEnlarged = 1.15;
/** After word of lost packets, the largest pictures are taken one layer smaller for this long, in milliseconds. */
const kCautious = 10_000;

interface Video {
  readonly participant: RemoteParticipant;
  readonly sourceId: string;
  content: string;
  layers: OfferedLayer[];
  choice: LayerChoice | null | undefined;
}

export interface SelectionHandlers {
  /** null: nothing of it. */
  choose(participantId: string, sourceId: string, choice: LayerChoice | null): void;
}

const same = (a: LayerChoice | null | undefined, b: LayerChoice | null | undefined): boolean =>
  a === b || (!!a && !!b && a.spatial === b.spatial && a.temporal === b.temporal);

/** @internal */
export class Selection {
  readonly #videos = new Map<string, Video>();
  readonly #seen = new Map<Element, boolean>();
  readonly #sizes: ResizeObserver | undefined;
  readonly #visibility: IntersectionObserver | undefined;
  readonly #ending = new AbortController();
  #cautiousUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly handlers: SelectionHandlers) {
    this.#sizes = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(() => this.#choose());
    this.#visibility =
      typeof IntersectionObserver === 'undefined'
        ? undefined
        : new IntersectionObserver((entries) => {
            for (const { target, isIntersecting } of entries) this.#seen.set(target, isIntersecting);
            this.#choose();
          });
    globalThis.document?.addEventListener('visibilitychange', () => this.#choose(), { signal: this.#ending.signal });
  }

  addSource(participant: RemoteParticipant, sourceId: string, content: string): void {
    const video = this.#video(participant, sourceId);
    video.content = content;
    this.viewsChanged(participant);
  }

  /** What the sender has on offer. */
  setLayers(participant: RemoteParticipant, sourceId: string, layers: OfferedLayer[]): void {
    const valid = Array.isArray(layers) && layers.every((it) => [it?.spatial, it?.temporal, it?.width, it?.height].every((value) => Number.isFinite(value)));
    if (!valid || layers.length > 12) return;
    this.#video(participant, sourceId).layers = layers;
    this.#choose();
  }

  removeSource(participantId: string, sourceId: string): void {
    this.#videos.delete(`${participantId}/${sourceId}`);
  }

  removeParticipant(participantId: string): void {
    for (const [key, { participant }] of this.#videos) if (participant.id === participantId) this.#videos.delete(key);
  }

  /** The elements that show a participant have changed. */
  viewsChanged(participant: RemoteParticipant): void {
    for (const element of participant.views.keys()) {
      this.#sizes?.observe(element);
      this.#visibility?.observe(element);
    }
    this.#choose();
  }

  slowLink(_lost: number): void {
    this.#cautiousUntil = performance.now() + kCautious;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#choose(), kCautious + 1);
    this.#choose();
  }

  choicesFor(participantId: string): [string, LayerChoice | null][] {
    return [...this.#videos.values()].flatMap((it) => (it.participant.id === participantId && it.choice !== undefined ? [[it.sourceId, it.choice] as [string, LayerChoice | null]] : []));
  }

  /** Says every choice again, to a server that does not know them. */
  repeat(): void {
    for (const video of this.#videos.values()) if (video.choice !== undefined) this.handlers.choose(video.participant.id, video.sourceId, video.choice);
  }

  close(): void {
    this.#ending.abort();
    clearTimeout(this.#timer);
    this.#sizes?.disconnect();
    this.#visibility?.disconnect();
    this.#videos.clear();
    this.#seen.clear();
  }

  #video(participant: RemoteParticipant, sourceId: string): Video {
    const key = `${participant.id}/${sourceId}`;
    let video = this.#videos.get(key);
    if (!video) {
      video = { participant, sourceId, content: participant.sources.get(sourceId)?.content ?? 'camera', layers: [], choice: undefined };
      this.#videos.set(key, video);
    }
    return video;
  }

  #choose(): void {
    for (const video of this.#videos.values()) {
      const choice = this.#choiceFor(video);
      if (same(choice, video.choice)) continue;
      video.choice = choice;
      this.handlers.choose(video.participant.id, video.sourceId, choice);
    }
  }

  #choiceFor({ participant, content, layers }: Video): LayerChoice | null {
    const top = { spatial: 2, temporal: 2 };
    const views = [...participant.views].filter(([, options]) => (options.content ?? 'camera') === content);
    if (views.length === 0) return top; // Shown in a way that nobody told of.
    let height = 0;
    let pinned = false;
    for (const [element, options] of views) {
      if (globalThis.document?.hidden || this.#seen.get(element) === false) continue;
      const box = element.getBoundingClientRect();
      if (box.width < 1 || box.height < 1) continue;
      height = Math.max(height, box.height * (globalThis.devicePixelRatio || 1));
      pinned ||= options.pinned ?? false;
    }
    if (height === 0) return null;
    const sizes = [...new Map(layers.map((layer) => [layer.spatial, layer.height]))].sort(([a], [b]) => a - b);
    let spatial = sizes.find(([, offered]) => offered * kEnlarged >= height)?.[0] ?? sizes.at(-1)?.[0] ?? top.spatial;
    if (!pinned && performance.now() < this.#cautiousUntil) spatial = Math.max(0, spatial - 1);
    return { spatial, temporal: top.temporal };
  }
}
