// SPDX-License-Identifier: Apache-2.0
// An error of the worker's that the page learns as a DOMException of this name.

export class Failure extends Error {
  constructor(
    readonly exception: 'NotSupportedError' | 'EncodingError' | 'OperationError',
    message: string,
  ) {
    super(message);
  }
}
