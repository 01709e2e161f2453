// SPDX-License-Identifier: Apache-2.0
// A remembered background comes back as it was, and a damaged one as none.

import { describe, expect, it } from 'vitest';
import { choiceFromKey, choiceKey, kImages, optionsOf, type Choice } from './backgrounds.ts';

describe('choices', () => {
  const choices: Choice[] = [{ kind: 'none' }, { kind: 'blur', strength: 0.35 }, { kind: 'image', id: 'office' }, { kind: 'upload', id: 'a:b' }, { kind: 'film', id: 'c' }, { kind: 'color', color: '#a0B0c0' }];
  it.each(choices)('%o survives being remembered', (choice) => expect(choiceFromKey(choiceKey(choice))).toEqual(choice));
  it.each([null, '', 'blur', 'blur:', 'blur:7', 'blur:x', 'image:nowhere', 'upload:', 'color:red', 'color:#12', 'toString'])('%j is none', (key) => {
    expect(choiceFromKey(key)).toEqual({ kind: 'none' });
  });
  it('offers at least four pictures, each named once', () => {
    expect(new Set(kImages.map(({ id }) => id)).size).toBeGreaterThanOrEqual(4);
  });
  it('never falls back to the raw room', async () => {
    for (const kind of ['upload', 'film'] as const) expect(await optionsOf({ kind, id: 'gone' })).toMatchObject({ kind: 'blur', strength: 0.8 });
    expect(await optionsOf({ kind: 'none' })).toEqual({ kind: 'none' });
  });
});
