// SPDX-License-Identifier: Apache-2.0
// Figures as people read them.

/** `850 kbit/s`, `1.2 Mbit/s`, `0 kbit/s`; a dash for what is not known. */
export function bitrate(bitsPerSecond: number | null | undefined): string {
  if (bitsPerSecond == null || !Number.isFinite(bitsPerSecond)) return '–';
  if (bitsPerSecond < 1_000) return `${Math.round(bitsPerSecond)} bit/s`.replace(/^0 bit/, '0 kbit');
  if (bitsPerSecond < 999_500) return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
  return `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
}

/** Seconds as `0:07`, `12:40`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Seconds in words: `8 seconds`, `1 minute`, `1 hour 5 minutes`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return count(whole, 'second');
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return count(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? count(hours, 'hour') : `${count(hours, 'hour')} ${count(minutes % 60, 'minute')}`;
}

/** `1 person`, `3 people`: the plural adds an s unless given. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${value} ${value === 1 ? one : many}`;
}

/** Milliseconds, `24 ms`. */
export function milliseconds(value: number | null | undefined): string {
  return value == null || !Number.isFinite(value) ? '–' : `${Math.round(value)} ms`;
}

/** A share from 0 to 1 as `0 %`, `0.4 %`, `12 %`. */
export function percent(share: number | null | undefined): string {
  if (share == null || !Number.isFinite(share)) return '–';
  const value = share * 100;
  return `${value > 0 && value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} %`;
}

/** The time of day as the person's own locale writes it, `14:05`. */
export function timeOfDay(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
