// SPDX-License-Identifier: Apache-2.0
// Backgrounds as pictures of you in front of each: none, blurs, pictures, your own, a colour.

import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { choiceKey, imageUrl, kBlurs, kDefaultColor, kImages, type Choice } from '../backgrounds.ts';
import type { MediaModel } from '../call/media.ts';
import { lazy } from '../lazy.tsx';
import { forgetImage, shrinkImage, storedImages, storeImage, type StoredImage } from '../stored-images.ts';
import { announce, Icon, Spinner } from '../ui.tsx';
import { makeThumbnails } from './thumbnails.ts';

const MoreBackgrounds = lazy(() => import('./MoreBackgrounds.tsx').then((module) => module.MoreBackgrounds));
/** What a film may weigh, in bytes: it is kept on the device. */
const kMostFilm = 64e6;
const kindOf = ({ blob }: StoredImage): 'film' | 'upload' => (blob.type.startsWith('video/') ? 'film' : 'upload');

interface Entry { choice: Choice; title: string; picture?: string }

export function BackgroundPicker({ media }: { media: MediaModel }) {
  const group = useId();
  const uploads = useSignal<StoredImage[]>([]);
  const thumbnails = useSignal<ReadonlyMap<string, string>>(new Map());
  const working = useSignal(false);
  const problem = useSignal('');
  const more = useSignal(false);
  const urls = useRef(new Map<string, string>());
  const color = useSignal(media.background.value.kind === 'color' ? media.background.value.color : kDefaultColor);

  const urlOf = ({ id, blob }: StoredImage): string => {
    let url = urls.current.get(id);
    if (!url) urls.current.set(id, url = URL.createObjectURL(blob));
    return url;
  };
  useEffect(() => {
    void storedImages().then((images) => { uploads.value = images; });
    const made = urls.current;
    return () => {
      for (const url of made.values()) URL.revokeObjectURL(url);
      for (const url of thumbnails.peek().values()) URL.revokeObjectURL(url);
    };
  }, []);

  const entries: Entry[] = [
    { choice: { kind: 'none' }, title: 'None' },
    ...kBlurs.map(({ strength, title }): Entry => ({ choice: { kind: 'blur', strength }, title })),
    ...kImages.map(({ id, title }): Entry => ({ choice: { kind: 'image', id }, title, picture: imageUrl(id) })),
    ...uploads.value.map((image): Entry => ({
      choice: { kind: kindOf(image), id: image.id }, title: image.name, ...(kindOf(image) === 'upload' && { picture: urlOf(image) }),
    })),
    { choice: { kind: 'color', color: color.value }, title: 'Colour' },
  ];
  const camera = media.camera.value !== null;
  const wanted = entries.map(({ choice }) => choiceKey(choice)).join(' ');
  useEffect(() => {
    if (!camera) return;
    const stop = new AbortController();
    const missing = entries.map(({ choice }) => choice).filter((choice) => !thumbnails.peek().has(choiceKey(choice)));
    if (missing.length === 0) return;
    // Colours are picked by dragging: wait for the hand to rest.
    const timer = setTimeout(() => {
      working.value = true;
      void makeThumbnails(media.local, missing, stop.signal, (choice, url) => {
        thumbnails.value = new Map(thumbnails.peek()).set(choiceKey(choice), url);
      }).finally(() => { if (!stop.signal.aborted) working.value = false; });
    }, 250);
    return () => { clearTimeout(timer); stop.abort(); working.value = false; };
  }, [camera, wanted]);

  /** Keeps a chosen file and puts it behind the person. */
  const keep = async (file: File, kind: 'film' | 'upload', blob: () => Promise<Blob>, otherwise: string): Promise<void> => {
    problem.value = '';
    try {
      const image = { id: uploadId(), blob: await blob(), name: file.name.replace(/\.[^.]+$/, '').slice(0, 40) || (kind === 'film' ? 'Your film' : 'Your picture') };
      await storeImage(image);
      uploads.value = [...uploads.value, image];
      await media.setBackground({ kind, id: image.id });
    } catch {
      problem.value = otherwise;
    }
  };
  const upload = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    input.value = '';
    if (file) await keep(file, 'upload', () => shrinkImage(file), 'This file could not be read as a picture. Choose a JPEG, PNG or WebP.');
  };
  const addFilm = (file: File): void => {
    if (file.size > kMostFilm || !file.type.startsWith('video/')) problem.value = `Choose a film of at most ${kMostFilm / 1e6} MB, such as an MP4 or WebM.`;
    else void keep(file, 'film', async () => file, 'This film could not be kept on this device. Make room, or choose a smaller one.');
  };
  const forget = async (id: string): Promise<void> => {
    const { value: current } = media.background;
    if ('id' in current && current.id === id) await media.setBackground({ kind: 'none' });
    await forgetImage(id);
    uploads.value = uploads.value.filter((image) => image.id !== id);
    announce('Removed');
  };

  const current = choiceKey(media.background.value);
  return (
    <fieldset class="picker" aria-busy={media.busy.value.background || working.value}>
      <legend class="visually-hidden">Background</legend>
      <div class="picker-grid">
        {entries.map(({ choice, title, picture }) => {
          const key = choiceKey(choice);
          const you = thumbnails.value.get(key);
          return (
            <div class="choice" key={choice.kind === 'color' ? 'color' : key}>
              <label>
                <input type="radio" name={group} value={key} checked={current === key} onChange={() => void media.setBackground(choice)} />
                <span class={`choice-picture choice-${choice.kind}`} ref={paint(choice)}>
                  {you || picture ? <img src={you ?? picture} alt="" class={you ? 'mirrored' : ''} loading="lazy" />
                    : <Icon name={choice.kind === 'none' ? 'none' : choice.kind === 'color' ? 'drop' : 'background'} />}
                  {current === key && <span class="choice-mark">{media.busy.value.background ? <Spinner /> : <Icon name="check" />}</span>}
                </span>
                <span class="choice-title">{title}</span>
              </label>
              {(choice.kind === 'upload' || choice.kind === 'film') && (
                <button type="button" class="choice-forget" aria-label={`Remove ${title}`} title="Remove" onClick={() => void forget(choice.id)}><Icon name="close" /></button>
              )}
            </div>
          );
        })}
        <label class="choice choice-upload">
          <input type="file" accept="image/*" class="visually-hidden" onChange={(event) => void upload(event.currentTarget)} />
          <span class="choice-picture"><Icon name="upload" /></span>
          <span class="choice-title">Your own…</span>
        </label>
      </div>
      <div class="picker-foot">
        <label class="color-field">
          <input type="color" value={color.value} aria-label="Colour of the background"
            onInput={(event) => { color.value = event.currentTarget.value; }}
            onChange={(event) => void media.setBackground({ kind: 'color', color: event.currentTarget.value })} />
          Choose a colour
        </label>
        <span class="small quiet-text">{working.value ? 'Making your previews…' : 'Your own pictures stay on this device.'}</span>
      </div>
      <details class="more" onToggle={(event) => { more.value = event.currentTarget.open; }}>
        <summary>More</summary>
        {more.value && <MoreBackgrounds media={media} onFilm={addFilm} />}
      </details>
      {problem.value && <p class="field-problem" role="alert">{problem.value}</p>}
    </fieldset>
  );
}

/** Also without a secure context, where crypto.randomUUID is missing. */
function uploadId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Paints a colour choice through the CSSOM, as the page's policy allows no style attributes. */
function paint(choice: Choice): ((element: HTMLElement | null) => void) | undefined {
  return choice.kind === 'color' ? (element) => { element?.style.setProperty('background-color', choice.color); } : undefined;
}
