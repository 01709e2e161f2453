// SPDX-License-Identifier: Apache-2.0
// A small network for calls: a bridge in the tests' own namespace and one namespace per host, whose links can be cut and addresses changed.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Child, command, start } from '../browser/lib/processes.js';
import { isRoot } from '../browser/lib/paths.js';
import { until } from '../browser/lib/resources.js';

/** Why this machine cannot have namespaces, or null when it can. */
export const withoutNamespaces = isRoot ? null : 'network namespaces need root';

/** A host of the network: a namespace that lives as long as this process holds its keeper. */
export class Host {
  #number: number;
  #throttled = false;

  private constructor(readonly network: Network, readonly name: string, readonly keeper: Child, number: number, readonly folder: string) {
    this.#number = number;
  }

  /** Makes a namespace with `lo` and `eth0`, joined to the bridge. */
  static async create(network: Network, name: string, number: number): Promise<Host> {
    const keeper = start(`namespace ${name}`, 'unshare', ['--net', '--', 'cat'], { stdin: 'pipe' });
    const folder = mkdtempSync(path.join(tmpdir(), 'tessera-host-'));
    const host = new Host(network, name, keeper, number, folder);
    // The keeper is in its namespace once its link differs from ours.
    await until(`namespace of ${name}`, async () =>
      (await command('readlink', `/proc/${keeper.pid}/ns/net`)) !== (await command('readlink', '/proc/self/ns/net')), 5_000, 20);
    await command('ip', 'link', 'add', host.port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(keeper.pid));
    await command('ip', 'link', 'set', host.port, 'master', network.bridge, 'up');
    // Without IPv6 nothing changes by itself later (its addresses settle after a second, and browsers then drop what they were loading).
    await host.run('sh', '-c', 'for f in all default eth0; do echo 1 > /proc/sys/net/ipv6/conf/$f/disable_ipv6; done 2>/dev/null || true');
    await host.run('ip', 'link', 'set', 'lo', 'up');
    await host.run('ip', 'address', 'add', `${host.address}/24`, 'dev', 'eth0');
    await host.run('ip', 'link', 'set', 'eth0', 'up');
    await host.run('ip', 'route', 'add', 'default', 'via', network.address);
    await until(`the link of ${name}`, async () => (await host.run('cat', '/proc/self/net/route')).includes('eth0')
      && / state UP /.test(await host.run('ip', 'link', 'show', 'eth0')), 5_000, 20);
    return host;
  }

  get address(): string { return `${this.network.prefix}.${this.#number}`; }
  /** The bridge's end of this host's cable. */
  get port(): string { return `t${this.network.id}${this.name}`.slice(0, 15); }

  /** Runs a command inside this host. */
  run(file: string, ...args: string[]): Promise<string> { return command('nsenter', `--net=/proc/${this.keeper.pid}/ns/net`, '--', file, ...args); }

  /** A small program that runs `file` inside this host: what a browser launcher takes as its executable. */
  wrap(file: string): string {
    const script = path.join(this.folder, path.basename(file));
    writeFileSync(script, `#!/bin/sh\nexec nsenter --net=/proc/${this.keeper.pid}/ns/net -- ${file} "$@"\n`);
    chmodSync(script, 0o755);
    return script;
  }

  /** Drops everything in both directions, silently: the host's interface stays up and hears nothing. */
  async cut(): Promise<void> { await command('bridge', 'link', 'set', 'dev', this.port, 'state', '0'); }
  async restore(): Promise<void> { await command('bridge', 'link', 'set', 'dev', this.port, 'state', '3'); }

  /** Lets no UDP in, from anywhere, this host itself included: what is sent is lost in silence. */
  async blockUdp(): Promise<void> {
    for (const rule of ['add table inet blocked', 'add chain inet blocked input { type filter hook input priority 0 ; }', 'add rule inet blocked input meta l4proto udp drop']) await this.run('nft', rule);
  }
  async allowUdp(): Promise<void> { await this.run('nft', 'delete table inet blocked'); }

  /** Lets through at most so much to this host, waiting packets in a queue of 300 ms: a slow downlink. null: as much as there is. */
  async throttle(kilobitsPerSecond: number | null): Promise<void> {
    if (this.#throttled) await command('tc', 'qdisc', 'del', 'dev', this.port, 'root');
    this.#throttled = kilobitsPerSecond !== null;
    if (kilobitsPerSecond !== null) await command('tc', 'qdisc', 'add', 'dev', this.port, 'root', 'tbf', 'rate', `${kilobitsPerSecond}kbit`, 'burst', '5kb', 'latency', '300ms');
  }

  /** Pulls the plug, as the host sees it: its interface loses its carrier. */
  async unplug(): Promise<void> { await command('ip', 'link', 'set', this.port, 'down'); }
  async plug(): Promise<void> { await command('ip', 'link', 'set', this.port, 'up'); }

  /** Takes the host's address away and gives it another of the same network, as when a laptop changes networks. */
  async changeAddress(): Promise<string> {
    const old = this.address;
    this.#number = this.network.nextNumber();
    await this.run('ip', 'address', 'del', `${old}/24`, 'dev', 'eth0');
    await this.run('ip', 'address', 'add', `${this.address}/24`, 'dev', 'eth0');
    await this.run('ip', 'route', 'replace', 'default', 'via', this.network.address);
    return this.address;
  }

  async close(): Promise<void> {
    await command('ip', 'link', 'del', this.port).catch(() => undefined);
    await this.keeper.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A /24 on a bridge in the current namespace, where servers listen on `address`. */
export class Network {
  readonly id = randomBytes(2).toString('hex');
  readonly bridge = `tsr${this.id}`;
  readonly prefix: string;
  #last = 1;
  #hosts: Host[] = [];

  private constructor(octet: number) { this.prefix = `10.77.${octet}`; }

  static async create(): Promise<Network> {
    const network = new Network(1 + randomBytes(1)[0]! % 250);
    await command('ip', 'link', 'add', network.bridge, 'type', 'bridge', 'stp_state', '0', 'forward_delay', '0');
    await command('ip', 'address', 'add', `${network.address}/24`, 'dev', network.bridge);
    await command('ip', 'link', 'set', network.bridge, 'up');
    return network;
  }

  get address(): string { return `${this.prefix}.1`; }

  /** The next number of a host never used before in this network. */
  nextNumber(): number { return ++this.#last; }

  async addHost(name: string): Promise<Host> {
    const host = await Host.create(this, name, this.nextNumber());
    this.#hosts.push(host);
    return host;
  }

  async close(): Promise<void> {
    for (const host of this.#hosts.splice(0)) await host.close();
    await command('ip', 'link', 'del', this.bridge).catch(() => undefined);
  }
}
