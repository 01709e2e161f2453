// SPDX-License-Identifier: Apache-2.0
// What runs in the mixing page: stands alone, because its text is sent there.

export interface MixRequest {
  room: string;
  name: string;
  /** '' where the server gives guests a token. */
  token: string;
}

/** What is used of tessera-rtc. */
interface Room extends EventTarget {
  readonly local: { readonly id: string };
  readonly topology: string;
  readonly topologies: readonly string[];
  setTopology(topology: string): Promise<void>;
}
interface Scope {
  tessera: { joinRoom(options: object): Promise<Room> };
  location: { origin: string };
  report(event: string, detail: string): void;
}

/** Joins, and makes the room one that is mixed as soon as everybody in it can. Gives the own participant id. */
export async function mix({ room: name, name: own, token }: MixRequest): Promise<string> {
  const scope = globalThis as unknown as Scope;
  const room = await scope.tessera.joinRoom({ url: scope.location.origin, room: name, name: own, mixing: 'only', ...(token ? { token } : {}) });
  room.addEventListener('warning', (event) => {
    const { code, message } = event as Event & { code: string; message: string };
    scope.report('warning', `${code}: ${message}`);
  });
  room.addEventListener('topologychange', (event) => scope.report('topology', (event as Event & { topology: string }).topology));
  room.addEventListener('closed', (event) => {
    const { reason, code } = event as Event & { reason: string; code: string };
    scope.report('closed', `${reason} (${code})`);
  });
  const choose = async (): Promise<boolean> => {
    if (room.topology === 'mcu') return true;
    if (!room.topologies.includes('mcu')) return false;
    return room.setTopology('mcu').then(() => true, () => false);
  };
  // Once: whoever chooses otherwise afterwards is right.
  const attempt = (): void => void choose().then((done) => done || setTimeout(attempt, 1000));
  attempt();
  return room.local.id;
}
