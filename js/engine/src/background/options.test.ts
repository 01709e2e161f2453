// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { OptionError } from '../errors.js';
import { type BackgroundOptions, requestOf, requireVideo } from './options.js';

describe('background options', () => {
  const plain = { portraitLight: 0, autoFraming: false };

  test('defaults are filled in', () => {
    expect(requestOf({ kind: 'none' })).toEqual({ kind: 'none' });
    expect(requestOf({ kind: 'room' })).toEqual({ kind: 'room', ...plain });
    expect(requestOf({ kind: 'transparent' })).toEqual({ kind: 'transparent', ...plain });
    expect(requestOf({ kind: 'blur' })).toEqual({ kind: 'blur', strength: 0.6, ...plain });
    expect(requestOf({ kind: 'image', image: 'https://pictures.example/office.jpg' })).toEqual({ kind: 'image', image: 'https://pictures.example/office.jpg', fit: 'cover', lightWrap: 0, ...plain });
    expect(requestOf({ kind: 'video', video: 'https://films.example/beach.webm' })).toEqual({ kind: 'video', fit: 'cover', lightWrap: 0, ...plain });
    expect(requestOf({ kind: 'color', color: '#0A10ff' })).toEqual({ kind: 'color', red: 10, green: 16, blue: 255, lightWrap: 0, ...plain });
  });

  test('effects go with every background but none', () => {
    const effects = { portraitLight: 0.4, autoFraming: true };
    const backgrounds: BackgroundOptions[] = [
      { kind: 'room' }, { kind: 'blur' }, { kind: 'image', image: new Blob([]) }, { kind: 'video', video: new Blob([]) }, { kind: 'color', color: '#000000' }, { kind: 'transparent' },
    ];
    for (const background of backgrounds) expect(requestOf({ ...background, ...effects })).toMatchObject(effects);
    expect(requestOf({ kind: 'color', color: '#000000', lightWrap: 1 })).toMatchObject({ lightWrap: 1 });
  });

  test('URLs become addresses, blobs stay', () => {
    expect(requestOf({ kind: 'image', image: new URL('https://pictures.example/a b.jpg') })).toMatchObject({ image: 'https://pictures.example/a%20b.jpg' });
    expect(requireVideo(new URL('https://films.example/a b.webm'))).toBe('https://films.example/a%20b.webm');
    const blob = new Blob(['x']);
    expect(requireVideo(blob)).toBe(blob);
    expect(requestOf({ kind: 'image', image: blob, fit: 'contain', lightWrap: 1 })).toMatchObject({ kind: 'image', image: blob, fit: 'contain', lightWrap: 1 });
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
    [{ kind: 'video' }, 'background.video'],
    [{ kind: 'video', video: 'http://' }, 'background.video'],
    [{ kind: 'video', video: 'https://a.example/', fit: 'none' }, 'background.fit'],
    [{ kind: 'color', color: '#123456', lightWrap: 2 }, 'background.lightWrap'],
    [{ kind: 'blur', portraitLight: 1.5 }, 'background.portraitLight'],
    [{ kind: 'room', portraitLight: '1' }, 'background.portraitLight'],
    [{ kind: 'blur', autoFraming: 1 }, 'background.autoFraming'],
    [{ kind: 'none', autoFraming: true }, 'background.kind'],
    [{ kind: 'none', portraitLight: 0.5 }, 'background.kind'],
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
