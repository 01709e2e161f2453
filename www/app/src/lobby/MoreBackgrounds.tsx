// SPDX-License-Identifier: Apache-2.0
// What goes with every background: light on the person, auto-framing, light from the background; and films.

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { storedExtras, storeExtras, type Extras } from '../background-options.ts';
import type { MediaModel } from '../call/media.ts';

export function MoreBackgrounds({ media, onFilm }: { media: MediaModel; onFilm: (file: File) => void }) {
  const extras = useSignal<Extras>(storedExtras());
  const set = (change: Partial<Extras>): void => {
    extras.value = { ...extras.value, ...change };
    storeExtras(extras.value);
    void media.setBackground(media.background.value);
  };
  const { portraitLight, lightWrap, autoFraming } = extras.value;
  return (
    <div class="more-backgrounds">
      <Slider label="Light on you" value={portraitLight} onChange={(value) => set({ portraitLight: value })} />
      <Slider label="Light from the background" value={lightWrap} onChange={(value) => set({ lightWrap: value })} />
      <label class="check-field">
        <input type="checkbox" checked={autoFraming} onChange={(event) => set({ autoFraming: event.currentTarget.checked })} />
        Keep me in the middle
      </label>
      <label class="file-field">
        A film behind you
        <input type="file" accept="video/*" onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          event.currentTarget.value = '';
          if (file) onFilm(file);
        }} />
      </label>
    </div>
  );
}

function Slider({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }): ComponentChildren {
  return (
    <label class="slider-field">
      {label}
      <input type="range" min="0" max="1" step="0.05" value={value} onChange={(event) => onChange(event.currentTarget.valueAsNumber)} />
    </label>
  );
}
