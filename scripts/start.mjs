// SPDX-License-Identifier: Apache-2.0
// npm start: sets up and builds what is missing, then serves the web app with open rooms until Ctrl-C.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, shipped } from './build.mjs';
import { SetupError, cache, canUseApt, log, main, root } from './lib/host.mjs';
import { kinds, startLocalSfu } from './lib/local-sfu.mjs';
import { setUp } from './setup.mjs';

const help = `npm start [-- OPTION...]

Sets up and builds what is missing, then serves the web app on http://localhost:8080.

  --https       serve HTTPS, so that other devices on the network may use their cameras;
                with a certificate made here unless --cert and --key are given
  --cert FILE   certificate chain, PEM
  --key FILE    private key, PEM
  --port N      another port than 8080; 0 for any free one
  --host H      listen on this address only (default: every address of this machine)
  --sfu KIND    media server for rooms of more than three people: janus, livekit or none
                (default: whichever there is on this machine, Janus first)
  --verbose     print the server's log
  --help        this text`;

function options() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        https: { type: 'boolean', default: false },
        cert: { type: 'string' },
        key: { type: 'string' },
        port: { type: 'string', default: '8080' },
        host: { type: 'string' },
        sfu: { type: 'string' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new SetupError(`${error.message.replace(/\.?$/, '.')} See npm start -- --help`);
  }
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535) throw new SetupError('--port takes a number from 0 to 65535.');
  if (Boolean(values.cert) !== Boolean(values.key)) throw new SetupError('--cert and --key go together: give both or neither.');
  if (values.sfu !== undefined && values.sfu !== 'none' && !kinds[values.sfu]) throw new SetupError('--sfu takes janus, livekit or none.');
  return { ...values, port: Number(values.port), https: values.https || Boolean(values.cert) };
}

/** A file a person named on the command line; npm runs scripts in the root, INIT_CWD is where the person was. */
function readNamed(path) {
  try {
    return readFileSync(resolve(process.env.INIT_CWD ?? '.', path), 'utf8');
  } catch (error) {
    throw new SetupError(`Cannot read ${path}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}.`);
  }
}

/** Signs guests' tokens; kept, so that calls survive a restart of the server. */
function tokenSecret() {
  const path = join(cache, 'start/token-secret');
  if (!existsSync(path)) {
    mkdirSync(join(cache, 'start'), { recursive: true, mode: 0o700 });
    writeFileSync(path, randomBytes(48).toString('base64'), { mode: 0o600 });
  }
  return readFileSync(path, 'utf8');
}

/**
 * Brings a media server along where it can.
 * @returns {Promise<{title: string, options: object, stop: () => Promise<void>} | {why: string}>}
 */
async function mediaServer(wanted) {
  if (wanted === 'none') return { why: 'as --sfu none asks for' };
  if (wanted !== 'livekit' && kinds.janus.missing() && canUseApt()) {
    await setUp({ only: ['janus'] }).catch((error) => log(`Janus could not be installed: ${error.message}`));
  }
  const reasons = [];
  for (const kind of wanted ? [wanted] : Object.keys(kinds)) {
    const { title, missing } = kinds[kind];
    const why = missing();
    if (why) reasons.push(`${title}: ${why}`);
    else {
      const started = await startLocalSfu(kind, log);
      if (started) return { title, ...started };
      reasons.push(`${title}: it does not start`);
    }
  }
  return { why: reasons.join('; ') };
}

/** Addresses other devices on the network reach this machine by, IPv4 first. */
function sharedAddresses() {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []).filter((item) => !item.internal);
  const v4 = all.filter((item) => item.family === 'IPv4' && !item.address.startsWith('169.254.')).map((item) => item.address);
  const v6 = all.filter((item) => item.family === 'IPv6' && !item.address.startsWith('fe80:')).map((item) => `[${item.address}]`);
  return v4.length ? v4 : v6.slice(0, 1);
}

/** Listens on every address: IPv6 and IPv4 in one where the machine has both, else IPv4. */
async function listen(createTesseraServer, settings, host) {
  if (host !== undefined) return createTesseraServer({ ...settings, host }).listen();
  const both = createTesseraServer({ ...settings, host: '::' });
  try {
    return await both.listen();
  } catch (error) {
    await both.close();
    if (!['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'].includes(error.cause?.code)) throw error;
    return createTesseraServer({ ...settings, host: '0.0.0.0' }).listen();
  }
}

function announce(server, { https, cert, host }, sfu) {
  const everywhere = host === undefined || host === '0.0.0.0' || host === '::';
  const shared = everywhere ? sharedAddresses().map((address) => `${https ? 'https' : 'http'}://${address}:${server.port}`) : [];
  const lines = ['', `  Open:   ${everywhere ? server.url.replace(/\/\/[^/]*:/, '//localhost:') : server.url}`];
  for (const address of shared) lines.push(`  Share:  ${address}`);
  lines.push('', sfu.options ? `  Rooms of more than three people go through ${sfu.title} on this machine.` : `  No media server: rooms hold up to six people, each connected with each. (${sfu.why})`);
  if (!https) lines.push('', '  Browsers give other devices no camera over plain http. For calls with them: npm start -- --https');
  else if (!cert) lines.push('', '  The certificate was made here, so browsers warn once: choose "Advanced", then go on to the page.');
  lines.push('', '  Ctrl-C stops.', '');
  console.log(lines.join('\n'));
}

await main(async () => {
  const given = options();
  if (given.help) return void console.log(help);
  const files = given.cert ? { cert: readNamed(given.cert), key: readNamed(given.key) } : undefined;
  await setUp({ purpose: 'run' });
  await build(shipped);
  const { createTesseraServer, precompress, selfSignedCertificate } = await import(join(root, 'js/server/dist/index.js'));
  const staticDir = join(root, 'www/app/dist');
  await precompress(staticDir);
  const sfu = await mediaServer(given.sfu);
  const settings = {
    ...(sfu.options ? { sfu: sfu.options } : {}),
    port: given.port,
    staticDir,
    openRooms: true,
    tokenSecret: tokenSecret(),
    allowedOrigins: ['http://localhost:*', 'http://127.0.0.1:*', 'https://localhost:*'],
    logLevel: given.verbose ? 'info' : 'warn',
    ...(given.https ? { https: files ?? (await selfSignedCertificate({ cacheDir: join(cache, 'start/https') })) } : {}),
  };
  let server;
  try {
    server = await listen(createTesseraServer, settings, given.host);
  } catch (error) {
    await sfu.stop?.();
    if (['ListenError', 'OptionError'].includes(error.name)) throw new SetupError(error.message);
    throw error;
  }
  announce(server, given, sfu);
  await new Promise((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
  });
  await server.close({ deadlineMs: 2000 });
  await sfu.stop?.();
});
