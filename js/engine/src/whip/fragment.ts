// SPDX-License-Identifier: Apache-2.0
// Fragments of SDP that carry candidates and credentials of ICE (RFC 8840, section 9): made from an offer, and put into an answer.

/** The media type of a fragment. */
export const kFragmentType = 'application/trickle-ice-sdpfrag';

const linesOf = (sdp: string): string[] => sdp.split(/\r?\n/).filter((line) => line !== '');
const valueOf = (lines: readonly string[], name: string): string | undefined => lines.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3);

/** What a fragment has to repeat of a description: of its first media section, into which everything else is bundled. */
export interface IceSection {
  readonly ufrag: string;
  readonly pwd: string;
  /** `m=` line, `a=mid:` line. */
  readonly media: string;
  readonly mid: string;
  readonly bundle: string | undefined;
}

/** undefined for a description without ICE. */
export function iceSectionOf(sdp: string): IceSection | undefined {
  const lines = linesOf(sdp);
  const from = lines.findIndex((line) => line.startsWith('m='));
  if (from < 0) return undefined;
  const next = lines.findIndex((line, i) => i > from && line.startsWith('m='));
  const section = lines.slice(from, next < 0 ? undefined : next);
  const mid = valueOf(section, 'mid');
  // Either place is allowed for credentials (RFC 8839, section 5.4).
  const [ufrag, pwd] = [valueOf(section, 'ice-ufrag') ?? valueOf(lines, 'ice-ufrag'), valueOf(section, 'ice-pwd') ?? valueOf(lines, 'ice-pwd')];
  if (mid === undefined || ufrag === undefined || pwd === undefined) return undefined;
  return { ufrag, pwd, media: lines[from]!, mid, bundle: lines.slice(0, from).find((line) => line.startsWith('a=group:BUNDLE ')) };
}

/**
 * A fragment with candidates of these credentials.
 * @param candidates `candidate:…`, with or without `a=`.
 * @param complete whether there will be no more.
 */
export function fragmentOf({ ufrag, pwd, media, mid, bundle }: IceSection, candidates: readonly string[], complete: boolean): string {
  const lines = [
    ...(bundle === undefined ? [] : [bundle]),
    media,
    `a=mid:${mid}`,
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    ...candidates.map((candidate) => `a=${candidate.replace(/^a=/, '')}`),
    ...(complete ? ['a=end-of-candidates'] : []),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * The answer as it is after a restart of ICE: with the credentials and candidates of the server's fragment instead of its own.
 * @returns undefined where the fragment has no credentials.
 */
export function restarted(answer: string, fragment: string): string | undefined {
  const news = linesOf(fragment);
  const [ufrag, pwd] = [valueOf(news, 'ice-ufrag'), valueOf(news, 'ice-pwd')];
  if (ufrag === undefined || pwd === undefined) return undefined;
  const candidates = [...new Set(news.filter((line) => /^a=(candidate:|end-of-candidates)/.test(line)))];
  const lines: string[] = [];
  let sections = 0;
  for (const line of linesOf(answer)) {
    if (/^a=(candidate:|end-of-candidates)/.test(line)) continue;
    if (line.startsWith('a=ice-ufrag:')) lines.push(`a=ice-ufrag:${ufrag}`);
    else if (line.startsWith('a=ice-pwd:')) {
      lines.push(`a=ice-pwd:${pwd}`);
      // Of a bundle, the first section's count.
      if (sections === 1 && candidates.length > 0) lines.push(...candidates.splice(0));
    } else {
      if (line.startsWith('m=')) sections++;
      lines.push(line);
    }
  }
  // Credentials stood above the media sections: the candidates go to the end of the first one.
  if (candidates.length > 0) {
    const second = lines.findIndex((line, i) => line.startsWith('m=') && i > lines.findIndex((it) => it.startsWith('m=')));
    lines.splice(second < 0 ? lines.length : second, 0, ...candidates);
  }
  return `${lines.join('\r\n')}\r\n`;
}
