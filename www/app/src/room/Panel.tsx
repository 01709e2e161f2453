// SPDX-License-Identifier: Apache-2.0
// A panel at the side of the room (over it on a phone): a heading, a way to close it, its content.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../ui.tsx';

export function Panel({ title, wide, onClose, children }: { title: string; wide?: boolean; onClose: () => void; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A panel with a field of its own (the chat) puts the focus there.
    if (!heading.current!.closest('aside')!.contains(document.activeElement)) heading.current!.focus();
  }, []);
  return (
    <aside class={`panel ${wide ? 'panel-wide' : ''}`} aria-label={title}>
      <header class="panel-head">
        <h2 ref={heading} tabIndex={-1}>{title}</h2>
        <button type="button" class="round quiet-round" aria-label={`Close ${title.toLowerCase()}`} title="Close" onClick={onClose}><Icon name="close" /></button>
      </header>
      {children}
    </aside>
  );
}
