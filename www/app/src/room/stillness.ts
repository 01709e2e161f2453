// SPDX-License-Identifier: Apache-2.0
// Whether nothing has moved for a while and nothing is focused, so that the bar may step aside.

import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** True after `milliseconds` without a pointer, key or touch, while no control shows focus and nothing is open. */
export function useStillness(root: RefObject<HTMLElement | null>, milliseconds: number): boolean {
  const [still, setStill] = useState(false);
  useEffect(() => {
    const element = root.current!;
    let timer: ReturnType<typeof setTimeout>;
    const rest = (): void => {
      if (element.querySelector(':focus-visible, :popover-open, dialog[open], .bar:hover')) timer = setTimeout(rest, 500);
      else setStill(true);
    };
    const move = (): void => {
      setStill(false);
      clearTimeout(timer);
      timer = setTimeout(rest, milliseconds);
    };
    move();
    const events = ['pointermove', 'pointerdown', 'keydown', 'focusin', 'wheel'] as const;
    for (const type of events) document.addEventListener(type, move, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const type of events) document.removeEventListener(type, move);
    };
  }, [milliseconds]);
  return still;
}
