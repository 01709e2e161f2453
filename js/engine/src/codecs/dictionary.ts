// SPDX-License-Identifier: Apache-2.0
// Copies a configuration as WebIDL converts a dictionary: known members only, each brought to its type, defaults filled in.

/** Brings a value to a member's type. @throws TypeError where it cannot be. */
export type Kind = (value: unknown, name: string) => unknown;

interface Member {
  kind: Kind;
  required?: boolean;
  /** Taken where the member is absent; none if undefined. */
  otherwise?: unknown;
}
export type Members = Record<string, Kind | Member>;

/** https://webidl.spec.whatwg.org/#EnforceRange, from `least` to `most`. */
export const integer = (least: number, most: number): Kind => (value, name) => {
  const number = Math.trunc(Number(value));
  if (!(number >= least && number <= most)) throw new TypeError(`${name} is a whole number, ${least} to ${most}`);
  // -0 is 0.
  return number + 0;
};
export const unsignedLong = integer(0, 2 ** 32 - 1);
/** As far as whole numbers are exact. */
export const unsignedLongLong = integer(0, Number.MAX_SAFE_INTEGER);

export const double: Kind = (value, name) => {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError(`${name} is a number`);
  return number;
};

export const text: Kind = (value) => String(value);
export const flag: Kind = (value) => Boolean(value);
export const asItIs: Kind = (value) => value;

export const oneOf = (...names: string[]): Kind => (value, name) => {
  if (!names.includes(String(value))) throw new TypeError(`${name} is one of ${names.join(', ')}`);
  return String(value);
};

/** A dictionary in a dictionary. */
export const dictionary = (members: Members): Kind => (value, name) => copyDictionary(value, members, name);

/** @throws TypeError for what is no object, lacks a required member, or has one that cannot be converted. */
export function copyDictionary(value: unknown, members: Members, what = 'the configuration'): Record<string, unknown> {
  if (value === undefined || value === null) value = {};
  if (typeof value !== 'object' && typeof value !== 'function') throw new TypeError(`${what} is an object`);
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    const { kind, required = false, otherwise }: Member = typeof member === 'function' ? { kind: member } : member;
    const given = (value as Record<string, unknown>)[name];
    if (given !== undefined) copy[name] = kind(given, name);
    else if (required) throw new TypeError(`${what} lacks ${name}`);
    else if (otherwise !== undefined) copy[name] = otherwise;
  }
  return copy;
}
