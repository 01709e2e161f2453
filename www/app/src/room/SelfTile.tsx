// SPDX-License-Identifier: Apache-2.0
// Your own picture in the room: small, in a corner, moved with the pointer or the arrow keys.

import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { MediaModel } from '../call/media.ts';
import { cornerAfterKey, cornerRect, nearestCorner, type Corner, type Rect, type Size } from '../layout.ts';
import { recall, remember } from '../storage.ts';
import { announce, Icon, TrackVideo } from '../ui.tsx';

const kCorners: readonly string[] = ['top-left', 'top-right', 'bottom-left', 'bottom-right'];

/** @param slot where the tile goes while a screen is on the stage and nobody moved the tile since; otherwise it has its corner. */
export function SelfTile({ media, container, name, slot }: { media: MediaModel; container: Size; name: string; slot: Rect | null }) {
  const stored = recall('corner');
  const corner = useSignal<Corner | null>(stored !== null && kCorners.includes(stored) ? stored as Corner : null);
  const moved = useRef(false);
  const drag = useRef<{ dx: number; dy: number; moved: boolean } | null>(null);
  const element = useRef<HTMLButtonElement>(null);

  const narrow = container.width < 720;
  const width = Math.round(narrow ? Math.max(84, container.width * 0.25) : Math.min(260, Math.max(176, container.width * 0.17)));
  if (!slot) moved.current = false;
  const inSlot = slot !== null && !moved.current;
  const size = inSlot ? { width: slot.width, height: slot.height } : narrow ? { width, height: Math.round(width * 4 / 3) } : { width, height: Math.round(width * 9 / 16) };
  const at = corner.value ?? (narrow ? 'top-right' : 'bottom-right');
  // The bar is in the middle of the bottom; where the window is too narrow for both, stay above it.
  const bottomInset = container.width < 1180 ? 104 : 16;
  const rect = inSlot ? slot : cornerRect(at, container, size, narrow ? 12 : 16, bottomInset);
  const camera = media.camera.value;

  const moveTo = (next: Corner): void => {
    corner.value = next;
    moved.current = true;
    remember('corner', next);
    announce(`Your picture is at the ${next.replace('-', ' ')}`);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = cornerAfterKey(at, event.key);
    if (!next) return;
    event.preventDefault();
    if (next !== at) moveTo(next);
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    element.current!.setPointerCapture(event.pointerId);
    drag.current = { dx: event.clientX - rect.x, dy: event.clientY - rect.y, moved: false };
  };
  const onPointerMove = (event: PointerEvent): void => {
    const state = drag.current;
    if (!state) return;
    const [x, y] = [event.clientX - state.dx, event.clientY - state.dy];
    if (!state.moved && Math.hypot(x - rect.x, y - rect.y) < 6) return;
    state.moved = true;
    element.current!.classList.add('dragging');
    element.current!.style.transform = `translate(${x}px, ${y}px)`;
  };
  const onPointerUp = (event: PointerEvent): void => {
    const state = drag.current;
    drag.current = null;
    element.current!.classList.remove('dragging');
    if (!state?.moved) return;
    const next = nearestCorner({ x: event.clientX - state.dx + size.width / 2, y: event.clientY - state.dy + size.height / 2 }, container);
    element.current!.style.transform = place(cornerRect(next, container, size, narrow ? 12 : 16, bottomInset));
    moveTo(next);
  };
  if (container.width === 0) return null;
  return (
    <button type="button" class="self" ref={(node) => {
      element.current = node;
      if (node) Object.assign(node.style, { width: `${size.width}px`, height: `${size.height}px`, transform: drag.current?.moved ? node.style.transform : place(rect) });
    }} aria-label={`Your picture${camera ? '' : ', camera off'}, at the ${at.replace('-', ' ')}. Arrow keys move it.`}
      onKeyDown={onKeyDown} onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerUp} onPointerCancel={onPointerUp}>
      {camera ? <TrackVideo track={camera} mirrored /> : <span class="self-off"><Icon name="camera-off" /></span>}
      <span class="tile-name">{!media.microphoneOn.value && <Icon name="mic-off" />}<span>{name}</span></span>
    </button>
  );
}

const place = ({ x, y }: { x: number; y: number }): string => `translate(${x}px, ${y}px)`;
