// SPDX-License-Identifier: Apache-2.0
// After the call: how long, how it went, and the way back.

import { useEffect, useRef } from 'preact/hooks';
import { count, duration } from '../format.ts';
import { Icon, Logo, Notice } from '../ui.tsx';
import { roomWords } from '../words.ts';
import type { Call } from './call.ts';
import type { CallSummary } from './room-model.ts';
import { verdict } from './verdict.ts';

export function AfterScreen({ call, summary }: { call: Call; summary: CallSummary }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const words = summary.ended && roomWords(summary.ended.code, { message: summary.ended.message });
  return (
    <div class="page">
      <header class="page-head"><a class="brand" href="/"><Logo />Tessera</a></header>
      <main class="after card">
        <h1 ref={heading} tabIndex={-1}>{words ? 'The call has ended' : 'You left the call'}</h1>
        {words && <Notice title={words.title} steps={words.steps} />}
        <dl class="facts">
          <div><dt>Room</dt><dd>{summary.room}</dd></div>
          <div><dt>Time</dt><dd>{duration(summary.seconds)}</dd></div>
          <div><dt>People</dt><dd>{summary.most === 1 ? 'You alone' : `${summary.most} at most`}</dd></div>
          {summary.messages > 0 && <div><dt>Chat</dt><dd>{count(summary.messages, 'message')}</dd></div>}
        </dl>
        <p>{verdict(summary)}</p>
        <div class="row">
          <button type="button" class="button strong" onClick={() => call.rejoin()}><Icon name="camera" />Rejoin</button>
          <a class="button" href="/">Home</a>
        </div>
      </main>
    </div>
  );
}
