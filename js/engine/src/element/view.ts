// SPDX-License-Identifier: Apache-2.0
// The elements inside <tessera-room>, without behaviour.

import { css } from './style.js';

let sheet: CSSStyleSheet | undefined;

function make<K extends keyof HTMLElementTagNameMap>(tag: K, properties: Partial<HTMLElementTagNameMap[K]> = {}, children: Node[] = []): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  if (element.className) element.setAttribute('part', element.className);
  return element;
}

const video = (className: string) => make('video', { className, autoplay: true, playsInline: true, muted: true });
const toggle = (label: string) => {
  const button = make('button', { type: 'button', textContent: label });
  button.setAttribute('aria-pressed', 'false');
  return button;
};

/** @internal */
export function createView(root: ShadowRoot) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  root.adoptedStyleSheets = [sheet];
  const preview = video('preview');
  preview.setAttribute('aria-label', 'Your camera');
  const name = make('input', { name: 'name', maxLength: 64, required: true, autocomplete: 'name' });
  const join = make('button', { className: 'strong', textContent: 'Join', type: 'submit' });
  const lobbyMicrophone = toggle('Microphone');
  const lobbyCamera = toggle('Camera');
  const present = make('p', { className: 'status' });
  const lobby = make('form', { className: 'lobby', noValidate: false }, [
    preview,
    make('div', { className: 'row' }, [lobbyMicrophone, lobbyCamera]),
    make('label', { textContent: 'Your name' }, [name]),
    present,
    join,
  ]);
  const selfVideo = video('self-video');
  const self = make('div', { className: 'self' }, [selfVideo, make('span', { textContent: 'You' })]);
  const grid = make('div', { className: 'grid' }, [self]);
  const microphone = toggle('Microphone');
  const camera = toggle('Camera');
  const screen = toggle('Share screen');
  const sound = make('button', { type: 'button', className: 'strong', textContent: 'Turn on sound', hidden: true });
  const leave = make('button', { type: 'button', className: 'leave', textContent: 'Leave' });
  const bar = make('div', { className: 'bar' }, [microphone, camera, screen, sound, leave]);
  bar.setAttribute('role', 'toolbar');
  bar.setAttribute('aria-label', 'Call');
  const room = make('div', { className: 'room', hidden: true }, [grid, bar]);
  const status = make('p', { className: 'status' });
  status.setAttribute('role', 'status');
  root.append(lobby, room, status);
  return { preview, name, join, lobbyMicrophone, lobbyCamera, present, lobby, selfVideo, grid, microphone, camera, screen, sound, leave, room, status };
}

export type View = ReturnType<typeof createView>;
