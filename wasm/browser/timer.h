// SPDX-License-Identifier: Apache-2.0
// One timeout of the page's event loop, replaced when set again, gone with its owner.

#pragma once

#include "wasm/base/units.h"

namespace tessera::browser {

class Timer {
 public:
  Timer() = default;
  ~Timer() { clear(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // `run` is called with `user_data` once, and should forget() the timer first.
  void set(Duration delay, void (*run)(void*), void* user_data);
  void clear();
  void forget() { id_ = 0; }

 private:
  int id_ = 0;
};

}  // namespace tessera::browser
