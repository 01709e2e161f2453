// SPDX-License-Identifier: Apache-2.0
// Writes inputs to begin fuzzing with: streams that our own Opus encoder makes, in the form in which the targets read them.
//
// usage: make_packet_seeds FOLDER DRED_MS      writes FOLDER/<name>, with redundancy (DRED) where DRED_MS is above 0
#include <cmath>
#include <numbers>

#include "codecs/opus/audio_encoder.h"
#include "tests/fuzz/packet_stream.h"
#include "tests/fuzz/seeds/seeds.h"

using namespace tessera;
using namespace tessera::test;

namespace {

void appendPacket(Bytes& stream, PacketUse use, int lost_units, std::span<const std::uint8_t> packet) {
  stream.push_back(static_cast<std::uint8_t>(packet.size()));
  stream.push_back(static_cast<std::uint8_t>((packet.size() >> 8 & 7) | static_cast<unsigned>(lost_units - 1) << 3 | static_cast<unsigned>(use) << 6));
  append(stream, packet);
}

std::vector<float> voice(int frame, int samples, int channels) {
  std::vector<float> out;
  for (int i = frame * samples; i < (frame + 1) * samples; ++i) {
    const double t = i / double(opus::kSampleRate);
    double value = 0;
    for (int k = 1; k <= 6; ++k) value += std::sin(2 * std::numbers::pi * k * 150 * t) / k;
    for (int c = 0; c < channels; ++c) out.push_back(static_cast<float>(0.2 * value));
  }
  return out;
}

// Some packets decoded, one lost and concealed, one recovered out of a later one.
void makeSound(const std::string& folder, const opus::AudioEncoderConfig& config, const std::string& name) {
  auto encoder = opus::AudioEncoder::create(config).value();
  Bytes stream{static_cast<std::uint8_t>(config.channels - 1)};
  const int units = static_cast<int>(std::min<std::int64_t>(8, config.frame.toMicros() / 2500));
  for (int i = 0; i < 6; ++i) {
    const auto packet = encoder->encode(voice(i, encoder->frameSamples(), config.channels)).value();
    if (packet.size() > 2000) return;
    if (i == 2) {
      appendPacket(stream, PacketUse::kConceal, units, {});
      continue;
    }
    if (i == 3) appendPacket(stream, PacketUse::kRecover, units, packet);
    if (i == 5 && config.dred_ms > 0) appendPacket(stream, PacketUse::kRecoverFar, units, packet);
    appendPacket(stream, PacketUse::kDecode, units, packet);
  }
  writeSeed(folder + "/" + name, stream);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: make_packet_seeds FOLDER DRED_MS\n");
    return 2;
  }
  const int dred_ms = std::atoi(argv[2]);
  for (const int micros : {2500, 5000, 10'000, 20'000, 40'000, 60'000}) {
    for (const int channels : {1, 2}) {
      for (const int kilobits : {12, 24, 96}) {
        // Redundancy goes with frames of 10 and 20 ms at rates that leave room for it; fewer are enough.
        if (dred_ms > 0 && ((micros != 10'000 && micros != 20'000) || kilobits == 12)) continue;
        opus::AudioEncoderConfig config;
        config.channels = channels;
        config.frame = Duration::micros(micros);
        config.bitrate = DataRate::kilobitsPerSecond(kilobits);
        config.application = kilobits > 64 ? opus::Application::kAudio : opus::Application::kVoice;
        config.in_band_fec = true;
        config.expected_loss_percent = 20;
        config.dred_ms = dred_ms;
        makeSound(argv[1], config, std::to_string(micros) + "-" + std::to_string(channels) + "-" + std::to_string(kilobits));
      }
    }
  }
}
