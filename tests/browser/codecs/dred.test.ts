// SPDX-License-Identifier: Apache-2.0
// Redundancy (DRED) and deep concealment on speech with bursts of loss, against classic concealment.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { measureDred } from '../../bench/codecs/dred.mjs';
import { microphoneFile } from '../lib/media-files.js';
import { root } from '../lib/paths.js';

test('a fifth of the packets lost in bursts: with DRED, speech is at most half as far from what it was', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tessera-dred-'));
  try {
    const speech = path.join(folder, 'speech.f32');
    execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', '-i', await microphoneFile(), '-t', '12', '-ar', '48000', '-ac', '1', '-f', 'f32le', speech]);
    const { classic, dred, loss } = await measureDred(root, speech);
    console.log(`    ${(loss * 100).toFixed(0)} % lost: ${classic.toFixed(1)} dB off with classic concealment, ${dred.toFixed(1)} dB with DRED`);
    expect(loss).toBeGreaterThan(0.15);
    expect(loss).toBeLessThan(0.27);
    expect(dred / classic).toBeLessThanOrEqual(0.5);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
