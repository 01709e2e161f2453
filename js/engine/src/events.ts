// SPDX-License-Identifier: Apache-2.0
// EventTarget with a map of event types, so that addEventListener knows what its listener is given.

type Listener<Target, E> = ((this: Target, event: E) => unknown) | { handleEvent(event: E): unknown };

/** The listeners' side of an EventTarget whose events are listed in `Events`. */
export interface TypedEventTarget<Events> {
  addEventListener<K extends keyof Events & string>(type: K, listener: Listener<this, Events[K]> | null, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof Events & string>(type: K, listener: Listener<this, Events[K]> | null, options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;
}

/** Every event has its fields directly on it: `({ participant }) => …`. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export class TypedEventTarget<Events> extends EventTarget {
  /** @internal Reports a listener's exception like the browser does, and never throws. */
  protected emit<K extends keyof Events & string>(event: Events[K] & { readonly type: K }): void {
    this.dispatchEvent(event as unknown as Event);
  }
}
