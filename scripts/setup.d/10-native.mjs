// SPDX-License-Identifier: Apache-2.0
// The native compiler, CMake, Ninja, SIMDe and the fuzzer's runtime.

import { existsSync } from 'node:fs';
import { aptInstall, onPath } from '../lib/host.mjs';

const packages = ['cmake', 'ninja-build', 'g++', 'ccache', 'git', 'ca-certificates', 'libsimde-dev', 'clang-14', 'libclang-rt-14-dev', 'debootstrap', 'xz-utils', 'dpkg-dev'];

export default {
  name: 'native',
  title: 'native toolchain: g++, CMake, Ninja, ccache, SIMDe, clang for fuzzing (about 1 min)',
  async isReady() {
    return (
      ['cmake', 'ninja', 'g++', 'ccache', 'clang++-14', 'debootstrap', 'dpkg-deb'].every(onPath) && existsSync('/usr/include/simde/wasm/simd128.h')
    );
  },
  async install() {
    await aptInstall(packages, 'The native build');
  },
};
