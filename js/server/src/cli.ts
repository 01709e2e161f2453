#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The command `tessera-server`: every option also as an environment variable TESSERA_*.
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { selfSignedCertificate } from './certificate.js';
import { ClusterError } from './cluster.js';
import { OptionError, type TesseraServerOptions } from './options.js';
import { precompress } from './precompress.js';
import { createTesseraServer, ListenError } from './server.js';
import { createToken } from './tokens.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

const integer = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};
const list = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It must be JSON, for example [{"urls":"stun:stun.example:3478"}].');
  }
};
const bool = (text: string | boolean): boolean => {
  if (text === true || /^(true|1|yes|on)$/i.test(String(text))) return true;
  if (/^(false|0|no|off|)$/i.test(String(text))) return false;
  throw new InvalidArgumentError('It must be true or false.');
};
const option = (flags: string, env: string, text: string) => new Option(flags, text).env(`TESSERA_${env}`);

interface Flags {
  [key: string]: unknown;
  https?: boolean;
  cert?: string;
  key?: string;
  certCache?: string;
  turnUrls?: string[];
  turnSecret?: string;
  turnTtl?: number;
  sfu?: string;
  sfuThroughServer?: boolean;
  janusUrl?: string;
  livekitUrl?: string;
  livekitKey?: string;
  livekitSecret?: string;
  livekitWhip?: boolean;
}

/** The flags of a kind of media server belong together, and only to that kind. @throws OptionError */
function sfuOf({ sfu, sfuThroughServer: throughServer = false, janusUrl, livekitUrl, livekitKey, livekitSecret, livekitWhip: whip = false }: Flags): TesseraServerOptions['sfu'] {
  if ((sfu === 'janus') !== (janusUrl !== undefined)) throw new OptionError('--sfu janus and --janus-url go together: give both or neither.');
  const livekit = [livekitUrl, livekitKey, livekitSecret].filter((value) => value !== undefined).length;
  if (livekit !== (sfu === 'livekit' ? 3 : 0)) {
    throw new OptionError('--sfu livekit, --livekit-url, --livekit-key and --livekit-secret go together: give all or none.');
  }
  if (janusUrl !== undefined) return { kind: 'janus', url: janusUrl, throughServer };
  if (livekitUrl === undefined || livekitKey === undefined || livekitSecret === undefined) return undefined;
  return { kind: 'livekit', url: livekitUrl, apiKey: livekitKey, apiSecret: livekitSecret, throughServer, whip };
}

function fail(error: unknown): never {
  const plain = [OptionError, ListenError, ClusterError, RangeError].some((kind) => error instanceof kind);
  process.stderr.write(`tessera-server: ${plain ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(plain ? 2 : 1);
}

async function httpsOf(flags: Flags): Promise<TesseraServerOptions['https']> {
  if ((flags.cert === undefined) !== (flags.key === undefined)) throw new OptionError('--cert and --key go together: give both or neither.');
  if (flags.cert !== undefined && flags.key !== undefined) {
    const read = (path: string) => {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        throw new OptionError(`Cannot read "${path}": ${(error as Error).message}`);
      }
    };
    return { cert: read(flags.cert), key: read(flags.key) };
  }
  return flags.https ? selfSignedCertificate(flags.certCache === undefined ? {} : { cacheDir: flags.certCache }) : undefined;
}

async function serve(flags: Flags): Promise<void> {
  const { https: _https, cert: _cert, key: _key, certCache: _cache, turnUrls, turnSecret, turnTtl, ...more } = flags;
  const { sfu: _sfu, sfuThroughServer: _through, janusUrl: _janus, livekitUrl: _url, livekitKey: _liveKitKey, livekitSecret: _secret, livekitWhip: _whip, ...rest } = more;
  if ((turnUrls === undefined) !== (turnSecret === undefined)) throw new OptionError('--turn-urls and --turn-secret go together: give both or neither.');
  const sfu = sfuOf(flags);
  const https = await httpsOf(flags);
  const server = createTesseraServer({
    ...(rest as TesseraServerOptions),
    ...(https ? { https } : {}),
    ...(sfu ? { sfu } : {}),
    ...(turnUrls && turnSecret !== undefined ? { turn: { urls: turnUrls, secret: turnSecret, ...(turnTtl === undefined ? {} : { ttlSeconds: turnTtl }) } } : {}),
  });
  await server.listen();
  const stop = () => {
    server.close().then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

const program = new Command('tessera-server')
  .description('Signalling for Tessera calls: rooms, join tokens, limits, TURN credentials, static files.')
  .version(version)
  .enablePositionalOptions()
  .addOption(option('--host <address>', 'HOST', 'address to listen on (default: 127.0.0.1)'))
  .addOption(option('--port <number>', 'PORT', 'port, 0 for any (default: 8080)').argParser(integer))
  .addOption(option('--static-dir <folder>', 'STATIC_DIR', 'the built web app'))
  .addOption(option('--demos-dir <folder>', 'DEMOS_DIR', 'served under /demos'))
  .addOption(option('--open-rooms [boolean]', 'OPEN_ROOMS', 'give a token to anyone who asks (default: false)').preset(true).argParser(bool))
  .addOption(option('--token-secret <secret>', 'TOKEN_SECRET', 'signs join tokens, at least 32 bytes (better given by the environment)'))
  .addOption(option('--token-ttl-seconds <seconds>', 'TOKEN_TTL_SECONDS', "lifetime of guests' tokens (default: 600)").argParser(integer))
  .addOption(option('--resume-token-ttl-seconds <seconds>', 'RESUME_TOKEN_TTL_SECONDS', 'lifetime of resume tokens (default: 43200)').argParser(integer))
  .addOption(option('--https [boolean]', 'HTTPS', 'serve HTTPS, self-signed without --cert and --key').preset(true).argParser(bool))
  .addOption(option('--cert <file>', 'CERT', 'certificate chain, PEM'))
  .addOption(option('--key <file>', 'KEY', 'private key, PEM'))
  .addOption(option('--cert-cache <folder>', 'CERT_CACHE', 'keeps the self-signed certificate between runs'))
  .addOption(option('--allowed-origins <list>', 'ALLOWED_ORIGINS', 'other origins whose pages may use this server').argParser(list))
  .addOption(option('--frame-ancestors <list>', 'FRAME_ANCESTORS', "who may show the pages in a frame (default: 'self')").argParser(list))
  .addOption(option('--trust-proxy <number>', 'TRUST_PROXY', 'reverse proxies in front (default: 0)').argParser(integer))
  .addOption(option('--metrics <who>', 'METRICS', 'who may read /metrics (default: local)').choices(['local', 'public', 'off']))
  .addOption(option('--room-capacity <number>', 'ROOM_CAPACITY', 'places in a room (default: 6; with an SFU 32)').argParser(integer))
  .addOption(option('--max-rooms <number>', 'MAX_ROOMS', 'rooms at a time (default: 1000)').argParser(integer))
  .addOption(option('--max-watchers-per-room <number>', 'MAX_WATCHERS_PER_ROOM', 'sockets in one lobby (default: 100)').argParser(integer))
  .addOption(option('--max-viewers-per-room <number>', 'MAX_VIEWERS_PER_ROOM', 'who only watch a room, with an SFU (default: 1000)').argParser(integer))
  .addOption(option('--max-sockets <number>', 'MAX_SOCKETS', 'sockets at a time (default: 10000)').argParser(integer))
  .addOption(option('--max-sockets-per-address <number>', 'MAX_SOCKETS_PER_ADDRESS', 'of them from one address (default: 256)').argParser(integer))
  .addOption(option('--max-message-bytes <number>', 'MAX_MESSAGE_BYTES', 'largest message (default: 65536)').argParser(integer))
  .addOption(option('--message-rate <number>', 'MESSAGE_RATE', 'messages a second, per socket (default: 100)').argParser(integer))
  .addOption(option('--message-burst <number>', 'MESSAGE_BURST', 'messages at once, per socket (default: 200)').argParser(integer))
  .addOption(option('--token-requests-per-minute <number>', 'TOKEN_REQUESTS_PER_MINUTE', 'per address (default: 120)').argParser(integer))
  .addOption(option('--ice-servers <json>', 'ICE_SERVERS', 'fixed ICE servers, as RTCConfiguration.iceServers').argParser(json))
  .addOption(option('--turn-urls <list>', 'TURN_URLS', 'TURN servers that share a secret with this one').argParser(list))
  .addOption(option('--turn-secret <secret>', 'TURN_SECRET', "coturn's static-auth-secret (better given by the environment)"))
  .addOption(option('--turn-ttl <seconds>', 'TURN_TTL', 'lifetime of TURN credentials (default: 3600)').argParser(integer))
  .addOption(option('--sfu <kind>', 'SFU', 'media server that carries the rooms (default: none, participants connect with each other)').choices(['janus', 'livekit']))
  .addOption(option('--janus-url <address>', 'JANUS_URL', 'its WebSocket address as pages reach it, e.g. wss://janus.example'))
  .addOption(option('--livekit-url <address>', 'LIVEKIT_URL', 'its WebSocket address as pages reach it, e.g. wss://livekit.example'))
  .addOption(option('--livekit-key <key>', 'LIVEKIT_KEY', "LiveKit's API key"))
  .addOption(option('--livekit-secret <secret>', 'LIVEKIT_SECRET', 'its secret, which signs tokens (better given by the environment)'))
  .addOption(option('--livekit-whip [boolean]', 'LIVEKIT_WHIP', 'mixes for viewers are published to it over WHIP (default: false)').preset(true).argParser(bool))
  .addOption(option('--sfu-through-server [boolean]', 'SFU_THROUGH_SERVER', 'pages reach the media server at /sfu of this one (default: false)').preset(true).argParser(bool))
  .addOption(option('--redis-url <address>', 'REDIS_URL', 'several servers carry the same rooms through this Redis (default: none)'))
  .addOption(option('--cluster-url <origin>', 'CLUSTER_URL', 'with --redis-url: where the other servers reach this one, for the relay (default: none)'))
  .addOption(option('--mesh-up-to <number>', 'MESH_UP_TO', 'people up to whom a room does without the media server, 0 for none (default: 3)').argParser(integer))
  .addOption(option('--resume-grace-ms <ms>', 'RESUME_GRACE_MS', 'how long a lost participant keeps its place (default: 15000)').argParser(integer))
  .addOption(option('--idle-timeout-ms <ms>', 'IDLE_TIMEOUT_MS', 'closes sockets that do nothing (default: 60000)').argParser(integer))
  .addOption(option('--ping-interval-ms <ms>', 'PING_INTERVAL_MS', 'heartbeat of the sockets (default: 5000)').argParser(integer))
  .addOption(option('--ping-timeout-ms <ms>', 'PING_TIMEOUT_MS', 'a socket is lost after this long without an answer (default: 4000)').argParser(integer))
  .addOption(option('--relay [boolean]', 'RELAY', 'forward media for those who cannot reach each other otherwise (default: true)').preset(true).argParser(bool))
  .addOption(option('--relay-frame-rate <number>', 'RELAY_FRAME_RATE', 'frames a second that one client may send to the relay (default: 800)').argParser(integer))
  .addOption(option('--relay-byte-rate <number>', 'RELAY_BYTE_RATE', 'bytes a second that one client may send to the relay (default: 1500000)').argParser(integer))
  .addOption(option('--relay-stall-ms <ms>', 'RELAY_STALL_MS', 'a client of the relay that acknowledges nothing for this long is disconnected (default: 10000)').argParser(integer))
  .addOption(option('--shutdown-retry-after-ms <ms>', 'SHUTDOWN_RETRY_AFTER_MS', 'when clients come back after a shutdown (default: 2000)').argParser(integer))
  .addOption(option('--log-level <level>', 'LOG_LEVEL', 'fatal, error, warn, info, debug, trace or silent (default: info)'))
  .action((flags: Flags) => serve(flags).catch(fail));

program
  .command('token')
  .description('print a join token, signed with TESSERA_TOKEN_SECRET')
  .requiredOption('--room <name>', 'the room it opens')
  .option('--name <name>', 'the name its bearer will have')
  .option('--expires-in <seconds>', 'its lifetime', integer, 600)
  .option('--viewer', 'its bearer may only watch')
  .action(async (flags: { room: string; name?: string; expiresIn: number; viewer?: true }) => {
    const secret = process.env.TESSERA_TOKEN_SECRET;
    if (secret === undefined) fail(new OptionError('Set TESSERA_TOKEN_SECRET to the secret the server uses.'));
    const token = await createToken({ room: flags.room, secret, expiresInSeconds: flags.expiresIn, ...(flags.name === undefined ? {} : { name: flags.name }), ...(flags.viewer ? { role: 'viewer' as const } : {}) }).catch(fail);
    process.stdout.write(`${token}\n`);
  });

program
  .command('precompress <folder>')
  .description('write .br and .gz beside the hashed assets of a built app')
  .action(async (folder: string) => {
    process.stdout.write(`compressed ${await precompress(folder).catch(fail)} files\n`);
  });

await program.parseAsync();
