// SPDX-License-Identifier: Apache-2.0
// Child processes that never outlive the tests: each dies with its parent and is ended by its own id.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { sleep } from './resources.js';

const execFileAsync = promisify(execFile);
const hasSetpriv = existsSync('/usr/bin/setpriv');

export interface StartOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** 'pipe' keeps the child's standard input open, and closed with this process. */
  readonly stdin?: 'pipe' | 'ignore';
}

/** A running child. `output` keeps the last 64 KiB of what it wrote, for failure messages. */
export class Child {
  output = '';
  readonly #exited: Promise<unknown>;

  constructor(readonly process: ChildProcess, readonly name: string) {
    const keep = (chunk: Buffer) => { this.output = (this.output + chunk.toString()).slice(-65_536); };
    process.stdout?.on('data', keep);
    process.stderr?.on('data', keep);
    process.on('error', error => { this.output += String(error); });
    this.#exited = once(process, 'exit').catch(() => undefined);
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.name} did not start: ${this.output}`);
    return this.process.pid;
  }

  get running(): boolean { return this.process.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null; }

  /** Waits until the output matches; fails when the child exits first. */
  async saw(pattern: RegExp, timeoutMs = 20_000): Promise<RegExpMatchArray> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const match = this.output.match(pattern);
      if (match) return match;
      if (!this.running) throw new Error(`${this.name} ended before it said ${pattern}:\n${this.output.slice(-4000)}`);
      if (performance.now() > deadline) throw new Error(`${this.name} never said ${pattern}:\n${this.output.slice(-4000)}`);
      await sleep(25);
    }
  }

  /** Ends this process (only this one) and waits for it: `signal` first, SIGKILL after 5 s. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.running) return;
    this.process.kill(signal);
    const killer = setTimeout(() => this.process.kill('SIGKILL'), 5_000);
    await this.#exited;
    clearTimeout(killer);
  }
}

/** Starts a child that the kernel kills when this process dies. */
export function start(name: string, command: string, args: readonly string[], options: StartOptions = {}): Child {
  const [file, argv] = hasSetpriv ? ['/usr/bin/setpriv', ['--pdeathsig', 'KILL', '--', command, ...args]] : [command, [...args]];
  return new Child(spawn(file, argv, {
    cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
  }), name);
}

/** Runs a command to its end and gives its standard output; a failure carries its standard error. */
export async function command(file: string, ...args: string[]): Promise<string> {
  try {
    return (await execFileAsync(file, args, { maxBuffer: 64 << 20 })).stdout;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`${file} ${args.join(' ')}: ${stderr?.trim() || (error as Error).message}`);
  }
}
