// SPDX-License-Identifier: Apache-2.0
// The exact optimum by dynamic programming over the budget, kilobit by kilobit: the yardstick, far too slow for a call.
#pragma once

#include <cstdint>

#include "wasm/layers/allocator.h"

namespace tessera::layers {

// The greatest sum of utilities within `kilobits`. Every option's bits have to be a multiple of 1000.
std::int64_t exactOptimum(const Problem& problem, std::int64_t kilobits);

}  // namespace tessera::layers
