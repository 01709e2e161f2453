// SPDX-License-Identifier: Apache-2.0
// The page's own source, file by file, fetched when it is opened.

/** Fills `list` with an entry for each script of this page. */
export function listSources(list: HTMLElement): void {
  for (const [path, text] of Object.entries(import.meta.glob<string>('./*.ts', { query: '?raw', import: 'default' }))) {
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = path.slice(2);
    const code = document.createElement('pre');
    details.append(summary, code);
    details.addEventListener('toggle', async () => (code.textContent ||= await text()), { once: true });
    list.append(details);
  }
}
