// SPDX-License-Identifier: Apache-2.0
// How a call went, in one sentence.

import { count, duration } from '../format.ts';
import type { CallSummary } from './room-model.ts';

/** How the connection was, in one sentence. */
export function verdict({ seconds, most, weakSeconds, reconnects, serverGaps }: CallSummary): string {
  if (most === 1) return 'Nobody else came.';
  const parts: string[] = [];
  if (weakSeconds >= 3 && weakSeconds >= seconds * 0.02) parts.push(`somebody’s connection was weak for ${duration(weakSeconds)}`);
  if (reconnects > 0) parts.push(`${count(reconnects, 'connection')} had to be restored`);
  if (serverGaps > 0) parts.push(`the server was away ${serverGaps === 1 ? 'once' : `${serverGaps} times`}, the call went on`);
  if (parts.length === 0) return 'The connection was good throughout.';
  const text = parts.join('; ');
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
