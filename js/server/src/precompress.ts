// SPDX-License-Identifier: Apache-2.0
// Writes `.br` and `.gz` beside the files whose names hold a hash, so that serving them costs no compression.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { isImmutable } from './static-files.js';

const compressible = /\.(js|mjs|css|wasm|svg|json|tsm|html)$/;

/** Bytes. Larger files would hold up the start by tens of seconds; few people ask for them, and they are compressed when somebody does. */
const kLargest = 2 << 20;

/** Small files gain from zlib's larger buffers, large ones lose: the smaller result is kept. */
async function smallestGzip(data: Buffer): Promise<Buffer> {
  const [a, b] = await Promise.all([8, 9].map((memLevel) => promisify(gzip)(data, { level: 9, memLevel }))) as [Buffer, Buffer];
  return a.byteLength <= b.byteLength ? a : b;
}

/** Compresses what is new under `directory`. @returns how many files were compressed */
export async function precompress(directory: string): Promise<number> {
  let count = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !compressible.test(path) || !isImmutable(path) || existsSync(`${path}.br`)) continue;
    const data = readFileSync(path);
    if (data.byteLength < 1024 || data.byteLength > kLargest) continue;
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: data.byteLength };
    writeFileSync(`${path}.gz`, await smallestGzip(data));
    writeFileSync(`${path}.br`, await promisify(brotliCompress)(data, { params }));
    count += 1;
  }
  return count;
}
