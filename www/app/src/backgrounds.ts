// SPDX-License-Identifier: Apache-2.0
// The backgrounds on offer: how a choice is named, remembered, and handed to the engine.

import type { BackgroundOptions } from './engine.ts';
import { storedImage } from './storage.ts';

export type Choice =
  | { kind: 'none' }
  | { kind: 'blur'; strength: number }
  | { kind: 'image'; id: string }
  | { kind: 'upload'; id: string }
  | { kind: 'color'; color: string };

export const kBlurs = [{ strength: 0.35, title: 'Soft blur' }, { strength: 0.8, title: 'Strong blur' }] as const;

/** The pictures that come with the app; `scripts/backgrounds` makes them. */
export const kImages = [
  { id: 'office', title: 'Office' },
  { id: 'bookshelf', title: 'Bookshelf' },
  { id: 'plants', title: 'Plants' },
  { id: 'city', title: 'City at night' },
  { id: 'studio', title: 'Studio' },
  { id: 'coast', title: 'Coast at dawn' },
] as const;

export const kDefaultColor = '#2f5d62';

export const imageUrl = (id: string): string => `/backgrounds/${id}.webp`;

/** A choice as one string: `none`, `blur:0.6`, `image:office`, `upload:ID`, `color:#rrggbb`. */
export function choiceKey(choice: Choice): string {
  switch (choice.kind) {
    case 'none': return 'none';
    case 'blur': return `blur:${choice.strength}`;
    case 'color': return `color:${choice.color}`;
    default: return `${choice.kind}:${choice.id}`;
  }
}

/** Reads a choice back; anything unknown or damaged is no background. */
export function choiceFromKey(key: string | null): Choice {
  const [kind, value = ''] = (key ?? '').split(/:(.*)/s);
  if (kind === 'blur' && Number(value) >= 0 && Number(value) <= 1 && value !== '') return { kind, strength: Number(value) };
  if (kind === 'image' && kImages.some(({ id }) => id === value)) return { kind, id: value };
  if (kind === 'upload' && value !== '') return { kind, id: value };
  if (kind === 'color' && /^#[0-9a-f]{6}$/i.test(value)) return { kind, color: value };
  return { kind: 'none' };
}

/** What the engine is told. An upload that is no longer kept becomes a strong blur: never the raw room by accident. */
export async function optionsOf(choice: Choice): Promise<BackgroundOptions> {
  switch (choice.kind) {
    case 'none': return { kind: 'none' };
    case 'blur': return { kind: 'blur', strength: choice.strength };
    case 'color': return { kind: 'color', color: choice.color };
    case 'image': return { kind: 'image', image: new URL(imageUrl(choice.id), location.origin).href, lightWrap: 0.2 };
    case 'upload': {
      const stored = await storedImage(choice.id).catch(() => undefined);
      return stored ? { kind: 'image', image: stored.blob, lightWrap: 0.2 } : { kind: 'blur', strength: 0.8 };
    }
  }
}

export function choiceTitle(choice: Choice): string {
  switch (choice.kind) {
    case 'none': return 'No background';
    case 'blur': return kBlurs.find(({ strength }) => strength === choice.strength)?.title ?? 'Blur';
    case 'image': return kImages.find(({ id }) => id === choice.id)?.title ?? 'Picture';
    case 'upload': return 'Your picture';
    case 'color': return 'Colour';
  }
}
