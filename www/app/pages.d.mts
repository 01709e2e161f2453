// SPDX-License-Identifier: Apache-2.0
// Types of pages.mjs.

import type { Plugin } from 'vite';

export function findDemos(demos: string): { name: string; title: string; description: string }[];
export function pages(options: { www: string }): Plugin;
