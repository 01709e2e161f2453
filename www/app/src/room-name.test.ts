// SPDX-License-Identifier: Apache-2.0
// Room names: what is made is valid and hard to guess, what people type is understood.

import { describe, expect, it } from 'vitest';
import { makeRoomName } from './room-maker.ts';
import { isRoomName, readRoomInput, roomFromPath, slug, tokenFromUrl } from './room-name.ts';

describe('makeRoomName', () => {
  it('makes valid names that differ', () => {
    const names = new Set(Array.from({ length: 500 }, () => makeRoomName()));
    expect(names.size).toBe(500);
    for (const name of names) expect(name).toMatch(/^[a-z]+-[a-z]+-[a-z2-9]{6}$/);
    for (const name of names) expect(isRoomName(name)).toBe(true);
  });
  it('takes every choice from the given chance', () => {
    expect(makeRoomName(() => 0)).toBe('amber-acorn-bbbbbb');
    expect(makeRoomName((below) => below - 1)).toBe('wise-wren-999999');
  });
});

describe('readRoomInput', () => {
  it.each([
    ['standup', 'standup'], ['  calm-river-k7t2mq ', 'calm-river-k7t2mq'], ['Team Stand-up, Zürich!', 'Team-Stand-up-Zurich'],
    ['https://meet.example/r/standup', 'standup'], ['https://meet.example/r/standup/?x=1#y', 'standup'],
    ['meet.example/r/standup', 'standup'], ['localhost:8080/r/standup', 'standup'],
  ])('%s is %s', (text, name) => expect(readRoomInput(text)?.name).toBe(name));
  it.each(['', '   ', '!!!', 'https://meet.example/', 'https://meet.example/r/', 'https://meet.example/r/a%20b', 'http://['])('%j is nothing', (text) => {
    expect(readRoomInput(text)).toBeNull();
  });
  it('keeps the token of a link', () => {
    expect(readRoomInput('https://meet.example/r/standup#token=a.b.c')).toEqual({ name: 'standup', token: 'a.b.c' });
    expect(tokenFromUrl(new URL('https://meet.example/r/x?token=q'))).toBe('q');
    expect(tokenFromUrl(new URL('https://meet.example/r/x'))).toBeNull();
  });
});

describe('names', () => {
  it('are checked as the server checks them', () => {
    expect(isRoomName('a'.repeat(64))).toBe(true);
    for (const bad of ['', 'a'.repeat(65), 'a b', 'ä', 'a/b', '../x']) expect(isRoomName(bad)).toBe(false);
  });
  it('are cut at 64 when made from text', () => expect(slug('x'.repeat(100))).toHaveLength(64));
  it('are found in paths', () => {
    expect(roomFromPath('/r/standup')).toBe('standup');
    expect(roomFromPath('/w/standup/')).toBe('standup');
    expect(roomFromPath('/r/a%20b')).toBe('a b');
    expect(roomFromPath('/r/%E0%A4%A')).toBe('%E0%A4%A');
    expect(roomFromPath('/')).toBeNull();
    expect(roomFromPath('/r/a/b')).toBeNull();
  });
});
