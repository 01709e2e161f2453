// SPDX-License-Identifier: Apache-2.0
// The engine's diagnostics as the panel shows them: stages in words, figures per connection, and the same as text.

import { bitrate, milliseconds, percent } from '../format.ts';

export type StageState = 'waiting' | 'working' | 'done' | 'failed';

export interface Stage { name: 'Signalling' | 'Connecting' | 'Securing' | 'Communicating'; state: StageState; words: string }

export interface ConnectionView {
  id: string;
  name: string;
  stages: Stage[];
  /** What is said beside a term, in order. */
  facts: [term: string, value: string][];
  roundTripMs: number | null;
  loss: number | null;
  upBitsPerSecond: number;
  downBitsPerSecond: number;
}

/** How far the whole call is: each stage as far as its best connection, failed only when all have failed. */
export function overallStages(signalling: string, connections: readonly ConnectionView[]): Stage[] {
  const first: Stage = signallingStage(signalling);
  const names = ['Connecting', 'Securing', 'Communicating'] as const;
  if (connections.length === 0) return [first, ...names.map((name): Stage => ({ name, state: 'waiting', words: 'nobody else is here' }))];
  return [first, ...names.map((name): Stage => {
    const states = connections.map(({ stages }) => stages.find((stage) => stage.name === name)!.state);
    const done = states.filter((state) => state === 'done').length;
    const state: StageState = done === states.length ? 'done' : states.includes('working') || done > 0 ? 'working' : states.every((entry) => entry === 'failed') ? 'failed' : 'waiting';
    return { name, state, words: states.length === 1 ? connections[0]!.stages.find((stage) => stage.name === name)!.words : `${done} of ${states.length}` };
  })];
}

export function signallingStage(state: string): Stage {
  return state === 'connected' ? { name: 'Signalling', state: 'done', words: 'connected' }
    : state === 'closed' ? { name: 'Signalling', state: 'failed', words: 'closed' }
    : { name: 'Signalling', state: 'working', words: 'reconnecting' };
}

/** Everything as plain text, for a message or a report. */
export function asText(room: string, signalling: string, connections: readonly ConnectionView[], at: Date): string {
  const lines = [`Tessera diagnostics`, `room: ${room}`, `time: ${at.toISOString()}`, `signalling: ${signalling}`, `connections: ${connections.length}`];
  for (const connection of connections) {
    lines.push('', `${connection.name} (${connection.id})`);
    for (const { name, words, state } of connection.stages) lines.push(`  ${name.toLowerCase()}: ${state}, ${words}`);
    lines.push(`  round trip: ${milliseconds(connection.roundTripMs)}`, `  loss: ${percent(connection.loss)}`,
      `  sending: ${bitrate(connection.upBitsPerSecond)}`, `  receiving: ${bitrate(connection.downBitsPerSecond)}`);
    for (const [term, value] of connection.facts) lines.push(`  ${term.toLowerCase()}: ${value}`);
  }
  return lines.join('\n');
}

/** The line of a graph: values in time order scaled into a box, newest at the right edge. Empty for fewer than two. */
export function graphPath(values: readonly number[], most: number, slots: number, width: number, height: number): string {
  if (values.length < 2 || most <= 0) return '';
  const step = width / (slots - 1);
  const left = width - (values.length - 1) * step;
  return values.map((value, index) => `${index === 0 ? 'M' : 'L'}${(left + index * step).toFixed(1)} ${(height - Math.min(1, value / most) * height).toFixed(1)}`).join('');
}

/** The next round figure above: 1, 2 or 5 times a power of ten, at least 100 kbit/s. */
export function roundUp(bitsPerSecond: number): number {
  const least = Math.max(100_000, bitsPerSecond);
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((value) => value >= least)!;
}
