// SPDX-License-Identifier: Apache-2.0
// Runs the measurement of this bench as the browser tests run.
import browser from '../../browser/vitest.config.js';

export default { ...browser, test: { ...browser.test, root: import.meta.dirname, include: ['relay.measure.ts'], testTimeout: 240_000 } };
