// SPDX-License-Identifier: Apache-2.0
// The room's dialogs: leaving, the keys, the devices.

import type { MediaModel } from '../call/media.ts';
import { kKeys } from '../keys.ts';
import { CameraPicker, Meter, MicrophonePicker, SpeakerPicker } from '../lobby/Devices.tsx';
import { Dialog, Icon } from '../ui.tsx';

export function LeaveDialog({ alone, onStay, onLeave }: { alone: boolean; onStay: () => void; onLeave: () => void }) {
  return (
    <Dialog title="Leave the call?" onClose={onStay}>
      <p>{alone ? 'You can come back with the same link.' : 'The others stay. You can come back with the same link.'}</p>
      <div class="row end">
        <button type="button" class="button" onClick={onStay}>Stay</button>
        <button type="button" class="button danger" autoFocus onClick={onLeave}><Icon name="leave" />Leave</button>
      </div>
    </Dialog>
  );
}

export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="keys">{kKeys.map(({ key, words }) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{words}</dd></div>)}</dl>
      <div class="row end"><button type="button" class="button" autoFocus onClick={onClose}>Close</button></div>
    </Dialog>
  );
}

export function DevicesDialog({ media, onSpeaker, onClose }: { media: MediaModel; onSpeaker: (deviceId: string) => void; onClose: () => void }) {
  return (
    <Dialog title="Devices" onClose={onClose}>
      <div class="stack">
        <CameraPicker media={media} />
        <div class="stack"><MicrophonePicker media={media} /><Meter media={media} /></div>
        <SpeakerPicker media={media} onPick={onSpeaker} />
      </div>
      <div class="row end"><button type="button" class="button" autoFocus onClick={onClose}>Done</button></div>
    </Dialog>
  );
}
