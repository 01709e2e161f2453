// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { iceServersOf } from './link-header.js';

test('reads the example of RFC 9725', () => {
  const link = [
    '<stun:stun.example.net>; rel="ice-server"',
    '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="myPassword"; credential-type="password"',
    '<turns:turn.example.net?transport=tcp>; rel="ice-server"; username="user"; credential="my, \\"Pass\\" ; word"; credential-type="password"',
  ].join(', ');
  expect(iceServersOf(link)).toEqual([
    { urls: 'stun:stun.example.net' },
    { urls: 'turn:turn.example.net?transport=udp', username: 'user', credential: 'myPassword' },
    { urls: 'turns:turn.example.net?transport=tcp', username: 'user', credential: 'my, "Pass" ; word' },
  ]);
});

test('takes addresses that are escaped whole, unquoted parameters and several relations', () => {
  expect(iceServersOf('<turn:a.example:3478%3Ftransport=udp>;REL=ice-server;Username=u;credential=p')).toEqual([{ urls: 'turn:a.example:3478?transport=udp', username: 'u', credential: 'p' }]);
  expect(iceServersOf('<stun:a.example>; rel="next ice-server"')).toEqual([{ urls: 'stun:a.example' }]);
});

test('leaves out what is no ICE server, or would make a configuration invalid', () => {
  for (const link of [null, '', 'nonsense', '<stun:a>', '<https://a.example>; rel="ice-server"', '<turn:a.example>; rel="ice-server"', '<turn:a.example>; rel="ice-server"; username="u"',
    '<stun:a.example>; rel="stylesheet"', '<%zz>; rel="ice-server"', '<stun:a b>; rel=ice-server', '<<<>>>;;;rel=ice-server', '<stun:a.example>; title="; rel=ice-server"']) {
    expect(iceServersOf(link), String(link)).toEqual([]);
  }
});

test('a long header of nonsense is read in no time', () => {
  const began = performance.now();
  expect(iceServersOf(`<stun:a>${'; a="\\'.repeat(20_000)}`)).toEqual([]);
  expect(iceServersOf(`${'<'.repeat(50_000)}${';'.repeat(50_000)}`)).toEqual([]);
  expect(performance.now() - began).toBeLessThan(20_000);
});
