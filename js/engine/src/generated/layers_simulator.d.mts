// TypeScript bindings for emscripten-generated code.  Automatically generated at compile time.
interface WasmModule {
}

type EmbindString = ArrayBuffer|Uint8Array|Uint8ClampedArray|Int8Array|string;
export interface ClassHandle {
  isAliasOf(other: ClassHandle): boolean;
  delete(): void;
  deleteLater(): this;
  isDeleted(): boolean;
  // @ts-ignore - If targeting lower than ESNext, this symbol might not exist.
  [Symbol.dispose](): void;
  clone(): this;
}
export interface Simulator extends ClassHandle {
  setTile(index: number, width: number, height: number, visible: boolean, pinned: boolean, speaking: boolean): void;
  step(ticks: number): void;
  policies(): number;
  switches(policy: number): number;
  shownHeight(policy: number, tile: number): number;
  setBandwidth(kilobitsPerSecond: number): void;
  seconds(): number;
  capacity(): number;
  arriving(policy: number): number;
  believed(policy: number): number;
  utility(policy: number): number;
  utilityOverall(policy: number): number;
  stallSeconds(policy: number): number;
  megabits(policy: number): number;
  wastedShare(policy: number): number;
  shownFrameRate(policy: number, tile: number): number;
  solveMany(sources: number, rounds: number): number;
  setTrace(nameOrText: EmbindString): string;
  policyName(policy: number): string;
}

interface EmbindModule {
  Simulator: {
    new(_0: number, _1: boolean): Simulator;
  };
}

export type MainModule = WasmModule & EmbindModule;
export default function MainModuleFactory (options?: unknown): Promise<MainModule>;
