// SPDX-License-Identifier: Apache-2.0
// An Opus decoder to 48 kHz that conceals what was lost.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "wasm/base/result.h"
#include "wasm/base/units.h"

namespace tessera::opus {

class AudioDecoder {
 public:
  // `channels`: of the output, 1 or 2, whatever the packets hold. Errors: kInvalidArgument, kOutOfMemory.
  static Result<std::unique_ptr<AudioDecoder>> create(int channels);
  virtual ~AudioDecoder() = default;

  // One packet; at most 120 ms come out, channels interleaved, valid until the next call. Errors: kInvalidMessage.
  virtual Result<std::span<const float>> decode(std::span<const std::uint8_t> packet) = 0;

  // A lost packet of this length, made up from what came before. A multiple of 2.5 ms, 120 ms at most. Errors: kInvalidArgument.
  virtual Result<std::span<const float>> conceal(Duration lost) = 0;

  // A lost packet, out of the copy that the one after it carries (in-band FEC), concealed where there is none.
  // `lost` is the lost packet's length. Call decode(next) afterwards. Errors: as above.
  virtual Result<std::span<const float>> recover(std::span<const std::uint8_t> next, Duration lost) = 0;

  // A lost packet, out of the redundancy (DRED) that a later packet carries, which reaches up to 1 s back. `before` is how far
  // the lost packet's start lies before the later one's. Concealed where that packet reaches less far.
  // Errors: as above, and kUnsupported in builds without DRED.
  virtual Result<std::span<const float>> recoverFar(std::span<const std::uint8_t> later, Duration before, Duration lost) = 0;
};

// The samples per channel at 48 kHz in a packet. Errors: kInvalidMessage.
Result<int> packetSamples(std::span<const std::uint8_t> packet);

}  // namespace tessera::opus
