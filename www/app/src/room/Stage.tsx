// SPDX-License-Identifier: Apache-2.0
// The tiles of a room, laid out by `layout.ts`; what moves glides there, unless the person wants no motion.

import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { MediaModel } from '../call/media.ts';
import type { Person, RoomModel } from '../call/room-model.ts';
import { flip, gridLayout, stageLayout, type Rect, type Size } from '../layout.ts';
import { TrackVideo } from '../ui.tsx';
import { SelfTile } from './SelfTile.tsx';
import { Tile } from './Tile.tsx';

interface Placed { key: string; person: Person; content: 'camera' | 'screen'; rect: Rect }

export function Stage({ room, media }: { room: RoomModel; media: MediaModel }) {
  const container = useRef<HTMLElement>(null);
  const size = useSignal<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      size.value = { width, height };
    });
    watch.observe(container.current!);
    return () => watch.disconnect();
  }, []);

  const mix = room.mix.value;
  const people = room.people.value;
  const { placed, self } = place(mix ? [] : people, size.value);
  useGlide(container, placed);
  return (
    <section class="stage" aria-label="People in the call" ref={container}>
      {mix && (
        <div class="tile tile-screen" role="group" aria-label={`Everybody in one picture: ${people.map(({ name }) => name).join(', ')}`}><TrackVideo track={mix} /></div>
      )}
      {placed.map(({ key, person, content, rect }) => (
        <div class="tile-place" key={key} data-key={key} ref={(element) => { if (element) put(element, rect); }}>
          <Tile person={person} content={content} small={rect.width < 240} />
        </div>
      ))}
      <SelfTile media={media} container={size.value} name="You" slot={self} />
    </section>
  );
}

/** Everybody in the order in which they came; shared screens on the stage, with everybody and a place for you in the strip. */
function place(people: readonly Person[], size: Size): { placed: Placed[]; self: Rect | null } {
  const screens = people.filter(({ screen }) => screen !== null);
  if (screens.length === 0) {
    return { placed: gridLayout(people.length, size).map((rect, index) => ({ key: people[index]!.id, person: people[index]!, content: 'camera', rect })), self: null };
  }
  if (size.width <= 0 || size.height <= 0) return { placed: [], self: null };
  const { stage, strip } = stageLayout(screens.length, people.length + 1, size);
  const placed = [
    ...stage.map((rect, index): Placed => ({ key: `${screens[index]!.id}/screen`, person: screens[index]!, content: 'screen', rect })),
    ...strip.slice(0, -1).map((rect, index): Placed => ({ key: people[index]!.id, person: people[index]!, content: 'camera', rect })),
  ];
  return { placed, self: strip.at(-1)! };
}

function put(element: HTMLElement, { x, y, width, height }: Rect): void {
  Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
}

/** FLIP: each tile starts where it was a moment ago and glides to its new place. New tiles fade in. */
function useGlide(container: { current: HTMLElement | null }, placed: Placed[]): void {
  const before = useRef(new Map<string, Rect>());
  useLayoutEffect(() => {
    const now = new Map(placed.map(({ key, rect }) => [key, rect]));
    if (before.current.size > 0 && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
      for (const element of container.current!.querySelectorAll<HTMLElement>('.tile-place')) {
        const rect = now.get(element.dataset['key']!);
        const was = before.current.get(element.dataset['key']!);
        if (!rect) continue;
        const frames = was ? flip(was, rect) : [{ opacity: 0, transform: 'scale(0.96)' }, { opacity: 1, transform: 'none' }];
        if (frames) element.animate(frames as Keyframe[], { duration: 240, easing: 'cubic-bezier(0.2, 0, 0, 1)' });
      }
    }
    before.current = now;
  });
}
