// SPDX-License-Identifier: Apache-2.0
// Camera and microphone pickers and the level of the microphone.

import { useEffect, useId, useRef } from 'preact/hooks';
import type { MediaModel } from '../call/media.ts';
import type { DeviceList } from '../engine.ts';

export function CameraPicker({ media }: { media: MediaModel }) {
  return <Picker label="Camera" devices={media.devices.value.cameras} current={media.cameraId.value} none="No camera" onPick={(id) => void media.startCamera(id)} />;
}

export function MicrophonePicker({ media }: { media: MediaModel }) {
  return <Picker label="Microphone" devices={media.devices.value.microphones} current={media.microphone.value?.getSettings().deviceId} none="No microphone" onPick={(id) => void media.startMicrophone(id)} />;
}

/** Where the browser lets a page choose: which speaker the others come from. */
export function SpeakerPicker({ media, onPick }: { media: MediaModel; onPick: (deviceId: string) => void }) {
  if (!('setSinkId' in HTMLMediaElement.prototype) || media.devices.value.speakers.length === 0) return null;
  return <Picker label="Speaker" devices={media.devices.value.speakers} current={media.speaker.value} none="No speaker" onPick={(id) => { media.speaker.value = id; onPick(id); }} />;
}

function Picker({ label, devices, current, none, onPick }: { label: string; devices: DeviceList['cameras']; current: string | undefined; none: string; onPick: (deviceId: string) => void }) {
  const id = useId();
  const usable = devices.filter(({ deviceId }) => deviceId !== '');
  const known = usable.some(({ deviceId }) => deviceId === current);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={known ? current : usable[0]?.deviceId ?? ''} disabled={usable.length === 0} onChange={(event) => onPick(event.currentTarget.value)}>
        {usable.length === 0 && <option value="">{devices.length > 0 ? `${label} not allowed yet` : none}</option>}
        {usable.map(({ deviceId, label: name }, index) => <option key={deviceId} value={deviceId}>{name || `${label} ${index + 1}`}</option>)}
      </select>
    </div>
  );
}

/** How loud the microphone is, live. Drawn past Preact: it changes with every frame. */
export function Meter({ media }: { media: MediaModel }) {
  const bar = useRef<HTMLDivElement>(null);
  const on = media.microphoneOn.value;
  useEffect(() => {
    if (!on) return;
    let shown = 0;
    let frame = 0;
    const draw = (): void => {
      const level = media.local.microphoneLevel;
      shown = Math.max(level, shown * 0.92);
      bar.current?.style.setProperty('transform', `scaleX(${shown.toFixed(3)})`);
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [on, media]);
  return (
    <div class="meter" role="img" aria-label={on ? 'Microphone level' : 'Microphone is off'}>
      {on ? <div ref={bar} class="meter-bar" /> : <span class="small quiet-text">Microphone is off</span>}
    </div>
  );
}
