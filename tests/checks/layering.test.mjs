// SPDX-License-Identifier: Apache-2.0
// Who may include whom, and who may speak to the browser.

import { expect, test } from 'vitest';
import { files, matches, read } from './tree.mjs';

/** The arrows of the design: a layer and the layers it may include. */
const arrows = {
  base: [],
  layers: ['base'],
  session: ['base', 'layers'],
  video: ['base'],
  audio: ['base'],
  relay: ['base'],
  browser: ['base', 'session'],
  bindings: ['base', 'layers', 'session', 'video', 'audio', 'relay', 'browser'],
};
const cxx = /\.(cc|h)$/;

test('every layer includes only what the design lets it', () => {
  const wrong = files(['wasm'], cxx).flatMap((file) => {
    const layer = file.split('/')[1];
    return [...read(file).matchAll(/#include "wasm\/([a-z]+)\//g)]
      .filter(([, used]) => used !== layer && !arrows[layer]?.includes(used))
      .map(([, used]) => `${file} includes ${used}`);
  });
  expect(wrong).toEqual([]);
});

test('quoted includes start at the root, so that the layer of each can be seen', () => {
  // What lies in a shim is compiled among the library's own files, and sees those.
  const ours = files(['wasm', 'codecs'], cxx).filter((file) => !file.includes('/shim/'));
  expect(matches(ours, /#include "(?!wasm\/|codecs\/)/)).toEqual([]);
});

test('CMake links exactly the arrows', () => {
  const declared = [...read('CMakeLists.txt').matchAll(/tessera_library\(NAME (\w+)(?: LINKS ([^)]*))?\)/g)];
  expect(declared.length).toBeGreaterThan(3);
  for (const [, name, links = ''] of declared) {
    const used = links.split(' ').filter((link) => link.startsWith('tessera_')).map((link) => link.slice('tessera_'.length));
    expect(arrows[name], name).toEqual(expect.arrayContaining(used));
  }
});

test('only wasm/browser and wasm/bindings know Emscripten (wasm/base/simd.h picks its intrinsics)', () => {
  const pure = files(['wasm/base', 'wasm/layers', 'wasm/session', 'wasm/video', 'wasm/audio', 'wasm/relay', 'codecs'], cxx);
  expect(matches(pure, /#include\s*<emscripten|EM_JS|EM_ASM/)).toEqual([]);
});

test("the browser's media and connection calls are C++'s", () => {
  // Words in comments and prose are fine; calls and constructions are not.
  const script = files(['js', 'www/app'], /\.(ts|tsx|js|mjs|html)$/).filter((file) => !/\.test\.ts$|\/generated\//.test(file));
  expect(matches(script, /new\s+(\w+\.)?(webkit)?RTCPeerConnection\b|\bRTCPeerConnection\s*\(|getUserMedia\s*\(|getDisplayMedia\s*\(/)).toEqual([]);
});

test('the web app and the demos use the package by its public names', () => {
  expect(matches(files(['www'], /\.(ts|tsx|js|html)$/), /from ['"](\.\.\/)+js\/|import\(['"](\.\.\/)+js\//)).toEqual([]);
});
