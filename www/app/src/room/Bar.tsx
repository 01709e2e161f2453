// SPDX-License-Identifier: Apache-2.0
// The bar of the room: every control, named, with its state and its key.

import type { Call } from '../call/call.ts';
import type { MediaModel } from '../call/media.ts';
import type { RoomModel } from '../call/room-model.ts';
import { copyText, Icon, Spinner, toast } from '../ui.tsx';
import type { DialogName, PanelName } from './Room.tsx';

interface Props {
  call: Call;
  room: RoomModel;
  media: MediaModel;
  panel: PanelName | null;
  theme: string;
  onPanel: (name: PanelName) => void;
  onDialog: (name: DialogName) => void;
  onTheme: () => void;
}

export function Bar({ call, room, media, panel, theme, onPanel, onDialog, onTheme }: Props) {
  const busy = media.busy.value;
  const people = room.people.value.length + 1;
  const unread = room.unread.value;
  const canShare = 'getDisplayMedia' in (navigator.mediaDevices ?? {});
  const microphoneOn = media.microphoneOn.value;
  const cameraOn = media.cameraOn.value;
  const sharing = media.screen.value !== null;
  return (
    <nav class="bar" aria-label="Call">
      <Control label="Microphone" icon={microphoneOn ? 'mic' : 'mic-off'} shortcut="M" pressed={microphoneOn} off={!microphoneOn} busy={busy.microphone}
        hint={microphoneOn ? 'Microphone is on' : 'Microphone is off'} onPress={() => void media.toggleMicrophone()} />
      <Control label="Camera" icon={cameraOn ? 'camera' : 'camera-off'} shortcut="V" pressed={cameraOn} off={!cameraOn} busy={busy.camera}
        hint={cameraOn ? 'Camera is on' : 'Camera is off'} onPress={() => void media.toggleCamera()} />
      <Control label="Background" icon="background" shortcut="B" panel="background" open={panel === 'background'} busy={busy.background} class="wide-only" onPress={() => onPanel('background')} />
      {canShare && <Control label="Share screen" icon={sharing ? 'share-off' : 'share'} shortcut="S" pressed={sharing} busy={busy.screen} class="wide-only" onPress={() => void media.toggleScreen()} />}
      <Control label="Chat" icon="chat" shortcut="C" panel="chat" open={panel === 'chat'} onPress={() => onPanel('chat')}
        badge={unread > 0 ? String(Math.min(unread, 99)) : undefined} spoken={unread > 0 ? `, ${unread} unread` : ''} />
      <Control label="People" icon="people" panel="people" open={panel === 'people'} class="wide-only" badge={String(people)} quietBadge spoken={`, ${people}`} onPress={() => onPanel('people')} />
      <button type="button" class="control" popovertarget="more" id="more-button" title="More">
        <span class="control-icon"><Icon name="more" /></span><span class="control-label">More</span>
      </button>
      <div id="more" popover="auto" class="menu" aria-label="More" role="group"
        onClick={(event) => { if ((event.target as HTMLElement).closest('button')) (event.currentTarget as HTMLElement).hidePopover(); }}>
        <MenuItem icon="background" label="Background" shortcut="B" class="narrow-only" onPress={() => onPanel('background')} />
        {canShare && <MenuItem icon="share" label={sharing ? 'Stop sharing' : 'Share screen'} shortcut="S" class="narrow-only" onPress={() => void media.toggleScreen()} />}
        <MenuItem icon="people" label={`People (${people})`} class="narrow-only" onPress={() => onPanel('people')} />
        <MenuItem icon="copy" label="Copy link" onPress={() => void copyText(call.link).then((done) => toast(done ? 'Link copied' : `The link is ${call.link}`, done ? 3 : 12))} />
        <MenuItem icon="settings" label="Devices" onPress={() => onDialog('devices')} />
        <MenuItem icon="pulse" label="Diagnostics" shortcut="D" panel="diagnostics" onPress={() => onPanel('diagnostics')} />
        <MenuItem icon="expand" label="Full screen" onPress={toggleFullScreen} />
        <MenuItem icon={theme === 'dark' ? 'sun' : 'moon'} label={theme === 'dark' ? 'Light room' : 'Dark room'} onPress={onTheme} />
        <MenuItem icon="keyboard" label="Keys" shortcut="?" onPress={() => onDialog('keys')} />
      </div>
      <Control label="Leave" icon="leave" shortcut="L" class="leave" onPress={() => onDialog('leave')} />
    </nav>
  );
}

function toggleFullScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen?.().catch(() => toast('Full screen is not possible here'));
}

interface ControlProps {
  label: string;
  icon: string;
  shortcut?: string;
  pressed?: boolean;
  off?: boolean;
  panel?: PanelName;
  open?: boolean;
  busy?: boolean;
  badge?: string;
  quietBadge?: boolean;
  spoken?: string;
  hint?: string;
  class?: string;
  onPress: () => void;
}

function Control({ label, icon, shortcut, pressed, off, panel, open, busy, badge, quietBadge, spoken = '', hint, class: extra = '', onPress }: ControlProps) {
  return (
    <button type="button" class={`control ${extra} ${off ? 'off' : ''} ${open || (pressed && !hint) ? 'active' : ''}`} aria-pressed={pressed} aria-expanded={panel ? open : undefined}
      aria-busy={busy} aria-keyshortcuts={shortcut} data-panel={panel} title={`${hint ?? label}${shortcut ? ` (${shortcut})` : ''}`} onClick={onPress}>
      <span class="control-icon">{busy ? <Spinner /> : <Icon name={icon} />}
        {badge && <span class={`badge ${quietBadge ? 'badge-quiet' : ''}`} aria-hidden="true">{badge}</span>}
      </span>
      <span class="control-label">{label}<span class="visually-hidden">{spoken}</span></span>
    </button>
  );
}

function MenuItem({ icon, label, shortcut, panel, class: extra = '', onPress }: { icon: string; label: string; shortcut?: string; panel?: PanelName; class?: string; onPress: () => void }) {
  return (
    <button type="button" class={`menu-item ${extra}`} aria-keyshortcuts={shortcut} data-panel={panel} onClick={onPress}>
      <Icon name={icon} /><span>{label}</span>{shortcut && <kbd aria-hidden="true">{shortcut}</kbd>}
    </button>
  );
}
