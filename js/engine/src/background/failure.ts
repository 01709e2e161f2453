// SPDX-License-Identifier: Apache-2.0
// Errors inside the worker, before they become the package's typed errors on the page.

import type { Failure } from './messages.js';

export class WorkerFailure extends Error {
  constructor(
    readonly code: Failure['code'],
    message: string,
    readonly option?: string,
  ) {
    super(message);
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof WorkerFailure) return { code: error.code, message: error.message, ...(error.option === undefined ? {} : { option: error.option }) };
  return { code: 'background-failed', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}
