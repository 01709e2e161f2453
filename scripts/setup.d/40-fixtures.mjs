// SPDX-License-Identifier: Apache-2.0
// What the tests of person segmentation look at: a photograph of a person, and the network in both formats.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const PHOTO = 'astronaut.png';
/** A NASA portrait in the public domain, as scikit-image ships it. */
const PHOTO_PACKAGE = 'python3-skimage';
const PHOTO_IN_PACKAGE = 'usr/lib/python3/dist-packages/skimage/data/astronaut.png';
const MODELS = ['selfie_segmentation_landscape.tflite', 'selfie_segmentation.tflite'];
const ACCEPTED = {
  [PHOTO]: '88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5',
  'selfie_segmentation_landscape.tflite': '4aafe6223bb8dac6fac8ca8ed56852870a33051ef3f6238822d282a109962894',
  'selfie_segmentation.tflite': '8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27',
};
/** Made here; they depend on the scripts that make them, whose digest is kept in `.made-by`. */
const MADE = ['astronaut.rgb', 'astronaut-256x144.rgb', 'selfie_landscape.tsm'];
const MAKERS = ['convert.mjs', 'fuse.mjs', 'photo.mjs', 'tflite.mjs'];

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const accepted = (folder, name) => existsSync(join(folder, name)) && sha256(readFileSync(join(folder, name))) === ACCEPTED[name];
const makers = (root) => sha256(MAKERS.map((name) => readFileSync(join(root, 'scripts/model', name), 'utf8')).join('\0'));

function madeReady(folder, root) {
  const stamp = join(folder, '.made-by');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === makers(root) && MADE.every((name) => existsSync(join(folder, name)));
}

function checked(folder, name) {
  if (!accepted(folder, name)) {
    const sum = sha256(readFileSync(join(folder, name)));
    rmSync(join(folder, name));
    throw new Error(`${name} has SHA-256 ${sum}, which scripts/setup.d/40-fixtures.mjs does not accept.`);
  }
}

async function fetchPhoto(folder, run, logFile) {
  const work = mkdtempSync(join(tmpdir(), 'tessera-photo-'));
  try {
    const download = (options) =>
      run('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', PHOTO_PACKAGE], { cwd: work, logFile, ...options });
    const { code } = await download({ allowFailure: true });
    if (code !== 0) {
      await run('apt-get', ['-q', 'update'], { logFile });
      await download();
    }
    const archive = readdirSync(work).find((file) => file.endsWith('.deb'));
    await run('dpkg-deb', ['-x', join(work, archive), join(work, 'unpacked')], { logFile });
    copyFileSync(join(work, 'unpacked', PHOTO_IN_PACKAGE), join(folder, `${PHOTO}.partial`));
    renameSync(join(folder, `${PHOTO}.partial`), join(folder, PHOTO));
  } catch (error) {
    throw new Error(
      `The test photograph could not be fetched from Debian's package ${PHOTO_PACKAGE}. Put scikit-image's data/${PHOTO} ` +
        `into ${folder} and run this again. (${error.message})`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export default {
  name: 'fixtures',
  title: 'test photograph and segmentation models (20 MB from Debian, about 5 s)',
  for: 'test',
  async isReady({ cache, root }) {
    const folder = join(cache, 'fixtures');
    return Object.keys(ACCEPTED).every((name) => accepted(folder, name)) && madeReady(folder, root);
  },
  async install({ cache, root, run, logPath }) {
    const folder = join(cache, 'fixtures');
    mkdirSync(folder, { recursive: true });
    for (const name of MODELS) {
      copyFileSync(join(root, 'node_modules/@mediapipe/selfie_segmentation', name), join(folder, name));
      checked(folder, name);
    }
    if (!accepted(folder, PHOTO)) {
      await fetchPhoto(folder, run, logPath('fixtures.log'));
      checked(folder, PHOTO);
    }
    const load = (name) => import(pathToFileURL(join(root, 'scripts/model', name)).href);
    const { convertModel } = await load('convert.mjs');
    const { photoForModel, wholePhoto } = await load('photo.mjs');
    writeFileSync(join(folder, 'selfie_landscape.tsm'), convertModel(new Uint8Array(readFileSync(join(folder, MODELS[0])))));
    writeFileSync(join(folder, 'astronaut.rgb'), wholePhoto(readFileSync(join(folder, PHOTO))));
    writeFileSync(join(folder, 'astronaut-256x144.rgb'), photoForModel(readFileSync(join(folder, PHOTO))));
    writeFileSync(join(folder, '.made-by'), makers(root));
  },
};
