// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { fragmentOf, iceSectionOf, restarted } from './fragment.js';

const lines = (...list: string[]): string => `${list.join('\r\n')}\r\n`;
const offer = lines('v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:EsAw', 'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1', 'a=mid:0',
  'a=sendonly', 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=ice-ufrag:EsAw', 'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1', 'a=mid:1');
const candidate = 'candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1';

test('a fragment repeats the bundle, the first section and its credentials', () => {
  expect(fragmentOf(iceSectionOf(offer)!, [candidate, `a=${candidate}`], true)).toBe(lines('a=group:BUNDLE 0 1', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0', 'a=ice-ufrag:EsAw', 'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1',
    `a=${candidate}`, `a=${candidate}`, 'a=end-of-candidates'));
  expect(fragmentOf(iceSectionOf(offer)!, [], false)).not.toContain('end-of-candidates');
});

test('credentials may stand above the sections, and have to stand somewhere', () => {
  const above = lines('v=0', 'a=ice-ufrag:abcd', 'a=ice-pwd:0123456789012345678901', 'm=video 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:v');
  expect(iceSectionOf(above)).toEqual({ ufrag: 'abcd', pwd: '0123456789012345678901', media: 'm=video 9 UDP/TLS/RTP/SAVPF 96', mid: 'v', bundle: undefined });
  for (const sdp of ['', 'v=0', lines('v=0', 'm=audio 9 X 0', 'a=mid:0'), lines('v=0', 'a=ice-ufrag:a', 'a=ice-pwd:b', 'm=audio 9 X 0')]) expect(iceSectionOf(sdp), sdp).toBeUndefined();
});

test('an answer is restarted: new credentials everywhere, new candidates once, everything else as it was', () => {
  const answer = offer.replaceAll('EsAw', 'old1').replaceAll('P2uYro0UCOQ4zxjKXaWCBui1', 'oldpwdoldpwdoldpwdoldp').replace('a=sendonly', 'a=candidate:1 1 udp 1 192.0.2.7 1 typ host\r\na=end-of-candidates\r\na=recvonly');
  const fragment = lines('a=group:BUNDLE 0 1', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0', 'a=ice-ufrag:new1', 'a=ice-pwd:newpwdnewpwdnewpwdnewp', `a=${candidate}`, 'a=end-of-candidates');
  const result = restarted(answer, fragment)!;
  expect(result).not.toMatch(/old|192\.0\.2\.7/);
  expect(result.match(/a=ice-ufrag:new1/g)).toHaveLength(2);
  expect(result.match(/a=ice-pwd:newpwd/g)).toHaveLength(2);
  expect(result.match(/a=candidate:/g)).toHaveLength(1);
  expect(result.indexOf('a=candidate:')).toBeLessThan(result.indexOf('m=video'));
  expect(result).toContain('a=recvonly');
  expect(result.replace(/a=(ice-|candidate|end-of)[^\r]*\r\n/g, '')).toBe(answer.replace(/a=(ice-|candidate|end-of)[^\r]*\r\n/g, ''));
});

test('credentials above the sections are replaced there, and the candidates go to the first section', () => {
  const answer = lines('v=0', 'a=ice-ufrag:old1', 'a=ice-pwd:old2', 'm=audio 9 X 0', 'a=mid:0', 'm=video 9 X 96', 'a=mid:1');
  expect(restarted(answer, lines('a=ice-ufrag:n1', 'a=ice-pwd:n2', 'm=audio 9 X 0', 'a=mid:0', `a=${candidate}`)))
    .toBe(lines('v=0', 'a=ice-ufrag:n1', 'a=ice-pwd:n2', 'm=audio 9 X 0', 'a=mid:0', `a=${candidate}`, 'm=video 9 X 96', 'a=mid:1'));
  expect(restarted(answer, 'nothing of use')).toBeUndefined();
});
