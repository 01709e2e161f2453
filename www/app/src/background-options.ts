// SPDX-License-Identifier: Apache-2.0
// What the engine is told of a chosen background, with the extras that go with every one. Loaded with the first background.

import type { Choice } from './backgrounds.ts';
import { imageUrl } from './backgrounds.ts';
import type { BackgroundOptions } from './engine.ts';
import { recall, remember } from './storage.ts';
import { storedImage } from './stored-images.ts';

/** What the person set under "More"; goes with whatever background is chosen. */
export interface Extras {
  /** 0..1. */
  portraitLight: number;
  /** 0..1. */
  lightWrap: number;
  autoFraming: boolean;
}

export const kNoExtras: Extras = { portraitLight: 0, lightWrap: 0.2, autoFraming: false };

const share = (value: unknown, fallback: number): number => (typeof value === 'number' && value >= 0 && value <= 1 ? value : fallback);

/** What was set last; anything damaged is as if never set. */
export function storedExtras(): Extras {
  try {
    const { portraitLight, lightWrap, autoFraming } = JSON.parse(recall('extras') ?? '{}') as Record<string, unknown>;
    return { portraitLight: share(portraitLight, 0), lightWrap: share(lightWrap, kNoExtras.lightWrap), autoFraming: autoFraming === true };
  } catch {
    return kNoExtras;
  }
}

export const storeExtras = (extras: Extras): void => remember('extras', JSON.stringify(extras) === JSON.stringify(kNoExtras) ? null : JSON.stringify(extras));

/** An upload that is no longer kept becomes a strong blur: never the raw room by accident. */
export async function optionsOf(choice: Choice): Promise<BackgroundOptions> {
  const { lightWrap, ...person } = storedExtras();
  switch (choice.kind) {
    case 'none': return person.portraitLight > 0 || person.autoFraming ? { kind: 'room', ...person } : { kind: 'none' };
    case 'blur': return { kind: 'blur', strength: choice.strength, ...person };
    case 'color': return { kind: 'color', color: choice.color, lightWrap, ...person };
    case 'image': return { kind: 'image', image: new URL(imageUrl(choice.id), location.origin).href, lightWrap, ...person };
    case 'upload':
    case 'film': {
      const stored = await storedImage(choice.id).catch(() => undefined);
      if (!stored) return { kind: 'blur', strength: 0.8, ...person };
      return choice.kind === 'film' ? { kind: 'video', video: stored.blob, lightWrap, ...person } : { kind: 'image', image: stored.blob, lightWrap, ...person };
    }
  }
}
