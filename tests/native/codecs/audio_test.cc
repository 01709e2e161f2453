// SPDX-License-Identifier: Apache-2.0
// Opus: frame lengths, channels, settings on the fly, silence, loss and damage.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "codecs/opus/audio_decoder.h"
#include "codecs/opus/audio_encoder.h"

using namespace tessera;
using namespace tessera::opus;

namespace {

// A voiced sound: harmonics of a gliding pitch under a slow envelope.
std::vector<float> voice(int samples, int channels, int from = 0) {
  std::vector<float> out;
  for (int i = from; i < from + samples; ++i) {
    const double t = i / double(kSampleRate);
    double value = 0;
    for (int k = 1; k <= 12; ++k) value += std::sin(2 * std::numbers::pi * k * (140 * t + 10 * std::sin(3 * t))) / k;
    const double envelope = 0.15 * (1 + std::sin(2 * std::numbers::pi * 2.5 * t));
    for (int c = 0; c < channels; ++c) out.push_back(static_cast<float>(value * envelope * (c ? 0.6 : 1.0)));
  }
  return out;
}

double energy(std::span<const float> samples) {
  double sum = 0;
  for (const float s : samples) sum += double(s) * s;
  return sum / static_cast<double>(samples.size());
}

// Signal-to-noise ratio in dB of `decoded` against `original` delayed by `delay` samples (all channels counted).
double snr(const std::vector<float>& original, const std::vector<float>& decoded, std::size_t delay, std::size_t skip) {
  double signal = 0, noise = 0;
  for (std::size_t i = skip; i + delay < decoded.size() && i < original.size(); ++i) {
    signal += double(original[i]) * original[i];
    const double d = double(decoded[i + delay]) - original[i];
    noise += d * d;
  }
  return 10 * std::log10(signal / noise);
}

}  // namespace

TEST_CASE("every frame length in mono and stereo comes back as it went in", "[codecs]") {
  for (const int micros : {2500, 5000, 10'000, 20'000, 40'000, 60'000}) {
    for (const int channels : {1, 2}) {
      DYNAMIC_SECTION(micros << " us, " << channels << " channels") {
        AudioEncoderConfig config;
        config.channels = channels;
        config.frame = Duration::micros(micros);
        config.bitrate = DataRate::kilobitsPerSecond(128);
        config.application = Application::kAudio;
        auto encoder = AudioEncoder::create(config);
        auto decoder = AudioDecoder::create(channels);
        REQUIRE((encoder && decoder));
        const int samples = encoder.value()->frameSamples();
        CHECK(samples == micros * 48 / 1000);
        const auto original = voice(kSampleRate, channels);
        std::vector<float> decoded;
        const auto step = static_cast<std::size_t>(samples * channels);
        for (std::size_t at = 0; at + step <= original.size(); at += step) {
          auto packet = encoder.value()->encode(std::span(original).subspan(at, step));
          REQUIRE(packet);
          CHECK(packetSamples(packet.value()).value() == samples);
          auto out = decoder.value()->decode(packet.value());
          REQUIRE(out);
          REQUIRE(out.value().size() == step);
          decoded.insert(decoded.end(), out.value().begin(), out.value().end());
        }
        const auto delay = static_cast<std::size_t>(encoder.value()->lookahead() * channels);
        CHECK(snr(original, decoded, delay, static_cast<std::size_t>(channels * kSampleRate / 4)) > 12);
      }
    }
  }
}

TEST_CASE("bitrate changes on the fly, and DTX sends nothing of silence", "[codecs]") {
  AudioEncoderConfig config;
  config.bitrate = DataRate::kilobitsPerSecond(64);
  config.dtx = true;
  auto encoder = AudioEncoder::create(config);
  REQUIRE(encoder);
  const auto size = [&](bool silent, int frames, int from) {
    std::size_t total = 0;
    for (int i = 0; i < frames; ++i) {
      const auto samples = silent ? std::vector<float>(960, 0.0F) : voice(960, 1, (from + i) * 960);
      total += encoder.value()->encode(samples).value().size();
    }
    return static_cast<double>(total) / frames;
  };
  const double high = size(false, 50, 0);
  REQUIRE(encoder.value()->setBitrate(DataRate::kilobitsPerSecond(16)));
  const double low = size(false, 50, 50);
  CHECK(high > 2.5 * low);
  size(true, 50, 0);
  CHECK(size(true, 50, 0) < 4);
  CHECK_FALSE(encoder.value()->setBitrate(DataRate::kilobitsPerSecond(1)));
  CHECK_FALSE(encoder.value()->setExpectedLoss(101));
}

TEST_CASE("a lost packet is recovered from the next one, better than concealed, once losses are expected", "[codecs]") {
  AudioEncoderConfig config;
  config.bitrate = DataRate::kilobitsPerSecond(32);
  config.in_band_fec = true;
  auto encoder = AudioEncoder::create(config);
  REQUIRE(encoder);
  // For the first half no loss is expected, so that no copies go along; then a quarter of the packets.
  constexpr std::size_t kHalf = 60;
  std::vector<std::vector<std::uint8_t>> packets;
  for (std::size_t i = 0; i < 2 * kHalf; ++i) {
    if (i == kHalf) REQUIRE(encoder.value()->setExpectedLoss(25));
    const auto packet = encoder.value()->encode(voice(960, 1, static_cast<int>(i) * 960)).value();
    packets.emplace_back(packet.begin(), packet.end());
  }
  double error[2][2] = {};  // [losses expected][recovered rather than concealed]
  for (const bool copy : {true, false}) {
    auto decoder = AudioDecoder::create(1);
    auto whole = AudioDecoder::create(1);
    REQUIRE((decoder && whole));
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const auto reference = whole.value()->decode(packets[i]).value();
      const bool lost = i > 10 && i % 6 == 0 && i + 1 < packets.size() && (i < kHalf || i > kHalf + 10);
      auto out = !lost ? decoder.value()->decode(packets[i]) : copy ? decoder.value()->recover(packets[i + 1], Duration::millis(20)) : decoder.value()->conceal(Duration::millis(20));
      REQUIRE(out);
      REQUIRE(out.value().size() == reference.size());
      if (!lost) continue;
      for (std::size_t k = 0; k < reference.size(); ++k) error[i >= kHalf][copy] += std::pow(double(out.value()[k]) - reference[k], 2);
    }
  }
  CHECK(error[true][true] < 0.5 * error[true][false]);
  CHECK(error[false][true] > 0.9 * error[false][false]);
}

TEST_CASE("concealment fades, never rings on", "[codecs]") {
  auto encoder = AudioEncoder::create({});
  auto decoder = AudioDecoder::create(1);
  REQUIRE((encoder && decoder));
  double before = 0;
  for (int i = 0; i < 20; ++i) before = energy(decoder.value()->decode(encoder.value()->encode(voice(960, 1, i * 960)).value()).value());
  double first = 0, last = 0;
  for (int i = 0; i < 50; ++i) (i ? last : first) = energy(decoder.value()->conceal(Duration::millis(20)).value());
  CHECK(first > before / 20);
  CHECK(last < before / 100);
}

TEST_CASE("what Opus cannot take is refused", "[codecs]") {
  AudioEncoderConfig config;
  config.channels = 3;
  CHECK_FALSE(AudioEncoder::create(config));
  config.channels = 1;
  config.frame = Duration::millis(15);
  CHECK_FALSE(AudioEncoder::create(config));
  CHECK_FALSE(AudioDecoder::create(0));
  auto decoder = AudioDecoder::create(2);
  REQUIRE(decoder);
  CHECK(decoder.value()->decode({}).error().code == ErrorCode::kInvalidMessage);
  const std::vector<std::uint8_t> bad{0xff, 0xff, 0xff};
  CHECK(decoder.value()->decode(bad).error().code == ErrorCode::kInvalidMessage);
  CHECK(decoder.value()->conceal(Duration::millis(3)).error().code == ErrorCode::kInvalidArgument);
  CHECK(decoder.value()->conceal(Duration::millis(20)));
  CHECK_FALSE(packetSamples(bad));
}
