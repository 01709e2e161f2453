// SPDX-License-Identifier: Apache-2.0
// The home page: start a call, or join one by name or link.

import './home.css';
import { useState } from 'preact/hooks';
import { demos } from 'virtual:demos';
import { makeRoomName } from '../room-maker.ts';
import { readRoomInput, slug } from '../room-name.ts';
import { Icon, Logo } from '../ui.tsx';
import { Mosaic } from './Mosaic.tsx';

export function Home({ badRoom }: { badRoom?: string }) {
  const [text, setText] = useState(badRoom === undefined ? '' : slug(badRoom));
  const [problem, setProblem] = useState(badRoom === undefined ? '' : `“${badRoom.slice(0, 64)}” cannot be a room: names are letters, digits, - and _, at most 64.`);

  const join = (event: Event): void => {
    event.preventDefault();
    const read = readRoomInput(text);
    if (!read) setProblem(text.trim() === '' ? 'Type the room’s name or paste its link.' : 'There is no room name in this. Use letters, digits, - and _.');
    else location.assign(`/r/${read.name}${read.token ? `#token=${encodeURIComponent(read.token)}` : ''}`);
  };

  return (
    <div class="home">
      <header class="home-head"><a class="brand" href="/"><Logo />Tessera</a></header>
      <main>
        <section class="hero">
          <div class="hero-words">
            <h1>Open a link and you are in the call.</h1>
            <p>No account, nothing to install. Picture and sound go straight between you, encrypted, in front of the background you choose.</p>
            <button type="button" class="button strong big" onClick={() => location.assign(`/r/${makeRoomName()}`)}>
              <Icon name="camera" />Start a call
            </button>
            <form class="join" onSubmit={join} noValidate>
              <label for="room">Or join one: its name or link</label>
              <div class="join-row">
                <input id="room" type="text" value={text} autoComplete="off" autoCapitalize="none" spellcheck={false} enterkeyhint="go" maxLength={2000}
                  aria-invalid={problem !== ''} aria-describedby={problem ? 'room-problem' : undefined}
                  onInput={(event) => { setText(event.currentTarget.value); setProblem(''); }} />
                <button type="submit" class="button">Join</button>
              </div>
              {problem && <p class="field-problem" id="room-problem" role="alert">{problem}</p>}
            </form>
          </div>
          <Mosaic />
        </section>
        {demos.length > 0 && (
          <section class="demos" aria-labelledby="demos">
            <h2 id="demos"><a href="/demos/">Try one idea at a time</a></h2>
            <ul>
              {demos.map(({ name, title, description }) => (
                <li key={name}><a href={`/demos/${name}/`}><strong>{title}</strong><span>{description}</span></a></li>
              ))}
            </ul>
          </section>
        )}
      </main>
    </div>
  );
}
