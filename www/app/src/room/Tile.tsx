// SPDX-License-Identifier: Apache-2.0
// One person, or the screen that a person shares.

import { useEffect, useRef } from 'preact/hooks';
import type { Person } from '../call/room-model.ts';
import { hueOf, initials } from '../text.ts';
import { Icon, TrackVideo, useSeconds } from '../ui.tsx';
import { peerWords } from '../words.ts';

const kQuality = { good: 'connection good', fair: 'connection fair', poor: 'connection weak', lost: 'connection very weak' } as const;

export function Tile({ person, content, small }: { person: Person; content: 'camera' | 'screen'; small: boolean }) {
  const { name, present, state, quality } = person;
  const track = content === 'screen' ? person.screen : person.camera;
  const seconds = useSeconds(person.troubleSince);
  const trouble = peerWords({ name, present, state, quality, hasVideo: track !== null, seconds });
  const label = content === 'screen' ? `${name}’s screen`
    : `${name}, microphone ${person.microphoneOn ? 'on' : 'off'}, camera ${track ? 'on' : 'off'}, ${state === 'connected' ? kQuality[quality] : state}`;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const shown = element.current!;
    person.shownBy(shown, { content });
    return () => person.shownBy(shown, null);
  }, [person.id, content]);
  return (
    <div ref={element} role="group" aria-label={label} class={`tile tile-${content} ${person.speaking && content === 'camera' ? 'speaking' : ''} ${small ? 'tile-small' : ''}`}>
      {track ? <TrackVideo track={track} class={trouble?.busy ? 'dimmed' : ''} /> : <Avatar id={person.id} name={name} />}
      <div class="tile-name">
        {content === 'camera' && !person.microphoneOn && <Icon name="mic-off" />}
        <span>{content === 'screen' ? `${name}’s screen` : name}</span>
        {content === 'camera' && state === 'connected' && quality !== 'good' && <Icon name={quality === 'fair' ? 'bars-2' : 'bars-1'} />}
      </div>
      {trouble && !(small && content === 'screen') && (
        <p class={`tile-trouble ${trouble.busy ? 'centred' : ''}`}>{trouble.busy && <span class="spinner" aria-hidden="true" />}{trouble.text}</p>
      )}
    </div>
  );
}

export function Avatar({ id, name }: { id: string; name: string }) {
  return (
    <div class="avatar-place" ref={(element) => { element?.style.setProperty('--hue', String(hueOf(id))); }}>
      <span class="avatar" aria-hidden="true">{initials(name)}</span>
    </div>
  );
}
