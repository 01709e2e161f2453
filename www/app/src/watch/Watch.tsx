// SPDX-License-Identifier: Apache-2.0
// The screens of a room that is only watched: the door, the wait, the picture, the end.

import '../styles/watch.css';
import { useEffect, useRef } from 'preact/hooks';
import { Icon, Logo, Messages, Notice, Spinner } from '../ui.tsx';
import { roomWords } from '../words.ts';
import type { Watching } from './watching.ts';

export function WatchScreen({ watching }: { watching: Watching }) {
  const phase = watching.phase.value;
  const inside = phase === 'waiting' || phase === 'live' || phase === 'ended';
  return (
    <>
      {inside ? <Hall watching={watching} /> : <Door watching={watching} />}
      <Messages />
    </>
  );
}

function Door({ watching }: { watching: Watching }) {
  const { roomName, joinLink } = watching;
  const phase = watching.phase.value;
  const problem = watching.problem.value;
  const words = problem && roomWords(problem.code, { message: problem.message });
  const busy = phase === 'entering';
  return (
    <div class="page">
      <header class="page-head"><a class="brand" href="/"><Logo />Tessera</a></header>
      <main class="watch-door card">
        <p class="eyebrow">{phase === 'left' ? 'You stopped watching' : 'Watch'}</p>
        <h1>{roomName}</h1>
        <p class="quiet-text">You see and hear everybody. Nobody sees or hears you: no camera, no microphone, no name.</p>
        {words && <Notice urgent title={words.title} steps={words.steps} />}
        <button type="button" class="button strong big" aria-busy={busy} disabled={busy} onClick={() => void watching.watch()}>
          {busy ? <><Spinner />{problem ? 'Trying again…' : 'Opening…'}</> : phase === 'left' ? 'Watch again' : 'Watch'}
        </button>
        <a class="button quiet" href={joinLink}>Take part instead</a>
      </main>
    </div>
  );
}

function Hall({ watching }: { watching: Watching }) {
  const phase = watching.phase.value;
  const viewers = watching.viewers.value;
  const hall = useRef<HTMLDivElement>(null);
  const others = Math.max(0, viewers - 1);
  return (
    <div class="watch-hall" data-theme="dark" ref={hall}>
      <main class="watch-stage">
        <h1 class="visually-hidden">Watching {watching.roomName}</h1>
        <Picture watching={watching} shown={phase === 'live'} />
        {phase === 'waiting' && (
          <div class="watch-words"><Spinner /><h2>It has not begun yet</h2><p>It starts here by itself. You can leave this page open.</p></div>
        )}
        {phase === 'ended' && (
          <div class="watch-words"><h2>It is over</h2><p>If it goes on, it starts here by itself.</p></div>
        )}
        {phase === 'live' && watching.interrupted.value && <p class="watch-banner" role="status"><Spinner />The picture was interrupted. Bringing it back…</p>}
      </main>
      <footer class="watch-bar">
        <p class="watch-count" role="status"><Icon name="people" />{others === 0 ? 'Only you are watching' : `${viewers} watching`}</p>
        {watching.audioBlocked.value && phase === 'live' && (
          <button type="button" class="button strong" onClick={() => void watching.startAudio()}><Icon name="sound" />Turn on sound</button>
        )}
        <span class="watch-buttons">
          {phase === 'live' && document.fullscreenEnabled && (
            <button type="button" class="button" onClick={() => void (document.fullscreenElement ? document.exitFullscreen() : hall.current?.requestFullscreen())}>
              <Icon name="expand" />Full screen
            </button>
          )}
          <button type="button" class="button" onClick={() => watching.leave()}><Icon name="leave" />Leave</button>
        </span>
      </footer>
    </div>
  );
}

/** The engine's own player: its size decides which layer is received. */
function Picture({ watching, shown }: { watching: Watching; shown: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const player = watching.player.value;
  useEffect(() => {
    if (!player) return;
    player.setAttribute('aria-label', 'Everybody in one picture');
    place.current!.append(player);
    return () => player.remove();
  }, [player]);
  return <div class="watch-picture" hidden={!shown} ref={place} />;
}
