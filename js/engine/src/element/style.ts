// SPDX-License-Identifier: Apache-2.0
// The look of <tessera-room>: a constructable stylesheet, which strict Content-Security-Policies allow.

export const css = `
:host { display: block; position: relative; min-height: 320px; color-scheme: light dark; border-radius: 12px; overflow: hidden;
  --accent: var(--tessera-accent, #2f6f62); --ground: var(--tessera-background, light-dark(#f4f5f3, #14181a)); --ink: light-dark(#1c2123, #eef1f0);
  background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
:host([hidden]) { display: none; }
[hidden] { display: none !important; }
.lobby { display: grid; gap: 16px; max-width: 480px; margin: auto; padding: 24px; }
.preview { aspect-ratio: 16 / 9; width: 100%; border-radius: 12px; background: #1f2428; object-fit: cover; transform: scaleX(-1); }
label { display: grid; gap: 4px; }
input { font: inherit; min-height: 44px; padding: 0 12px; border: 1px solid light-dark(#6b7678, #8b9799); border-radius: 12px;
  background: light-dark(#fff, #1f2428); color: inherit; box-sizing: border-box; }
button { font: inherit; min-height: 44px; padding: 0 16px; border-radius: 12px; cursor: pointer; border: 1px solid light-dark(#6b7678, #8b9799);
  background: light-dark(#fff, #2a3135); color: inherit; }
button.strong { background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600; }
button.leave { background: #a3262a; border-color: #a3262a; color: #fff; }
button[aria-pressed=false] { background: light-dark(#e3e6e5, #3c2628); }
button:disabled { opacity: .6; cursor: default; }
button:focus-visible, input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.row, .bar { display: flex; flex-wrap: wrap; gap: 8px; justify-content: center; }
.room { display: flex; flex-direction: column; gap: 8px; min-height: inherit; height: 100%; padding: 8px; box-sizing: border-box; }
.grid { flex: 1; display: grid; gap: 8px; align-content: center; grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr)); }
.grid > [content=screen] { grid-column: 1 / -1; }
.self { position: relative; aspect-ratio: 16 / 9; border-radius: 12px; overflow: hidden; background: #1f2428; color: #fff; display: grid; place-items: center; }
.self video { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; transform: scaleX(-1); }
.self span { position: absolute; left: 8px; bottom: 8px; padding: 2px 8px; border-radius: 8px; background: rgb(0 0 0 / .6); font-size: 14px; }
.status { margin: 0; min-height: 1.5em; text-align: center; }
.status.error { color: light-dark(#a3262a, #ff9c9c); }
`;
