// SPDX-License-Identifier: Apache-2.0
// The room: tiles, the bar, one panel at a time, and the keys.

import '../styles/room.css';
import { useSignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { Call } from '../call/call.ts';
import type { MediaModel } from '../call/media.ts';
import type { RoomModel } from '../call/room-model.ts';
import { actionOf, type RoomAction } from '../keys.ts';
import { lazy, loadTheRest } from '../lazy.tsx';
import { recall, remember } from '../storage.ts';
import { Icon, Notice, toast, useSeconds } from '../ui.tsx';
import { Bar } from './Bar.tsx';
import { Panel } from './Panel.tsx';
import { Stage } from './Stage.tsx';
import { useStillness } from './stillness.ts';

const BackgroundPicker = lazy(() => import('../lobby/BackgroundPicker.tsx').then((module) => module.BackgroundPicker));
const Chat = lazy(() => import('./Chat.tsx').then((module) => module.Chat));
const People = lazy(() => import('./People.tsx').then((module) => module.People));
const Diagnostics = lazy(() => import('./Diagnostics.tsx').then((module) => module.Diagnostics));
const Invite = lazy(() => import('./Invite.tsx').then((module) => module.Invite));
const LeaveDialog = lazy(() => import('./Dialogs.tsx').then((module) => module.LeaveDialog));
const KeysDialog = lazy(() => import('./Dialogs.tsx').then((module) => module.KeysDialog));
const DevicesDialog = lazy(() => import('./Dialogs.tsx').then((module) => module.DevicesDialog));

export type PanelName = 'background' | 'chat' | 'people' | 'diagnostics';
export type DialogName = 'leave' | 'keys' | 'devices';

const kTitles: Record<PanelName, string> = { background: 'Background', chat: 'Chat', people: 'People', diagnostics: 'Diagnostics' };

export function RoomScreen({ call, room, media }: { call: Call; room: RoomModel; media: MediaModel }) {
  const panel = useSignal<PanelName | null>(null);
  const dialog = useSignal<DialogName | null>(null);
  const theme = useSignal(recall('theme') === 'light' ? 'light' : 'dark');
  const root = useRef<HTMLDivElement>(null);
  const alone = room.people.value.length === 0 && !room.mix.value;
  const still = useStillness(root, 4000) && !alone;

  const toggle = useCallback((name: PanelName): void => { panel.value = panel.value === name ? null : name; }, []);
  const close = useCallback((): void => {
    const name = panel.value;
    panel.value = null;
    // Back to where it was opened from.
    if (name) root.current?.querySelector<HTMLElement>(`[data-panel="${name}"]`)?.focus();
  }, []);
  const act = (action: RoomAction): void => {
    switch (action) {
      case 'microphone': return void media.toggleMicrophone();
      case 'camera': return void media.toggleCamera();
      case 'share': return void media.toggleScreen();
      case 'leave': dialog.value = 'leave'; return;
      case 'keys': dialog.value = 'keys'; return;
      default: toggle(action);
    }
  };

  useEffect(() => {
    const timer = setTimeout(() => void loadTheRest(), 5000);
    return () => clearTimeout(timer);
  }, []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (document.querySelector('dialog[open]')) return;
      if (event.key === 'Escape' && panel.value && !document.querySelector(':popover-open')) return close();
      const action = actionOf(event, event.target as HTMLElement);
      if (!action) return;
      event.preventDefault();
      act(action);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div class={`room ${still ? 'still' : ''} ${panel.value ? 'with-panel' : ''}`} data-theme={theme.value} ref={root}>
      <main class="stage-area">
        <h1 class="visually-hidden">Room {call.roomName}</h1>
        <Stage room={room} media={media} />
        {alone && <Invite link={call.link} />}
        <Banners room={room} media={media} />
        <Bar room={room} media={media} panel={panel.value} onPanel={toggle} onDialog={(name) => { dialog.value = name; }} call={call}
          theme={theme.value} onTheme={() => {
            theme.value = theme.value === 'dark' ? 'light' : 'dark';
            remember('theme', theme.value);
          }} />
      </main>
      {panel.value && (
        <Panel key={panel.value} title={kTitles[panel.value]} onClose={close} wide={panel.value === 'diagnostics'}>
          {panel.value === 'chat' ? <Chat room={room} />
            : panel.value === 'people' ? <People room={room} media={media} call={call} />
            : panel.value === 'diagnostics' ? <Diagnostics room={room} media={media} />
            : <div class="panel-scroll"><BackgroundPicker media={media} /></div>}
        </Panel>
      )}
      {dialog.value === 'leave' && <LeaveDialog alone={alone} onStay={() => { dialog.value = null; }} onLeave={() => call.end()} />}
      {dialog.value === 'keys' && <KeysDialog onClose={() => { dialog.value = null; }} />}
      {dialog.value === 'devices' && <DevicesDialog media={media} onSpeaker={(id) => void room.room.setSpeaker(id).catch(() => toast('This speaker could not be used'))} onClose={() => { dialog.value = null; }} />}
    </div>
  );
}

/** What concerns the whole call; what concerns one person is on that person's tile. */
function Banners({ room, media }: { room: RoomModel; media: MediaModel }) {
  const { state, since } = room.server.value;
  const gone = useSeconds(since);
  const { camera, microphone, screen, background } = media.problems.value;
  const watching = room.audience.value?.viewers;
  const problems = ([['camera', camera, () => media.startCamera()], ['microphone', microphone, () => media.startMicrophone()],
    ['screen', screen, () => media.toggleScreen()], ['background', background, () => media.setBackground(media.background.value)]] as const);
  return (
    <div class="banners">
      {state === 'reconnecting' && (
        <p class="banner"><span class="spinner" aria-hidden="true" />The server is gone; the call goes on. Reconnecting… {gone} s</p>
      )}
      {watching ? <p class="banner"><Icon name="people" />{watching} watching</p> : null}
      {room.audioBlocked.value && (
        <button type="button" class="button strong" onClick={() => void room.startAudio()}><Icon name="sound" />Turn on sound</button>
      )}
      {problems.map(([name, problem, again]) => problem && (
        <Notice key={name} urgent title={problem.title} steps={problem.steps}>
          {problem.retry && <button type="button" class="button" onClick={() => void again()}>Try again</button>}
          <button type="button" class="button quiet" onClick={() => media.dismiss(name)}>Close</button>
        </Notice>
      ))}
      {media.screen.value && (
        <p class="banner"><Icon name="share" />You are sharing your screen.
          <button type="button" class="button small-button" onClick={() => void media.toggleScreen()}>Stop sharing</button></p>
      )}
    </div>
  );
}

