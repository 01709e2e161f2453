// SPDX-License-Identifier: Apache-2.0
// The form: reads from it what BackgroundProcessor is told, and shows only what matters for the chosen kind.

import type { BackgroundOptions } from 'tessera-rtc/background';
import { type Moving, openSky } from './clip.ts';

export const form = document.querySelector<HTMLFormElement>('#controls')!;

let ownPicture: Blob | null = null;
let film: HTMLVideoElement | null = null;
let sky: Moving | null = null;
const pictures = new Map<string, Promise<Blob>>();

/** The picture's data, fetched once: sliders change the background many times a second. */
function picture(name: string): Promise<Blob> {
  let blob = pictures.get(name);
  if (!blob) pictures.set(name, (blob = fetch(`/backgrounds/${name}.webp`).then((response) => response.blob())));
  return blob;
}

function play(source: Blob | Moving): HTMLVideoElement {
  closeFilm();
  film = Object.assign(document.createElement('video'), { muted: true, loop: true, playsInline: true });
  if (source instanceof Blob) {
    film.src = URL.createObjectURL(source);
  } else {
    sky = source;
    film.srcObject = new MediaStream([source.track]);
  }
  void film.play().catch(() => undefined);
  return film;
}

/** Stops the film behind the person. */
export function closeFilm(): void {
  film?.pause();
  if (film?.src) URL.revokeObjectURL(film.src);
  sky?.stop();
  film = sky = null;
}

/** Takes a chosen file over. */
export function takeFile({ name, files }: HTMLInputElement): void {
  const file = files?.[0];
  if (!file) return;
  if (name === 'pictureFile') {
    ownPicture = file;
    form.querySelector<HTMLOptionElement>('option[value=own]')!.hidden = false;
    form.querySelector<HTMLSelectElement>('[name=picture]')!.value = 'own';
  } else {
    play(file);
  }
}

/** What the form asks for. */
export async function chosen(): Promise<BackgroundOptions> {
  const values = new FormData(form);
  const number = (name: string): number => Number(values.get(name));
  const person = { portraitLight: number('portraitLight'), autoFraming: values.has('autoFraming') };
  const lightWrap = number('lightWrap');
  const fit = values.get('fit') as 'cover' | 'contain';
  const kind = values.get('kind') as BackgroundOptions['kind'];
  if (kind !== 'video') closeFilm();
  switch (kind) {
    case 'none':
      return { kind };
    case 'room':
    case 'transparent':
      return { kind, ...person };
    case 'blur':
      return { kind, strength: number('strength'), ...person };
    case 'image': {
      const name = String(values.get('picture'));
      return { kind, image: name === 'own' && ownPicture ? ownPicture : await picture(name), fit, lightWrap, ...person };
    }
    case 'video':
      return { kind, video: film ?? play(openSky()), fit, lightWrap, ...person };
    case 'color':
      return { kind, color: String(values.get('color')), lightWrap, ...person };
  }
}

/** Shows the controls of the chosen kind and the value of every slider. */
export function showControls(): void {
  const kind = String(new FormData(form).get('kind'));
  for (const part of form.querySelectorAll<HTMLElement>('[data-for]')) part.hidden = !part.dataset.for!.split(' ').includes(kind);
  for (const slider of form.querySelectorAll<HTMLInputElement>('input[type=range]')) {
    slider.parentElement!.querySelector('output')!.textContent = `${Math.round(slider.valueAsNumber * 100)} %`;
  }
}
