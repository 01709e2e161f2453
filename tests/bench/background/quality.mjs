// SPDX-License-Identifier: Apache-2.0
// How steady, how prompt and how exact the effect is: measured natively, on films whose ideal picture is known.

import { join } from 'node:path';

/** @returns {Promise<{values: Record<string, number>}>} */
export async function measureQuality({ root, run }) {
  const { output } = await run(join(root, 'build/native/tests/background_quality'), [], { cwd: root, capture: true });
  const { flicker_ratio, lag_frames, edge_error } = JSON.parse(output.trim().split('\n').at(-1));
  return { values: { flicker_ratio, lag_frames, edge_error } };
}
