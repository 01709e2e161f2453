// SPDX-License-Identifier: Apache-2.0
// What is said after a call follows from what was counted.

import { describe, expect, it } from 'vitest';
import type { CallSummary } from './room-model.ts';
import { verdict } from './verdict.ts';

const call: CallSummary = { room: 'x', seconds: 600, most: 3, weakSeconds: 0, serverGaps: 0, reconnects: 0, messages: 0, ended: null };

describe('verdict', () => {
  it('is good when nothing happened, or next to nothing', () => {
    expect(verdict(call)).toBe('The connection was good throughout.');
    expect(verdict({ ...call, weakSeconds: 4 })).toBe('The connection was good throughout.');
  });
  it('tells what happened', () => {
    expect(verdict({ ...call, weakSeconds: 90, reconnects: 1, serverGaps: 2 }))
      .toBe('Somebody’s connection was weak for 2 minutes; 1 connection had to be restored; the server was away 2 times, the call went on.');
  });
  it('says when nobody came', () => expect(verdict({ ...call, most: 1, serverGaps: 1 })).toBe('Nobody else came.'));
});
