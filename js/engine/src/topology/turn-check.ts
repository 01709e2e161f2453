// SPDX-License-Identifier: Apache-2.0
// Why nothing can be relayed through the TURN servers: asks them for an address, and gives what they answered.

/** How long the servers may take, in milliseconds. */
const kAtMost = 10_000;

/** The STUN and TURN error codes that say the credentials are not accepted (RFC 8489 and RFC 8656). */
const kUnauthorized: readonly number[] = [401, 403, 438, 441];

const urlsOf = ({ urls }: RTCIceServer): string[] => (Array.isArray(urls) ? urls : [urls]);

/**
 * @internal
 * @returns undefined if a relayed address was given, or if there are no TURN servers to ask.
 */
export async function checkTurn(iceServers: readonly RTCIceServer[], signal: AbortSignal): Promise<{ code: 'turn-unauthorized' | 'turn-unreachable'; message: string } | undefined> {
  const turn = iceServers.filter((server) => urlsOf(server).some((url) => url.startsWith('turn')));
  if (turn.length === 0 || signal.aborted) return undefined;
  const pc = new RTCPeerConnection({ iceServers: turn, iceTransportPolicy: 'relay' });
  const refusals = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const given = new Promise<boolean>((resolve) => {
      pc.addEventListener('icecandidate', ({ candidate }) => resolve(candidate !== null && candidate.candidate !== ''));
      pc.addEventListener('icecandidateerror', ({ url, errorCode, errorText }) => {
        if (kUnauthorized.includes(errorCode)) refusals.set(url, `${errorCode} ${errorText}`.trim());
      });
      signal.addEventListener('abort', () => resolve(true), { once: true });
      timer = setTimeout(() => resolve(false), kAtMost);
    });
    pc.createDataChannel('check');
    await pc.setLocalDescription();
    if (await given) return undefined;
  } finally {
    clearTimeout(timer);
    pc.close();
  }
  const [refusal] = refusals;
  if (refusal) {
    const message = `The TURN server ${refusal[0]} does not accept the credentials (${refusal[1]}): it and the signalling server must have the same secret, and clocks that agree.`;
    return { code: 'turn-unauthorized', message };
  }
  return { code: 'turn-unreachable', message: `No TURN server answers (${turn.flatMap(urlsOf).join(', ')}): the network blocks the way there, or it does not run.` };
}
