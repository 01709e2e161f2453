// SPDX-License-Identifier: Apache-2.0
// Text of people: links are found, nothing dangerous becomes one, names and messages are cleaned.

import { describe, expect, it } from 'vitest';
import { initials, kMaxChatLength, linkParts, listNames, safeName, safeText } from './text.ts';

const links = (message: string): string[] => linkParts(message).flatMap((part) => (part.kind === 'link' ? [part.href] : []));

describe('linkParts', () => {
  it('finds links and leaves the sentence around them', () => {
    expect(linkParts('See https://example.org/a, then www.example.com.')).toEqual([
      { kind: 'text', text: 'See ' }, { kind: 'link', text: 'https://example.org/a', href: 'https://example.org/a' },
      { kind: 'text', text: ', then ' }, { kind: 'link', text: 'www.example.com', href: 'https://www.example.com/' }, { kind: 'text', text: '.' },
    ]);
  });
  it('keeps brackets that belong to the address', () => {
    expect(links('(https://en.wikipedia.org/wiki/Tessera_(tile))')).toEqual(['https://en.wikipedia.org/wiki/Tessera_(tile))']);
    expect(links('(https://example.org)')).toEqual(['https://example.org/']);
  });
  it('makes nothing of other schemes or of broken addresses', () => {
    expect(links('javascript:alert(1) data:text/html,x file:///etc https:// http://[')).toEqual([]);
  });
  it('always adds up to the message', () => {
    for (const message of ['', 'plain', '<b>https://a.example</b> & more', 'https://a.example https://b.example?x=(1)!', 'www.']) {
      expect(linkParts(message).map((part) => part.text).join('')).toBe(message);
    }
  });
  it('does not take markup into an address', () => expect(links('https://a.example"onclick="x')).toEqual(['https://a.example/']));
});

describe('cleaning', () => {
  it('removes what cannot be seen, keeps line breaks', () => {
    expect(safeText(' a\u202eb\u0000c\r\nd\u200b ')).toBe('abc\nd');
    expect(safeText('x'.repeat(3000))).toHaveLength(kMaxChatLength);
  });
  it('makes names one line of at most 64', () => {
    expect(safeName('  Ana\n  Lima ')).toBe('Ana Lima');
    expect([...safeName('😀'.repeat(100))]).toHaveLength(64);
    expect(safeName(' \u0007 ')).toBe('');
  });
});

describe('names of people', () => {
  it('become initials', () => {
    expect(initials('ana lima')).toBe('AL');
    expect(initials('Ana')).toBe('A');
    expect(initials('Ana Maria Lima')).toBe('AL');
    expect(initials('  ')).toBe('?');
  });
  it('become a list', () => {
    expect(listNames([])).toBe('');
    expect(listNames(['Ana'])).toBe('Ana');
    expect(listNames(['Ana', 'Ben'])).toBe('Ana and Ben');
    expect(listNames(['Ana', 'Ben', 'Caro'])).toBe('Ana, Ben and Caro');
    expect(listNames(['Ana', 'Ben', 'Caro', 'Dan', 'Eve'])).toBe('Ana, Ben and 3 more');
  });
});
