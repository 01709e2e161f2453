// SPDX-License-Identifier: Apache-2.0
// Reads what the engine measured into what the panel shows.

import type { Person } from '../call/room-model.ts';
import type { ConnectionView, Stage, StageState } from './diagnostics-view.ts';

type Loose = Record<string, any>;

/** Takes the engine's diagnostics; people give the names. Unknown or missing figures become dashes, never errors. */
export function readDiagnostics(diagnostics: unknown, people: readonly Person[]): ConnectionView[] {
  const connections = ((diagnostics as Loose)?.['connections'] ?? []) as Loose[];
  return connections.map((connection) => {
    const stages = (connection['stages'] ?? {}) as Loose;
    const stage = (name: Stage['name']): Stage => {
      const entry = stages[name.toLowerCase()];
      return { name, state: stateOf(entry?.state ?? entry), words: String(entry?.detail ?? entry?.state ?? entry ?? 'waiting') };
    };
    return {
      id: String(connection['participantId'] ?? ''),
      name: people.find(({ id }) => id === connection['participantId'])?.name ?? 'Somebody',
      stages: [stage('Signalling'), stage('Connecting'), stage('Securing'), stage('Communicating')],
      facts: [],
      roundTripMs: connection['roundTripMs'] ?? null,
      loss: connection['loss'] ?? null,
      upBitsPerSecond: connection['upBitsPerSecond'] ?? 0,
      downBitsPerSecond: connection['downBitsPerSecond'] ?? 0,
    };
  });
}

function stateOf(state: unknown): StageState {
  switch (state) {
    case 'connected': case 'completed': case 'done': case 'stable': case 'active': return 'done';
    case 'failed': case 'closed': return 'failed';
    case 'new': case 'waiting': case undefined: return 'waiting';
    default: return 'working';
  }
}
