// SPDX-License-Identifier: Apache-2.0
// The unit of audio that everything here works on: one render quantum of the Web Audio API, in short segments.
#pragma once

#include <array>

namespace tessera::audio {

// Samples of one block: a render quantum (Web Audio API, 2.4.2).
inline constexpr int kBlock = 128;
// Samples over which the limiter takes one peak.
inline constexpr int kSegment = 32;
// Inputs of one mixer.
inline constexpr int kMaxInputs = 32;
// Outputs: one for each input, which leaves that input out, and the mix of all.
inline constexpr int kMaxOutputs = kMaxInputs + 1;
inline constexpr int kMixOutput = kMaxInputs;

// Mono samples, full scale -1..1; more than that is allowed on the way.
struct alignas(16) Block : std::array<float, kBlock> {};

}  // namespace tessera::audio
