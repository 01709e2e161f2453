// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { OptionError } from '../errors.js';
import { type BackgroundOptions, requestOf } from './options.js';

describe('background options', () => {
  test('defaults are filled in', () => {
    expect(requestOf({ kind: 'none' })).toEqual({ kind: 'none' });
    expect(requestOf({ kind: 'blur' })).toEqual({ kind: 'blur', strength: 0.6 });
    expect(requestOf({ kind: 'image', image: 'https://pictures.example/office.jpg' })).toEqual({ kind: 'image', image: 'https://pictures.example/office.jpg', fit: 'cover', lightWrap: 0 });
    expect(requestOf({ kind: 'color', color: '#0A10ff' })).toEqual({ kind: 'color', red: 10, green: 16, blue: 255 });
  });

  test('URLs become addresses, blobs stay', () => {
    expect(requestOf({ kind: 'image', image: new URL('https://pictures.example/a b.jpg') })).toMatchObject({ image: 'https://pictures.example/a%20b.jpg' });
    const blob = new Blob(['x']);
    expect(requestOf({ kind: 'image', image: blob, fit: 'contain', lightWrap: 1 })).toEqual({ kind: 'image', image: blob, fit: 'contain', lightWrap: 1 });
  });

  test.each([
    [null, 'background'],
    [{ kind: 'sepia' }, 'background.kind'],
    [{}, 'background.kind'],
    [{ kind: 'blur', strength: 1.01 }, 'background.strength'],
    [{ kind: 'blur', strength: Number.NaN }, 'background.strength'],
    [{ kind: 'blur', strength: '1' }, 'background.strength'],
    [{ kind: 'color', color: 'red' }, 'background.color'],
    [{ kind: 'color', color: '#fff' }, 'background.color'],
    [{ kind: 'color' }, 'background.color'],
    [{ kind: 'image' }, 'background.image'],
    [{ kind: 'image', image: 7 }, 'background.image'],
    [{ kind: 'image', image: 'http://' }, 'background.image'],
    [{ kind: 'image', image: 'https://a.example/', fit: 'fill' }, 'background.fit'],
    [{ kind: 'image', image: 'https://a.example/', lightWrap: -0.1 }, 'background.lightWrap'],
  ])('%j is refused for its %s', (options, option) => {
    try {
      requestOf(options as unknown as BackgroundOptions);
    } catch (error) {
      expect(error).toBeInstanceOf(OptionError);
      expect(error).toMatchObject({ code: 'option-invalid', option });
      return;
    }
    expect.unreachable('was accepted');
  });
});
