// SPDX-License-Identifier: Apache-2.0
// The backgrounds on offer: how a choice is named, remembered, and handed to the engine.

import type { BackgroundOptions } from './engine.ts';
import { recall } from './storage.ts';

export type Choice =
  | { kind: 'none' }
  | { kind: 'blur'; strength: number }
  | { kind: 'image'; id: string }
  | { kind: 'upload'; id: string }
  | { kind: 'film'; id: string }
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

/** A choice as one string: `none`, `blur:0.6`, `image:office`, `upload:ID`, `film:ID`, `color:#rrggbb`. */
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
  if ((kind === 'upload' || kind === 'film') && value !== '') return { kind, id: value };
  if (kind === 'color' && /^#[0-9a-f]{6}$/i.test(value)) return { kind, color: value };
  return { kind: 'none' };
}

/** What the engine is told. The code for it comes with the first background: a call without one needs none of it. */
export const optionsOf = async (choice: Choice): Promise<BackgroundOptions> =>
  choice.kind === 'none' && !recall('extras') ? choice : (await import('./background-options.ts')).optionsOf(choice);

export function choiceTitle(choice: Choice): string {
  switch (choice.kind) {
    case 'none': return 'No background';
    case 'blur': return kBlurs.find(({ strength }) => strength === choice.strength)?.title ?? 'Blur';
    case 'image': return kImages.find(({ id }) => id === choice.id)?.title ?? 'Picture';
    case 'upload': return 'Your picture';
    case 'film': return 'Your film';
    case 'color': return 'Colour';
  }
}
