// SPDX-License-Identifier: Apache-2.0
// A Vitest reporter that names the tests which failed once and passed at the second try, so that none of them goes unnoticed.

export default class SecondTries {
  #names = [];

  onTestCaseResult(test) {
    if (!test.diagnostic()?.flaky) return;
    this.#names.push(`${test.module.relativeModuleId} > ${test.fullName}`);
    for (const error of test.result().errors ?? []) process.stderr.write(`first try of ${test.fullName}: ${error.message}\n`);
  }

  onTestRunEnd() {
    for (const name of this.#names) process.stdout.write(`passed at the second try: ${name}\n`);
  }
}
