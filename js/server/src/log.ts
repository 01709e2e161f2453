// SPDX-License-Identifier: Apache-2.0
// Structured logs without personal data: rooms appear as salted hashes, names, addresses and tokens not at all.
import { createHmac, randomBytes } from 'node:crypto';
import { type Logger, pino } from 'pino';
import type { ResolvedOptions } from './options.js';

export type { Logger };

export function createLogger(options: Pick<ResolvedOptions, 'logLevel' | 'logDestination'>): Logger {
  const settings = { name: 'tessera-server', level: options.logLevel, base: { pid: process.pid } };
  return options.logDestination ? pino(settings, options.logDestination) : pino(settings);
}

const salt = randomBytes(16);
/** Stands for a room in log lines: the same for one room while this process lives, and not to be reversed. */
export const roomTag = (name: string): string => createHmac('sha256', salt).update(name).digest('base64url').slice(0, 8);
