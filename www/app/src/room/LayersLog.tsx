// SPDX-License-Identifier: Apache-2.0
// In an SFU's room: saves what the layer selection was told and what it decided, which the project's `layers_replay` runs again.

import type { Room } from '../engine.ts';
import { Icon } from '../ui.tsx';
import { saveText } from './save-text.ts';

export function LayersLogButton({ room }: { room: Room }) {
  const save = async (): Promise<void> => {
    const { layersOf } = await import('tessera-rtc/layers');
    saveText(layersOf(room)?.exportLog() ?? '', `tessera-${room.name}-layers`, 'txt');
  };
  return <button type="button" class="button quiet" onClick={() => void save()}><Icon name="save" />Save layer log</button>;
}
