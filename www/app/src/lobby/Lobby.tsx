// SPDX-License-Identifier: Apache-2.0
// The lobby: how you look and sound, who is there, and the way in.

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Call } from '../call/call.ts';
import type { MediaModel } from '../call/media.ts';
import { lazy } from '../lazy.tsx';
import { listNames } from '../text.ts';
import { Icon, Logo, Notice, Spinner, TrackVideo, useSeconds } from '../ui.tsx';
import { insecureSteps, roomWords } from '../words.ts';
import { CameraPicker, Meter, MicrophonePicker } from './Devices.tsx';

const BackgroundPicker = lazy(() => import('./BackgroundPicker.tsx').then((module) => module.BackgroundPicker));
const picking = signal(false);

export function LobbyScreen({ call }: { call: Call }) {
  const media = call.media.value;
  return (
    <div class="page">
      <header class="page-head"><a class="brand" href="/"><Logo />Tessera</a></header>
      <main class="lobby">
        <section class="lobby-picture" aria-label="Your picture and sound">
          <Preview media={media} />
        </section>
        <section class="lobby-join card">
          <p class="eyebrow">Room</p>
          <h1>{call.roomName}</h1>
          <Presence call={call} />
          <RoomTrouble call={call} />
          <JoinForm call={call} />
          <a class="button quiet" href={`/w/${call.roomName}${location.search}${location.hash}`}>Join to watch</a>
        </section>
        <section class="lobby-devices" aria-label="Devices and background">
          {media && <DeviceTrouble media={media} />}
          {media && media.granted.value && (
            <div class="device-row">
              <CameraPicker media={media} />
              <div class="stack"><MicrophonePicker media={media} /><Meter media={media} /></div>
            </div>
          )}
          {media && (
            <div class="backgrounds">
              <button type="button" class="button quiet disclosure" aria-expanded={picking.value} aria-controls="backgrounds" onClick={() => { picking.value = !picking.value; }}>
                <Icon name="background" />Background<Icon name="down" class="turn" />
              </button>
              <div id="backgrounds">{picking.value && <BackgroundPicker media={media} />}</div>
            </div>
          )}
        </section>
      </main>
    </div>
  );
}

function Preview({ media }: { media: MediaModel | null }) {
  const camera = media?.camera.value ?? null;
  const busy = media?.busy.value;
  const blurring = busy?.background || (busy?.camera && media?.background.value.kind !== 'none');
  return (
    <div class="preview" data-theme="dark">
      {camera && <TrackVideo track={camera} mirrored label="Your picture, mirrored as you see yourself" />}
      {!media && <p class="preview-words"><Spinner />Getting ready…</p>}
      {media && !camera && (busy?.camera ? <p class="preview-words" role="status"><Spinner />{blurring ? 'Starting camera and background…' : 'Starting camera…'}</p>
        : media.granted.value === false && window.isSecureContext ? <Ask media={media} />
        : <p class="preview-words"><Icon name="camera-off" />{media.problems.value.camera ? media.problems.value.camera.title : 'Camera is off'}</p>)}
      {camera && busy?.background && <p class="preview-badge" role="status"><Spinner />Preparing background…</p>}
      {media?.granted.value && (
        <div class="preview-buttons">
          <ToggleButton on={media.microphoneOn.value} busy={busy!.microphone} icon="mic" label="Microphone" onPress={() => void media.toggleMicrophone()} />
          <ToggleButton on={media.cameraOn.value} busy={busy!.camera} icon="camera" label="Camera" onPress={() => void media.toggleCamera()} />
        </div>
      )}
    </div>
  );
}

function ToggleButton({ on, busy, icon, label, onPress }: { on: boolean; busy: boolean; icon: string; label: string; onPress: () => void }) {
  return (
    <button type="button" class={`round ${on ? '' : 'off'}`} aria-pressed={on} aria-label={label} aria-busy={busy} title={`${label} ${on ? 'on' : 'off'}`} onClick={onPress}>
      {busy ? <Spinner /> : <Icon name={on ? icon : `${icon}-off`} />}
    </button>
  );
}

/** Why, before the browser asks. */
function Ask({ media }: { media: MediaModel }) {
  return (
    <div class="ask">
      <h2>So that the others see and hear you</h2>
      <p>Your browser will ask for camera and microphone. Nothing leaves this device until you press Join.</p>
      <button type="button" class="button strong" onClick={() => void media.askAndStart()}><Icon name="camera" />Use camera and microphone</button>
      <p class="small">You can also join without, and just watch and listen.</p>
    </div>
  );
}

function DeviceTrouble({ media }: { media: MediaModel }) {
  const { camera, microphone, background } = media.problems.value;
  const both = camera && microphone && camera.code === microphone.code;
  return (
    <>
      {camera && (
        <Notice urgent title={both ? camera.title.replace('Camera is', 'Camera and microphone are').replace('No camera', 'No camera or microphone') : camera.title}
          steps={camera.code === 'insecure-context' ? insecureSteps() : both ? camera.steps.map((step) => step.replace(/\bCamera\b/, 'Camera and Microphone')) : camera.steps}>
          {camera.retry && <button type="button" class="button" onClick={() => { void media.startCamera(); if (both) void media.startMicrophone(); }}>Try again</button>}
        </Notice>
      )}
      {microphone && !both && (
        <Notice urgent title={microphone.title} steps={microphone.steps}>
          {microphone.retry && <button type="button" class="button" onClick={() => void media.startMicrophone()}>Try again</button>}
        </Notice>
      )}
      {background && (
        <Notice urgent title={background.title} steps={background.steps}>
          <button type="button" class="button" onClick={() => void media.setBackground(media.background.value)}>Try again</button>
          <button type="button" class="button" onClick={() => void media.setBackground({ kind: 'none' })}>No background</button>
        </Notice>
      )}
    </>
  );
}

function Presence({ call }: { call: Call }) {
  const present = call.present.value;
  if (!present) return <p class="presence quiet-text">{call.problem.value ? '\u00a0' : 'Looking who is there…'}</p>;
  const { names, capacity } = present;
  if (names.length === 0) return <p class="presence quiet-text">Nobody is here yet. You will be the first.</p>;
  return (
    <p class="presence" role="status">
      {listNames(names)} {names.length === 1 ? 'is' : 'are'} already in{names.length >= capacity ? `: all ${capacity} places are taken.` : '.'}
    </p>
  );
}

function RoomTrouble({ call }: { call: Call }) {
  const problem = call.problem.value;
  if (!problem && call.away.value) return <p class="small" role="status"><Spinner /> The server is gone. Looking for it…</p>;
  if (!problem) return null;
  const words = roomWords(problem.code, { capacity: call.present.value?.capacity, message: problem.message });
  return (
    <Notice urgent title={words.title} steps={words.steps}>
      {problem.retryAt !== null ? <Countdown until={problem.retryAt} /> : null}
    </Notice>
  );
}

function Countdown({ until }: { until: number }) {
  useSeconds(0);
  const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  return <span><Spinner /> {left > 0 ? `Next try in ${left} s` : 'Trying…'}</span>;
}

function JoinForm({ call }: { call: Call }) {
  const field = useRef<HTMLInputElement>(null);
  const joining = call.phase.value === 'joining';
  useEffect(() => {
    // Ready to type where there is a keyboard; on a phone the keyboard would cover the picture.
    if (call.name.value === '' && matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
  }, []);
  const submit = (event: Event): void => {
    event.preventDefault();
    const name = field.current!.value;
    if (name.trim() === '') {
      field.current!.setCustomValidity('Type a name, so that the others know who you are.');
      field.current!.reportValidity();
      return;
    }
    void call.join(name);
  };
  return (
    <form class="stack" onSubmit={submit} noValidate>
      <label for="name">Your name</label>
      <input ref={field} id="name" name="name" type="text" maxLength={64} autoComplete="name" enterkeyhint="go" value={call.name.value} readOnly={joining}
        onInput={(event) => { event.currentTarget.setCustomValidity(''); call.name.value = event.currentTarget.value; }} />
      <button type="submit" class="button strong big" aria-busy={joining}>{joining ? <><Spinner />Joining…</> : 'Join'}</button>
    </form>
  );
}
