// SPDX-License-Identifier: Apache-2.0
// Hands a text to the person as a file.

/** The file is called NAME-TIME.EXTENSION. */
export function saveText(text: string, name: string, extension: 'jsonl' | 'txt'): void {
  const url = URL.createObjectURL(new Blob([text], { type: extension === 'txt' ? 'text/plain' : 'application/jsonl' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}-${new Date().toISOString().slice(0, 19).replace(/:/g, '')}.${extension}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
