// SPDX-License-Identifier: Apache-2.0
// The STUN and TURN servers that a WHIP server names in its Link headers (RFC 9725, section 4.6; RFC 8288).

/** Nobody names more servers than fit in this many characters. */
const kLongest = 8192;
/** Everything of a list's item outside of quotes and angle brackets up to the next comma. */
const kItem = /<([^<>]*)>((?:[^,"]|"(?:[^"\\]|\\.)*")*)/g;
const kParameter = /;\s*([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g;
const kIceUrl = /^(stuns?|turns?):\S+$/;

/** Percent-encoded where the server escaped it whole. */
function decoded(url: string): string {
  try {
    return kIceUrl.test(url) && !/%[0-9a-f]{2}/i.test(url) ? url : decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** @internal Servers of relation `ice-server`. What is none of that, or makes no sense, is left out. */
export function iceServersOf(link: string | null): RTCIceServer[] {
  const servers: RTCIceServer[] = [];
  for (const [, address = '', rest = ''] of (link ?? '').slice(0, kLongest).matchAll(kItem)) {
    const parameters = new Map<string, string>();
    for (const [, name = '', quoted, plain] of rest.matchAll(kParameter)) {
      const key = name.toLowerCase();
      // The first of a name counts (RFC 8288, section 3.3).
      if (!parameters.has(key)) parameters.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '');
    }
    const urls = decoded(address.trim());
    if (!(parameters.get('rel') ?? '').toLowerCase().split(/\s+/).includes('ice-server') || !kIceUrl.test(urls)) continue;
    const [username, credential] = [parameters.get('username'), parameters.get('credential')];
    // A TURN server without credentials would make the whole configuration invalid.
    if (urls.startsWith('turn') && (username === undefined || credential === undefined)) continue;
    servers.push({ urls, ...(username === undefined ? {} : { username }), ...(credential === undefined ? {} : { credential }) });
  }
  return servers;
}
