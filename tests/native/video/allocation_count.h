// SPDX-License-Identifier: Apache-2.0
// Counts what the whole test program allocates with new, so that a test can say "nothing".
#pragma once

namespace tessera::video::test {

long allocationCount();

}  // namespace tessera::video::test
