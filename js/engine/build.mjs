// SPDX-License-Identifier: Apache-2.0
// Builds the package into dist: one ES module per entry point, shared chunks beside them, WebAssembly, model and types.
//
// Everything lies flat in dist, because `new URL('./wasm/session.wasm', import.meta.url)` has to be right from whatever
// chunk the bundler puts it in; Vite, webpack and plain servers all understand that form.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const source = join(root, 'src');
const generated = join(source, 'generated');
const output = join(root, 'dist');

const entries = {
  index: 'index.ts',
  audio: 'audio/index.ts',
  'audio-worklet': 'audio/worklet.ts',
  background: 'background/index.ts',
  'background-worker': 'background/worker.ts',
  codecs: 'codecs/index.ts',
  'codecs-worker': 'codecs/worker.ts',
  element: 'element/index.ts',
  mixer: 'mixer/index.ts',
  'mixer-worker': 'mixer/worker.ts',
  recorder: 'recorder/index.ts',
  'recorder-worker': 'recorder/worker.ts',
  'recorder-worklet': 'recorder/worklet.ts',
  janus: 'janus/index.ts',
  livekit: 'livekit/index.ts',
  'livekit-connection': 'livekit/connection.ts',
  layers: 'layers/index.ts',
  'layers-simulator': 'layers/simulator.ts',
  relay: 'relay/index.ts',
  'relay-worker': 'relay/worker.ts',
  'relay-worklet': 'relay/worklet.ts',
  webinar: 'webinar/index.ts',
  whip: 'whip/index.ts',
};
const assets = [
  ['session.wasm', 'wasm/session.wasm'],
  ['audio.wasm', 'wasm/audio.wasm'],
  ['video.wasm', 'wasm/video.wasm'],
  ['compositor.wasm', 'wasm/compositor.wasm'],
  ['video_relaxed.wasm', 'wasm/video_relaxed.wasm'],
  ['janus.wasm', 'wasm/janus.wasm'],
  ['vp8_encoder.wasm', 'wasm/vp8_encoder.wasm'],
  ['vp9_encoder.wasm', 'wasm/vp9_encoder.wasm'],
  ['vpx_decoder.wasm', 'wasm/vpx_decoder.wasm'],
  ['opus.wasm', 'wasm/opus.wasm'],
  ['opus_dred.wasm', 'wasm/opus_dred.wasm'],
  ['layers.wasm', 'wasm/layers.wasm'],
  ['layers_simulator.wasm', 'wasm/layers_simulator.wasm'],
  ['relay.wasm', 'wasm/relay.wasm'],
  ['selfie_landscape.tsm', 'models/selfie_landscape.tsm'],
];

/** The modules' own idea of where their .wasm lies is never used (locateFile is always given), and would mislead bundlers. */
const emscriptenModules = {
  name: 'emscripten-modules',
  setup({ onLoad }) {
    onLoad({ filter: /generated[\\/]\w+\.mjs$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(/new URL\("\w+\.wasm",\s*import\.meta\.url\)\.href/g, '""'),
      loader: 'js',
    }));
  },
};

/** An entry point that builds on the codecs' loads them as they lie in dist: no chunk of their own, and nobody else's bytes. */
const codecsAsTheyAre = {
  name: 'codecs-as-they-are',
  setup({ onResolve }) {
    onResolve({ filter: /[\\/]codecs[\\/]index\.js$/ }, () => ({ path: './codecs.js', external: true }));
  },
};

/** What signalling does not need of socket.io: WebTransport beside WebSocket and long polling, binary data, its table of connections and its parser of addresses. */
const unusedOfSocketIo = {
  name: 'unused-of-socket-io',
  setup({ onLoad }) {
    const replace = (filter, contents) => onLoad({ filter }, () => ({ contents, loader: 'js' }));
    replace(/engine\.io-client[\\/]build[\\/]esm[\\/]transports[\\/]webtransport\.js$/, 'export const WT = undefined;');
    replace(/socket\.io-client[\\/]build[\\/]esm[\\/]index\.js$/, 'export { Manager } from "./manager.js";');
    replace(/engine\.io-parser[\\/]build[\\/]esm[\\/]contrib[\\/]base64-arraybuffer\.js$/, 'export const decode = () => new ArrayBuffer(0);');
    // Addresses come from URL, so URL can take them apart. IPv6 without its brackets, as the caller expects.
    replace(
      /engine\.io-client[\\/]build[\\/]esm[\\/]contrib[\\/]parseuri\.js$/,
      'export const parse = (address) => { const { protocol, hostname, port } = new URL(address); return { protocol: protocol.slice(0, -1), host: hostname.replace(/[[\\]]/g, ""), port }; };',
    );
    replace(/socket\.io-parser[\\/]build[\\/]esm[\\/]is-binary\.js$/, 'export const isBinary = () => false, hasBinary = isBinary;');
    replace(
      /socket\.io-parser[\\/]build[\\/]esm[\\/]binary\.js$/,
      'export function deconstructPacket() { throw new Error("Binary data is left out of this build."); } export const reconstructPacket = deconstructPacket;',
    );
  },
};

for (const [name] of assets) {
  if (!existsSync(join(generated, name))) {
    console.error(`src/generated/${name} is missing: run scripts/build wasm in the repository's root first.`);
    process.exit(1);
  }
}
rmSync(output, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, join(source, path)])),
  outdir: output,
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  // Notices that licences ask for lie beside the files, as *.LEGAL.txt.
  legalComments: 'external',
  charset: 'utf8',
  plugins: [emscriptenModules, codecsAsTheyAre, unusedOfSocketIo],
  logLevel: 'warning',
});
for (const [name, path] of assets) {
  mkdirSync(dirname(join(output, path)), { recursive: true });
  copyFileSync(join(generated, name), join(output, path));
}

const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
const { bin } = JSON.parse(readFileSync(join(typescript, 'package.json'), 'utf8'));
execFileSync(process.execPath, [join(typescript, bin.tsc), '-p', root], { stdio: 'inherit' });
const types = join(output, 'types/generated');
mkdirSync(types, { recursive: true });
for (const name of readdirSync(generated)) if (name.endsWith('.d.mts')) copyFileSync(join(generated, name), join(types, name));
