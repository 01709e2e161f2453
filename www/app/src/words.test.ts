// SPDX-License-Identifier: Apache-2.0
// Every code that the engine and the server have gets words of its own, and every browser its own steps.

import { describe, expect, it } from 'vitest';
import { browserOf } from './browser.ts';
import { deviceWords, peerWords, permissionSteps, roomWords, type PeerFacts } from './words.ts';

describe('words', () => {
  it('say something of their own for each device error', () => {
    const codes = ['permission-denied', 'device-not-found', 'device-in-use', 'constraints-unsatisfied', 'insecure-context', 'unsupported', 'background-failed'];
    const titles = codes.map((code) => deviceWords(code, 'camera', 'chrome').title);
    expect(new Set(titles).size).toBe(codes.length);
    expect(deviceWords('device-in-use', 'camera', 'chrome')).toEqual({ title: 'Camera is used by another app', steps: ['Close it and press Try again.'], retry: true });
  });
  it('know the switch of each browser', () => {
    const all = (['chrome', 'edge', 'firefox', 'safari', 'ios', 'android'] as const).map((browser) => permissionSteps('camera', browser).join(' '));
    expect(new Set(all).size).toBe(6);
  });
  it('say something of their own for each room error', () => {
    const codes = ['room-full', 'room-name-invalid', 'token-missing', 'token-invalid', 'token-expired', 'server-unreachable', 'server-shutting-down', 'rate-limited', 'protocol-unsupported', 'replaced'];
    expect(new Set(codes.map((code) => roomWords(code).title)).size).toBe(codes.length);
    expect(roomWords('room-full', { capacity: 6 }).steps[0]).toContain('All 6 places');
  });
  it('are silent while a connection is well and count the seconds when it is not', () => {
    const well: PeerFacts = { name: 'Ana', present: true, state: 'connected', quality: 'good', hasVideo: true, seconds: 0 };
    expect(peerWords(well)).toBeNull();
    expect(peerWords({ ...well, quality: 'fair' })).toBeNull();
    expect(peerWords({ ...well, quality: 'poor' })?.text).toBe('Ana’s connection is weak');
    expect(peerWords({ ...well, quality: 'lost' })?.text).toBe('Ana’s connection is weak: showing a still');
    expect(peerWords({ ...well, state: 'reconnecting', seconds: 4.7 })).toEqual({ text: 'Reconnecting to Ana… 4 s', busy: true });
    expect(peerWords({ ...well, state: 'failed', seconds: 9 })?.text).toContain('cannot be reached');
    expect(peerWords({ ...well, state: 'reconnecting', present: false })?.text).toContain('lost the connection');
  });
});

describe('browserOf', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36', 0, 'chrome'],
    ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36 Edg/150.0', 0, 'edge'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 0, 'firefox'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15', 0, 'safari'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15', 5, 'ios'],
    ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36', 5, 'android'],
  ])('%s', (agent, touch, browser) => expect(browserOf(agent, touch)).toBe(browser));
});
