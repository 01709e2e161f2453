// SPDX-License-Identifier: Apache-2.0
// Levels over seconds: who speaks, how loud they become, and who is the active speaker.
#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "reference.h"
#include "wasm/audio/mixer.h"

using namespace tessera::audio;
using namespace tessera::audio::test;

namespace {

constexpr float kSeconds = kBlock / 48000.0f;
int blocks(double seconds) { return static_cast<int>(seconds / kSeconds); }

// Speech as levels see it: syllables of 0.3 s with pauses of 0.1 s.
bool syllable(int block) { return block % blocks(0.4) < blocks(0.3); }

// Seconds until the decision is `wanted`; -1 if that does not happen within 10 s.
double until(ActiveSpeaker& speaker, std::array<float, kMaxInputs> levels, int wanted) {
  for (int i = 0; i < blocks(10); ++i)
    if (speaker.next(levels) == wanted) return i * kSeconds;
  return -1;
}

}  // namespace

TEST_CASE("steady noise is not speech, speech above it is", "[audio][levels]") {
  SpeechLevel level;
  level.start(kSeconds);
  const float noise = 1e-4f;  // -40 dBFS
  for (int i = 0; i < blocks(20); ++i) level.add(noise);
  CHECK_FALSE(level.speaking());
  int spoke = 0;
  for (int i = 0; i < blocks(8); ++i) {
    level.add(syllable(i) ? 100 * noise : noise);
    spoke += level.speaking();
  }
  CHECK(spoke > blocks(6));
  for (int i = 0; i < blocks(1); ++i) level.add(noise);
  CHECK_FALSE(level.speaking());
}

TEST_CASE("below -50 dBFS nobody speaks", "[audio][levels]") {
  SpeechLevel level;
  level.start(kSeconds);
  for (int i = 0; i < blocks(2); ++i) {
    level.add(9e-6f);
    CHECK_FALSE(level.speaking());
  }
}

TEST_CASE("a quiet and a loud voice come to the same loudness, within 12 dB, slowly, and not in pauses", "[audio][levels]") {
  for (const auto& [level, expected] : {std::pair{0.002f, 0.00794f}, {0.05f, 0.00794f}, {1e-4f, 1e-4f * 15.85f}, {0.5f, 0.5f / 15.85f}}) {
    GainRider rider;
    rider.start(kSeconds);
    float last = 1.0f;
    for (int i = 0; i < blocks(12); ++i) {
      const float gain = rider.next(level, true);
      CHECK(gain <= last * 1.001f);
      CHECK(gain >= last * 0.996f);
      last = gain;
    }
    CHECK(std::fabs(last * last * level / expected - 1) < 0.02f);
    for (int i = 0; i < blocks(5); ++i) CHECK(rider.next(1e-9f, false) == last);
  }
}

TEST_CASE("the active speaker is the one who goes on speaking, not who coughs", "[audio][levels]") {
  ActiveSpeaker speaker;
  speaker.start(kSeconds);
  std::array<float, kMaxInputs> nobody{};
  auto ana = nobody;
  ana[3] = 0.01f;
  auto ben_coughs = ana;
  ben_coughs[7] = 0.2f;
  auto ben_a_little_louder = ana;
  ben_a_little_louder[7] = 0.02f;

  const double onset = until(speaker, ana, 3);
  CHECK(onset > 0.1);
  CHECK(onset < 0.2);
  for (int i = 0; i < blocks(0.35); ++i) CHECK(speaker.next(ben_coughs) == 3);
  for (int i = 0; i < blocks(3); ++i) CHECK(speaker.next(ana) == 3);
  // 3 dB more is not enough to take over, however long.
  for (int i = 0; i < blocks(6); ++i) CHECK(speaker.next(ben_a_little_louder) == 3);
  const double take_over = until(speaker, ben_coughs, 7);
  CHECK(take_over > 0.4);
  CHECK(take_over < 0.6);
  // A pause of a second changes nothing, two seconds end it.
  for (int i = 0; i < blocks(1); ++i) CHECK(speaker.next(nobody) == 7);
  auto ben = nobody;
  ben[7] = 0.01f;
  CHECK(speaker.next(ben) == 7);
  const double end = until(speaker, nobody, ActiveSpeaker::kNobody);
  CHECK(end > 1.9);
  CHECK(end < 2.1);
}

TEST_CASE("two who speak alike do not take turns every second", "[audio][levels]") {
  ActiveSpeaker speaker;
  speaker.start(kSeconds);
  Noise noise(5);
  int changes = 0;
  int last = ActiveSpeaker::kNobody;
  for (int i = 0; i < blocks(60); ++i) {
    std::array<float, kMaxInputs> levels{};
    levels[0] = syllable(i) ? 0.01f * (1 + noise.next(0.8f)) : 0.0f;
    levels[1] = syllable(i + blocks(0.2)) ? 0.01f * (1 + noise.next(0.8f)) : 0.0f;
    const int now = speaker.next(levels);
    changes += now != last;
    last = now;
  }
  CHECK(changes >= 1);
  CHECK(changes <= 6);
}

TEST_CASE("through the whole mixer: loudness becomes even, the speaker is told, and leaves with their input", "[audio][levels]") {
  const auto mixer = std::make_unique<Mixer>();
  REQUIRE(mixer->start(48000, true));
  mixer->setOutput(kMixOutput, true);
  for (const int i : {2, 20}) mixer->setInput(i, 1.0f);
  const auto speak = [&](int index, double amplitude, double seconds) {
    Signal last;
    for (int round = 0; round < blocks(seconds); ++round) {
      const Signal samples = sine(750, syllable(round) ? amplitude : 0.0, round * kBlock, kBlock);
      mixer->input(2).fill(0.0f);
      mixer->input(20).fill(0.0f);
      std::copy(samples.begin(), samples.end(), mixer->input(index).begin());
      mixer->process();
      if (syllable(round) && syllable(round - 8) && round > 16) last.assign(mixer->output(kMixOutput).begin(), mixer->output(kMixOutput).end());
    }
    return amplitudeAt(last, 750);
  };
  const double quiet = speak(2, 0.06, 10);
  CHECK(mixer->activeSpeaker() == 2);
  const double loud = speak(20, 0.4, 10);
  CHECK(mixer->activeSpeaker() == 20);
  CHECK(loud / quiet < 1.3);
  CHECK(loud / quiet > 0.77);
  mixer->removeInput(20);
  CHECK(mixer->activeSpeaker() == ActiveSpeaker::kNobody);
}
