// SPDX-License-Identifier: Apache-2.0
// What the server's process takes while one sender's camera and microphone go to a hundred receivers, each on a socket of its own.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const kReceivers = 100;
const kSeconds = 8;
const kSecret = 'only for measuring, long enough for HS256';

/** Processor time of a process so far, in milliseconds, user and system. */
function processorMillis(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const lines = (child, wanted) =>
  new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line);
      if (said.msg === wanted) resolve(said);
    });
  });

export async function measureReceivers(root) {
  const server = spawn(process.execPath, [join(root, 'js/server/dist/cli.js'), '--port', '0', '--room-capacity', '64'], {
    env: { ...process.env, TESSERA_TOKEN_SECRET: kSecret, TESSERA_LOG_LEVEL: 'info' }, stdio: ['ignore', 'pipe', 'inherit'],
  });
  let load;
  try {
    const { port } = await lines(server, 'listening');
    load = spawn(process.execPath, [fileURLToPath(new URL('load.mjs', import.meta.url)), `http://127.0.0.1:${port}`, String(kReceivers), kSecret], { stdio: ['pipe', 'pipe', 'inherit'] });
    await lines(load, 'flowing');
    const [before, began] = [processorMillis(server.pid), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, kSeconds * 1000));
    const share = (processorMillis(server.pid) - before) / (performance.now() - began);
    load.stdin.end('done\n');
    const { received, sent } = await lines(load, 'received');
    if (received < sent * kReceivers * 0.98) throw new Error(`${received} of ${sent * kReceivers} frames arrived: the machine was too slow for this measurement`);
    return { receivers: kReceivers, share, perCore: Math.floor(kReceivers / share), millisPerStream: (share * 1000) / kReceivers };
  } finally {
    load?.kill();
    server.kill();
  }
}
