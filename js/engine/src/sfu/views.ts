// SPDX-License-Identifier: Apache-2.0
// How large a participant's pictures are shown: of all elements that show one, the largest that anybody can see.

import { WatchedElements, type Seen } from '../layers/watched.js';
import type { RemoteParticipant } from '../participants/remote-participant.js';

/** What the tiles of a video ask for, in device pixels. */
export interface View {
  width: number;
  height: number;
  visible: boolean;
  pinned: boolean;
}

/** A picture may be enlarged by this much before it counts as less than perfect. */
const kEnlarged = 1.15;
/** Of a picture that is cut to fill its tile, at most this many times the tile's area counts. */
const kMostCut = 2;

/** @internal The size at which the whole picture lies behind (camera: cut to fill) or in (screen: fitted) a box. */
export function pictureIn(box: Pick<Seen, 'width' | 'height'>, aspect: number, content: string): { width: number; height: number } {
  const fits = box.width > box.height * aspect;
  let height = fits === (content === 'screen') ? box.height : box.width / aspect;
  height = Math.min(height, Math.sqrt((kMostCut * box.width * box.height) / aspect));
  return { width: (height * aspect) / kEnlarged, height: height / kEnlarged };
}

/** @internal Watches the elements in which a room shows its participants. */
export class Views {
  readonly #seen = new Map<Element, Seen>();
  readonly #watched: WatchedElements | undefined;

  /** `changed`: the size or visibility of an element of `participant.views` is another. */
  constructor(changed: (element: Element) => void) {
    if (typeof ResizeObserver === 'undefined' || typeof IntersectionObserver === 'undefined') return;
    this.#watched = new WatchedElements((element, seen) => {
      this.#seen.set(element, seen);
      changed(element);
    });
  }

  /** From now on these are watched, and no others. */
  watch(participants: Iterable<RemoteParticipant>): void {
    const elements = new Set<Element>();
    for (const { views } of participants) for (const element of views.keys()) elements.add(element);
    for (const element of this.#seen.keys()) {
      if (elements.has(element)) continue;
      this.#watched?.remove(element);
      this.#seen.delete(element);
    }
    for (const element of elements) if (this.#watched && !this.#seen.has(element)) this.#seen.set(element, this.#watched.add(element));
  }

  /** null: no element shows it as far as is known. `aspect`: width over height of the picture. */
  of({ views }: RemoteParticipant, content: string, aspect: number): View | null {
    let result: View | null = null;
    for (const [element, options] of views) {
      const seen = this.#seen.get(element);
      if ((options.content ?? 'camera') !== content || !seen) continue;
      const visible = seen.visible && seen.width >= 1 && seen.height >= 1;
      result ??= { width: 0, height: 0, visible: false, pinned: false };
      if (!visible) continue;
      const { width, height } = pictureIn(seen, aspect, content);
      if (height > result.height) Object.assign(result, { width, height });
      result.visible = true;
      result.pinned ||= options.pinned ?? false;
    }
    return result;
  }

  close(): void {
    this.#watched?.close();
    this.#seen.clear();
  }
}
