// SPDX-License-Identifier: Apache-2.0
// A timeout through Emscripten.

#include "wasm/browser/timer.h"

#include <emscripten/eventloop.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tessera::browser {

void Timer::set(Duration delay, void (*run)(void*), void* user_data) {
  clear();
  // Rounded up: a timer that fires early would find nothing due.
  id_ = emscripten_set_timeout(run, std::max(0.0, std::ceil(static_cast<double>(delay.toMicros()) / 1000)), user_data);
}

void Timer::clear() {
  if (id_ != 0) emscripten_clear_timeout(std::exchange(id_, 0));
}

}  // namespace tessera::browser
