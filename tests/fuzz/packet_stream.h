// SPDX-License-Identifier: Apache-2.0
// How an input is read as a stream for an Opus decoder: one byte of channels, then packets, each after two bytes that say what to
// do with it and how long it is. Losses and recoveries come in any order.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "codecs/opus/audio_decoder.h"

namespace tessera::test {

enum class PacketUse : std::uint8_t { kDecode = 0, kRecoverFar = 1, kConceal = 2, kRecover = 3 };

// The two bytes: length in bits 0..10, the loss in units of 2.5 ms less one in 11..13, the use in 14..15.
inline void decodePackets(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return;
  const int channels = data[0] & 1 ? 2 : 1;
  auto decoder = opus::AudioDecoder::create(channels);
  if (!decoder) std::abort();
  ++data;
  --size;
  for (int packets = 0; size > 2 && packets < 10; ++packets) {
    const std::size_t length = std::min<std::size_t>(static_cast<std::size_t>(data[0] | (data[1] & 7) << 8), size - 2);
    const auto use = static_cast<PacketUse>(data[1] >> 6);
    const Duration lost = Duration::micros(2500 * (1 + (data[1] >> 3 & 7)));
    data += 2;
    size -= 2;
    const std::span<const std::uint8_t> packet(data, length);
    (void)opus::packetSamples(packet);
    // How far back is the packet's last byte's matter, so that damage reaches it too.
    const Duration before = Duration::micros(2500 * (1 + (length ? packet.back() : 0)));
    auto out = use == PacketUse::kConceal   ? decoder.value()->conceal(lost)
               : use == PacketUse::kRecover ? decoder.value()->recover(packet, lost)
               : use == PacketUse::kDecode  ? decoder.value()->decode(packet)
                                            : decoder.value()->recoverFar(packet, before, lost);
    if (out) {
      if (out.value().size() > static_cast<std::size_t>(5760 * channels)) std::abort();
      for (const float sample : out.value()) {
        if (!std::isfinite(sample)) std::abort();
      }
    }
    data += length;
    size -= length;
  }
}

}  // namespace tessera::test
