// SPDX-License-Identifier: Apache-2.0
// Types of selfie-model.mjs.

import type { Plugin } from 'vite';

export function selfieModel(): Plugin;
