// SPDX-License-Identifier: Apache-2.0
// VP8 in temporal layers over the relay: whatever the forwarder leaves out, the rest decodes to the very pictures it was made from.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <vector>

#include "codecs/vpx/video_decoder.h"
#include "codecs/vpx/video_encoder.h"
#include "tests/native/codecs/pictures.h"
#include "wasm/base/random.h"
#include "wasm/relay/forwarder.h"

using namespace tessera;
using namespace tessera::relay;
using namespace tessera::vpx;
using namespace tessera::test;

namespace {

constexpr Resolution kSize{160, 96};
constexpr std::int64_t kMillis = 33;

struct Sent {
  FrameHeader header;
  std::vector<std::uint8_t> bytes;
};

// Three temporal layers with the flags that a sender gives them: by what each frame depends on. A keyframe where `key` says so.
std::vector<Sent> encode(int count, const std::vector<int>& keys) {
  VideoEncoderConfig config;
  config.codec = VideoCodec::kVp8;
  config.resolution = kSize;
  config.bitrate = DataRate::kilobitsPerSecond(200);
  config.scalability = parseScalabilityMode("L1T3").value();
  auto encoder = VideoEncoder::create(config);
  REQUIRE(encoder);
  std::map<std::int64_t, int> temporal_of;
  std::vector<Sent> out;
  for (int i = 0; i < count; ++i) {
    const auto picture = makePicture(kSize, i);
    const bool key = std::find(keys.begin(), keys.end(), i) != keys.end();
    const auto frames = encoder.value()->encode(packedI420(picture, kSize), Timestamp::millis(kMillis * i), key);
    REQUIRE(frames);
    REQUIRE(frames.value().size() == 1);
    const EncodedFrame& frame = frames.value()[0];
    bool lower = frame.temporal_index > 0;
    for (int d = 0; d < frame.dependency_count; ++d) lower = lower && temporal_of.at(frame.dependencies[static_cast<std::size_t>(d)]) < frame.temporal_index;
    temporal_of[frame.id] = frame.temporal_index;
    out.push_back({{FrameType::kVideo, 1, 0, static_cast<std::uint8_t>(frame.temporal_index), frame.dependency_count == 0, lower, !frame.is_reference,
                    static_cast<std::uint64_t>(kMillis) * 1000 * static_cast<std::uint64_t>(i), static_cast<std::uint32_t>(frame.bytes.size())},
                   {frame.bytes.begin(), frame.bytes.end()}});
  }
  return out;
}

std::uint64_t decoded(VideoDecoder& decoder, const Sent& sent) {
  const auto view = decoder.decode(sent.bytes);
  REQUIRE(view);
  REQUIRE(view.value());
  const auto bytes = pack(*view.value());
  return hashBytes(kHashStart, bytes.data(), bytes.size());
}

std::unique_ptr<VideoDecoder> makeDecoder() {
  auto decoder = VideoDecoder::create({VideoCodec::kVp8, false, 7});
  REQUIRE(decoder);
  return std::move(decoder).value();
}

}  // namespace

TEST_CASE("VP8 over the relay: every rate decodes, and more of it comes back without a keyframe") {
  const auto all = encode(60, {});
  auto reference = makeDecoder();
  auto decoder = makeDecoder();
  Forwarder forwarder;
  int got = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Timestamp now = Timestamp::millis(kMillis * static_cast<std::int64_t>(i));
    if (i == 12) forwarder.setTarget(1, 0, 0);
    if (i == 32) forwarder.setTarget(1, 0, 1);
    if (i == 48) forwarder.setTarget(1, 0, 2);
    const std::uint64_t whole = decoded(*reference, all[i]);
    if (forwarder.offer(now, all[i].header, all[i].bytes.size()) != Verdict::kSend) continue;
    CHECK(decoded(*decoder, all[i]) == whole);
    ++got;
    // Acknowledged at once.
    FrameHeader acknowledgement = all[i].header;
    acknowledgement.type = FrameType::kAcknowledgement;
    CHECK(forwarder.acknowledged(now, acknowledgement, Duration::zero()));
  }
  CHECK(got == 12 + 5 + 8 + 12);
  CHECK(forwarder.keyFrameNeeded(Timestamp::millis(10'000)) == -1);
}

TEST_CASE("VP8 over the relay: over a way that is late at times nothing is sent that cannot be decoded") {
  std::vector<int> keys;
  for (int i = 0; i < 300; i += 30) keys.push_back(i);
  const auto all = encode(300, keys);
  std::vector<std::uint64_t> whole;
  auto reference = makeDecoder();
  for (const Sent& sent : all) whole.push_back(decoded(*reference, sent));
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Random random(seed);
    Forwarder forwarder;
    auto decoder = makeDecoder();
    int got = 0, left_out = 0;
    std::vector<FrameHeader> under_way;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Timestamp now = Timestamp::millis(kMillis * static_cast<std::int64_t>(i));
      if (random.chance(1, 5)) forwarder.setTarget(1, 0, static_cast<int>(random.below(3)));
      if (forwarder.offer(now, all[i].header, all[i].bytes.size()) == Verdict::kSend) {
        CHECK(decoded(*decoder, all[i]) == whole[i]);
        under_way.push_back(all[i].header);
        ++got;
      } else {
        ++left_out;
      }
      // Acknowledgements come in fits and starts.
      if (under_way.empty() || !random.chance(1, 4)) continue;
      FrameHeader acknowledgement = under_way.back();
      acknowledgement.type = FrameType::kAcknowledgement;
      CHECK(forwarder.acknowledged(now, acknowledgement, Duration::zero()));
      under_way.clear();
    }
    INFO("seed " << seed << ": " << got << " sent, " << left_out << " left out");
    CHECK(got > 30);
    CHECK(left_out > 30);
  }
}
