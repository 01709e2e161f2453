// SPDX-License-Identifier: Apache-2.0
// Who is in the room, and the link for who is not yet.

import type { Call } from '../call/call.ts';
import type { MediaModel } from '../call/media.ts';
import type { RoomModel } from '../call/room-model.ts';
import { hueOf, initials } from '../text.ts';
import { CopyButton, Icon } from '../ui.tsx';
import { InviteLink } from './Invite.tsx';

const kStates = { connecting: 'Connecting…', connected: '', reconnecting: 'Reconnecting…', failed: 'Cannot be reached' } as const;
const kQuality = { good: 'bars-3', fair: 'bars-2', poor: 'bars-1', lost: 'bars-1' } as const;
const kQualityWords = { good: 'Connection good', fair: 'Connection fair', poor: 'Connection weak', lost: 'Connection very weak' } as const;

const kShown = { waiting: 'They wait for it to begin.', live: 'They see and hear everybody in one picture.', ended: 'They see nothing at the moment.' } as const;

export function People({ room, media, call }: { room: RoomModel; media: MediaModel; call: Call }) {
  const audience = room.audience.value;
  return (
    <div class="panel-scroll">
      <ul class="people">
        <Entry id="you" name={call.name.value} you microphoneOn={media.microphoneOn.value} cameraOn={media.camera.value !== null} note="" />
        {room.people.value.map((person) => (
          <Entry key={person.id} id={person.id} name={person.name} microphoneOn={person.microphoneOn} cameraOn={person.camera !== null}
            note={!person.present ? 'Away' : kStates[person.state]} quality={person.state === 'connected' ? person.quality : undefined} />
        ))}
      </ul>
      {audience !== null && audience.viewers > 0 && (
        <section class="panel-part">
          <h3>{audience.viewers} watching</h3>
          <p class="small quiet-text">{kShown[audience.state]}</p>
        </section>
      )}
      <section class="panel-part">
        <h3>Bring somebody in</h3>
        <InviteLink link={call.link} />
        <p class="small quiet-text">Who opens this one only watches:</p>
        <CopyButton text={call.link.replace('/r/', '/w/')} label="Copy link to watch" />
      </section>
    </div>
  );
}

function Entry({ id, name, you = false, microphoneOn, cameraOn, note, quality }: { id: string; name: string; you?: boolean; microphoneOn: boolean; cameraOn: boolean; note: string; quality?: keyof typeof kQuality }) {
  return (
    <li>
      <span class="avatar avatar-small" aria-hidden="true" ref={(element) => { element?.style.setProperty('--hue', String(hueOf(id))); }}>{initials(name)}</span>
      <span class="people-name">{you ? `${name} (you)` : name}{note && <span class="small quiet-text">{note}</span>}</span>
      <span class="people-state">
        {quality && <span title={kQualityWords[quality]}><Icon name={kQuality[quality]} /><span class="visually-hidden">{kQualityWords[quality]}</span></span>}
        <span title={`Microphone ${microphoneOn ? 'on' : 'off'}`}><Icon name={microphoneOn ? 'mic' : 'mic-off'} /><span class="visually-hidden">Microphone {microphoneOn ? 'on' : 'off'}</span></span>
        <span title={`Camera ${cameraOn ? 'on' : 'off'}`}><Icon name={cameraOn ? 'camera' : 'camera-off'} /><span class="visually-hidden">Camera {cameraOn ? 'on' : 'off'}</span></span>
      </span>
    </li>
  );
}
