// SPDX-License-Identifier: Apache-2.0
// Runs a real coturn, as Debian packages it, in a namespace of its own: over UDP, TCP and TLS, with time-limited credentials.
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Host } from '../../net/network.js';
import { type Child, command, start } from './processes.js';
import { removeFolder, until } from './resources.js';

const kPort = 3478;
const kTlsPort = 5349;

export class Coturn {
  /** As `--turn-secret` of the signalling server. */
  readonly secret = 'shared-by-coturn-and-the-signalling-server';
  #child: Child | null = null;

  private constructor(readonly host: Host, readonly folder: string) {}

  static async start(host: Host): Promise<Coturn> {
    if (!existsSync('/usr/bin/turnserver')) throw new Error('coturn is not installed: run scripts/setup');
    const coturn = new Coturn(host, mkdtempSync(path.join(tmpdir(), 'tessera-coturn-')));
    const { folder } = coturn;
    const file = (name: string) => path.join(folder, name);
    await command('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${host.address}`,
      '-addext', `subjectAltName=IP:${host.address}`, '-keyout', file('key.pem'), '-out', file('cert.pem'));
    writeFileSync(file('turnserver.conf'), `listening-ip=${host.address}
relay-ip=${host.address}
listening-port=${kPort}
tls-listening-port=${kTlsPort}
min-port=49200
max-port=49400
use-auth-secret
static-auth-secret=${coturn.secret}
realm=tessera.test
cert=${file('cert.pem')}
pkey=${file('key.pem')}
no-cli
no-multicast-peers
pidfile=${file('pid')}
userdb=${file('users')}
log-file=stdout
simple-log
`);
    coturn.#child = start('coturn', 'nsenter', [`--net=/proc/${host.keeper.pid}/ns/net`, '--', '/usr/bin/turnserver', '-c', file('turnserver.conf')]);
    await until('coturn to listen', async () => {
      if (!coturn.#child?.running) throw new Error(`coturn ended: ${coturn.output.slice(-2000)}`);
      const listening = (await host.run('cat', '/proc/net/tcp')).toUpperCase();
      return [kPort, kTlsPort].every(port => listening.includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`));
    }, 20_000, 50);
    return coturn;
  }

  /** Its address over one transport. */
  url(transport: 'udp' | 'tcp' | 'tls'): string {
    return transport === 'tls' ? `turns:${this.host.address}:${kTlsPort}?transport=tcp` : `turn:${this.host.address}:${kPort}?transport=${transport}`;
  }

  get output(): string { return this.#child?.output ?? ''; }

  async close(): Promise<void> {
    await this.#child?.end('SIGTERM');
    removeFolder(this.folder);
  }
}
