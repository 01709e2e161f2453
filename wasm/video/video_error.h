// SPDX-License-Identifier: Apache-2.0
// The errors that frames and pictures from outside can cause.
#pragma once

#include "wasm/base/result.h"

namespace tessera::video {

inline Error frameInvalid(const char* message) { return Error{ErrorCode::kInvalidArgument, message}; }

}  // namespace tessera::video
