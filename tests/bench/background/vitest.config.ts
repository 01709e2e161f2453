// SPDX-License-Identifier: Apache-2.0
// Runs the measurement in Firefox as the browser tests run.
import browser from '../../browser/vitest.config.js';

export default { ...browser, test: { ...browser.test, root: import.meta.dirname, include: ['firefox.measure.ts'], testTimeout: 120_000 } };
