// SPDX-License-Identifier: Apache-2.0
// Layer selection: how near the exact optimum, how calm over time beside other policies, and how fast, natively and as WebAssembly.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const instances = 10_000;
const seconds = 120;
const receivers = 1000;
const roomSeconds = 20;

/** Measured traces beside the checkout, where there are any; the bench makes its own besides. */
function traces(root) {
  const folder = process.env.TESSERA_TRACES ?? join(root, '../shared/data/traces');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.txt'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Microseconds of one decision in WebAssembly: the median of rounds, in Node. */
async function solveInWasm(root, sources) {
  const generated = join(root, 'js/engine/src/generated');
  const { default: create } = await import(join(generated, 'layers_simulator.mjs'));
  const module = await create({
    instantiateWasm(imports, done) {
      void WebAssembly.instantiate(readFileSync(join(generated, 'layers_simulator.wasm')), imports).then(({ instance }) => done(instance));
      return {};
    },
  });
  const simulator = new module.Simulator(1, false);
  const count = Math.ceil(12_000 / sources);
  for (let i = 0; i < 5; i++) simulator.solveMany(sources, count);
  const rounds = Array.from({ length: 25 }, () => {
    const before = performance.now();
    simulator.solveMany(sources, count);
    return ((performance.now() - before) * 1000) / count;
  });
  simulator.delete();
  return rounds.sort((a, b) => a - b)[12];
}

const round = (value, digits = 4) => Math.round(value * 10 ** digits) / 10 ** digits;

/** Rows with their names first, columns as wide as they need. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows.map((row) => `  ${row.map((cell, column) => (column ? String(cell).padStart(widths[column]) : String(cell).padEnd(widths[0]))).join('  ')}`).join('\n');
}

export default {
  name: 'layers',
  title: 'Layer selection against the exact optimum and the rules of other SFUs; speed',
  targets: ['wasm', 'native'],
  async run({ root, log = console.error }) {
    const program = join(root, 'build/native/tests/layers_bench');
    const ask = (...args) => JSON.parse(execFileSync(program, args.map(String), { encoding: 'utf8', maxBuffer: 1 << 24 }));

    log(`${instances} rooms of 2 to 49 tiles, budgets from 0.15 to 10 Mbit/s, against the exact optimum`);
    const fixed = ask('static', instances);
    const names = ['tessera', 'livekit', 'jitsi', 'mediasoup', 'janus'];
    log(table([['share of the optimum', 'mean', 'p10'], ...names.map((name) => [name, fixed[name].mean.toFixed(4), fixed[name].p10.toFixed(4)])]));
    log(`  tessera is optimal in ${fixed.optimal} of ${fixed.instances}, ${fixed.tessera.worst.toFixed(4)} at worst`);

    const measured = traces(root);
    log(`calls of ${seconds} s over ${measured.length} measured and the synthetic traces`);
    const { policies } = ask('dynamic', seconds, ...measured);
    const columns = [
      ['utility_mean', 'utility'], ['utility_p10', 'p10'], ['switches_per_minute', 'switches/min'], ['overload_s_per_minute', 'overload s/min'], ['stall_s_per_minute', 'stall s/min'],
      ['recovery_s', 'recovery s'], ['wasted_bits', 'wasted'], ['jain', 'Jain'], ['longest_pinned_freeze_s', 'longest pinned freeze s'],
    ];
    log(table([['of the clairvoyant', ...columns.map(([, title]) => title)], ...Object.entries(policies).map(([name, figures]) => [name, ...columns.map(([key]) => figures[key].toFixed(3))])]));

    log(`a room of ${receivers} receivers, ${roomSeconds} s of it`);
    const room = ask('room', receivers, roomSeconds);
    log(`  ${room.speed} simulated seconds a second on one core, ${(room.encoded_share * 100).toFixed(0)} % of the offered layers are encoded`);

    const native = ask('speed');
    const wasm12 = await solveInWasm(root, 12);
    const wasm200 = await solveInWasm(root, 200);
    log(`one decision: 12 sources ${native.solve12_us} µs native, ${wasm12.toFixed(1)} µs in WebAssembly; 200 sources ${native.solve200_us} and ${wasm200.toFixed(1)} µs`);

    const { tessera, resolve } = policies;
    return {
      ratios: {
        dynamic_utility_vs_resolve: round(tessera.utility_mean / resolve.utility_mean),
        switches_vs_resolve: round(tessera.switches_per_minute / resolve.switches_per_minute),
        stall_vs_resolve: round(tessera.stall_s_per_minute / resolve.stall_s_per_minute),
      },
      values: {
        static_mean: round(fixed.tessera.mean, 6),
        static_p10: round(fixed.tessera.p10, 6),
        best_other_static_mean: round(Math.max(...names.slice(1).map((name) => fixed[name].mean))),
        best_other_dynamic_utility: round(Math.max(...names.slice(1).map((name) => policies[name].utility_mean))),
        dynamic_utility: tessera.utility_mean,
        solve12_native_us: round(native.solve12_us, 2),
        solve12_wasm_us: round(wasm12, 2),
        solve200_native_us: round(native.solve200_us, 1),
        solve200_wasm_us: round(wasm200, 1),
        sim1000_speed: room.speed,
      },
    };
  },
};
