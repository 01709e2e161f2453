// SPDX-License-Identifier: Apache-2.0
// Fuzzes the Opus decoder: packets, losses and recoveries in any order.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "codecs/opus/audio_decoder.h"

using namespace tessera;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const int channels = data[0] & 1 ? 2 : 1;
  auto decoder = opus::AudioDecoder::create(channels);
  if (!decoder) std::abort();
  ++data;
  --size;
  while (size > 2) {
    const std::size_t length = std::min<std::size_t>(static_cast<std::size_t>(data[0] | (data[1] & 7) << 8), size - 2);
    const int what = data[1] >> 6;
    const Duration lost = Duration::micros(2500 * (1 + (data[1] >> 3 & 7)));
    data += 2;
    size -= 2;
    const std::span<const std::uint8_t> packet(data, length);
    (void)opus::packetSamples(packet);
    auto out = what == 2 ? decoder.value()->conceal(lost) : what == 3 ? decoder.value()->recover(packet, lost) : decoder.value()->decode(packet);
    if (out) {
      if (out.value().size() > static_cast<std::size_t>(5760 * channels)) std::abort();
      for (const float sample : out.value()) {
        if (!std::isfinite(sample)) std::abort();
      }
    }
    data += length;
    size -= length;
  }
  return 0;
}
