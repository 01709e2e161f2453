// SPDX-License-Identifier: Apache-2.0
// Watches elements: their size in device pixels, and whether anybody can see them.

export interface Seen {
  /** Device pixels. */
  width: number;
  height: number;
  visible: boolean;
}

/** The content box in device pixels; browsers that cannot tell are asked for CSS pixels. */
function sizeOf(entry: ResizeObserverEntry): { width: number; height: number } {
  const [exact] = entry.devicePixelContentBoxSize ?? [];
  if (exact) return { width: exact.inlineSize, height: exact.blockSize };
  const scale = globalThis.devicePixelRatio || 1;
  return { width: Math.round(entry.contentRect.width * scale), height: Math.round(entry.contentRect.height * scale) };
}

/** Calls `changed` with what is seen of an element whenever that differs from before. */
export class WatchedElements {
  readonly #seen = new Map<Element, Seen>();
  readonly #resize: ResizeObserver;
  readonly #intersection: IntersectionObserver;

  constructor(changed: (element: Element, seen: Seen) => void) {
    const set = (element: Element, change: Partial<Seen>): void => {
      const before = this.#seen.get(element);
      if (!before) return;
      const now = { ...before, ...change };
      if (now.width === before.width && now.height === before.height && now.visible === before.visible) return;
      this.#seen.set(element, now);
      changed(element, now);
    };
    this.#resize = new ResizeObserver((entries) => {
      for (const entry of entries) set(entry.target, sizeOf(entry));
    });
    // Only the latest entry of an element counts.
    this.#intersection = new IntersectionObserver((entries) => {
      for (const entry of entries) set(entry.target, { visible: entry.isIntersecting });
    });
  }

  /** @returns what is known at once: its size, taken to be visible until the browser says otherwise. */
  add(element: Element): Seen {
    const scale = globalThis.devicePixelRatio || 1;
    const box = element.getBoundingClientRect();
    const seen = { width: Math.round(box.width * scale), height: Math.round(box.height * scale), visible: true };
    this.#seen.set(element, seen);
    try {
      this.#resize.observe(element, { box: 'device-pixel-content-box' });
    } catch {
      this.#resize.observe(element);
    }
    this.#intersection.observe(element);
    return seen;
  }

  remove(element: Element): void {
    this.#seen.delete(element);
    this.#resize.unobserve(element);
    this.#intersection.unobserve(element);
  }

  close(): void {
    this.#seen.clear();
    this.#resize.disconnect();
    this.#intersection.disconnect();
  }
}
