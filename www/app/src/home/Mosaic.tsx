// SPDX-License-Identifier: Apache-2.0
// The home page's picture: a call of five as a mosaic, drawn, never fetched.

const people = [
  { x: 0, y: 0, w: 236, h: 176, wall: 'a', skin: '#c98b66', hair: '#2d2320', shirt: '#e9e2d5', cx: 118 },
  { x: 244, y: 0, w: 156, h: 176, wall: 'b', skin: '#8a5a3c', hair: '#1a1616', shirt: '#d97757', cx: 78 },
  { x: 0, y: 184, w: 130, h: 156, wall: 'c', skin: '#e2b08f', hair: '#8a5a2b', shirt: '#335c67', cx: 65 },
  { x: 138, y: 184, w: 130, h: 156, wall: 'd', skin: '#f0c6a5', hair: '#d9d2c5', shirt: '#5b5f97', cx: 65 },
  { x: 276, y: 184, w: 124, h: 156, wall: 'e', skin: '#a9714b', hair: '#3a2a21', shirt: '#f2c14e', cx: 62 },
];

const walls: Record<string, [string, string]> = {
  a: ['#0f766e', '#5fb8a6'], b: ['#22333b', '#54717c'], c: ['#e8c39e', '#c98f6b'], d: ['#9db4ab', '#5d7f74'], e: ['#3d405b', '#81739c'],
};

export function Mosaic() {
  return (
    <svg class="mosaic" viewBox="0 0 400 340" aria-hidden="true">
      <defs>
        {Object.entries(walls).map(([id, [from, to]]) => (
          <linearGradient key={id} id={`wall-${id}`} x1="0" y1="0" x2="1" y2="1"><stop stop-color={from} /><stop offset="1" stop-color={to} /></linearGradient>
        ))}
        {people.map(({ w, h }, index) => <clipPath key={index} id={`tile-${index}`}><rect width={w} height={h} rx="14" /></clipPath>)}
      </defs>
      {people.map(({ x, y, w, h, wall, skin, hair, shirt, cx }, index) => (
        <g key={index} transform={`translate(${x} ${y})`} clip-path={`url(#tile-${index})`}>
          <rect width={w} height={h} fill={`url(#wall-${wall})`} />
          <circle cx={w - 22} cy="26" r="40" fill="#fff" opacity=".10" />
          <path d={`M${cx - 62} ${h} c4 -44 28 -58 62 -58 s58 14 62 58z`} fill={shirt} />
          <path d={`M${cx - 13} ${h - 76} h26 v22 a13 11 0 0 1 -26 0z`} fill={skin} />
          <path d={`M${cx - 13} ${h - 70} h26 v7 a20 16 0 0 1 -26 0z`} opacity=".18" />
          {index % 2 === 0 && <path d={`M${cx - 31} ${h - 58} c-6 -64 10 -70 31 -70 s37 6 31 70 z`} fill={hair} />}
          <ellipse cx={cx} cy={h - 94} rx="24" ry="29" fill={skin} />
          <path d={`M${cx - 26} ${h - 94} c-4 -44 56 -44 52 0 c-4 -14 -14 -19 -24 -19 s-22 3 -28 19z`} fill={hair} />
          <path d={`M${cx - 8} ${h - 82} q8 7 16 0`} fill="none" stroke="#00000066" stroke-width="2.2" stroke-linecap="round" />
        </g>
      ))}
      <rect x="1.500" y="1.500" width="233" height="173" rx="13" fill="none" class="mosaic-ring" stroke-width="3" />
    </svg>
  );
}
