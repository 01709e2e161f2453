// SPDX-License-Identifier: Apache-2.0
// A self-signed certificate for trying things out on a local network, kept so that browsers ask only once.
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface SelfSignedOptions {
  /** Names and addresses the certificate is for. Default: localhost, this machine's name and its addresses. */
  hosts?: string[];
  /** Folder where certificate and key are kept between runs. Default: kept nowhere. */
  cacheDir?: string;
}

const kDays = 365;

/** The IPv4 and global IPv6 addresses of this machine, loopback aside. */
export function machineAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((item) => !item.internal && !item.address.startsWith('fe80:'))
    .map((item) => item.address);
}

function cached(files: { cert: string; key: string }, hosts: string[]): { cert: string; key: string } | undefined {
  try {
    const cert = readFileSync(files.cert, 'utf8');
    const key = readFileSync(files.key, 'utf8');
    const parsed = new X509Certificate(cert);
    const fits = hosts.every((host) => (isIP(host) ? parsed.checkIP(host) : parsed.checkHost(host)) !== undefined);
    const weekAhead = Date.now() + 7 * 86_400_000;
    return fits && Date.parse(parsed.validTo) > weekAhead ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a certificate and key (ECDSA P-256, PEM, valid for a year), or takes the kept ones while they fit. */
export async function selfSignedCertificate(options: SelfSignedOptions = {}): Promise<{ cert: string; key: string }> {
  const hosts = options.hosts ?? ['localhost', hostname(), '127.0.0.1', '::1', ...machineAddresses()];
  const files = options.cacheDir === undefined ? undefined : { cert: join(options.cacheDir, 'cert.pem'), key: join(options.cacheDir, 'key.pem') };
  const kept = files && cached(files, hosts);
  if (kept) return kept;
  const made = await generate([{ name: 'commonName', value: 'Tessera (self-signed)' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + kDays * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: hosts.map((host) => (isIP(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host })) },
    ],
  });
  const result = { cert: made.cert, key: made.private };
  if (files) {
    mkdirSync(options.cacheDir ?? '.', { recursive: true, mode: 0o700 });
    writeFileSync(files.cert, result.cert);
    writeFileSync(files.key, result.key, { mode: 0o600 });
  }
  return result;
}
