// SPDX-License-Identifier: Apache-2.0
// The segmentation model in the form that MediaPipe's tasks-vision takes, for the demo that compares with it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { withMetadata } from '../../scripts/model/metadata.mjs';

const VIRTUAL = 'virtual:selfie-model';
const NAME = 'selfie_segmentation_landscape.tflite';

const model = () => withMetadata(readFileSync(createRequire(import.meta.url).resolve(`@mediapipe/selfie_segmentation/${NAME}`)));

/**
 * Vite plugin: `import url from 'virtual:selfie-model'` gives the model's address, with its metadata added.
 * @returns {import('vite').Plugin}
 */
export function selfieModel() {
  let served = false;
  return {
    name: 'tessera-selfie-model',
    configResolved: ({ command }) => { served = command === 'serve'; },
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : undefined),
    load(id) {
      if (id !== `\0${VIRTUAL}`) return undefined;
      if (served) return `export default '/${NAME}';`;
      return `export default import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'asset', name: NAME, source: model() })};`;
    },
    configureServer(server) {
      server.middlewares.use(`/${NAME}`, (_request, response) => response.end(model()));
    },
  };
}
