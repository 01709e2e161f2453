// SPDX-License-Identifier: Apache-2.0
// Layers, rates, keyframes, loss and damage: what the video wrappers promise.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "codecs/vpx/bitstream.h"
#include "codecs/vpx/import.h"
#include "codecs/vpx/scale.h"
#include "codecs/vpx/video_decoder.h"
#include "codecs/vpx/video_encoder.h"
#include "tests/native/codecs/pictures.h"

using namespace tessera;
using namespace tessera::vpx;
using namespace tessera::test;

namespace {

constexpr Resolution kSize{320, 192};

struct Kept {
  EncodedFrame frame;
  std::vector<std::uint8_t> bytes;
};
using Picture = std::vector<Kept>;

std::vector<Picture> encodeAll(VideoCodec codec, const char* mode, int count, Resolution size = kSize, int key_at = -1) {
  VideoEncoderConfig config;
  config.codec = codec;
  config.resolution = size;
  config.bitrate = DataRate::kilobitsPerSecond(600);
  config.scalability = parseScalabilityMode(mode).value();
  auto encoder = VideoEncoder::create(config);
  REQUIRE(encoder);
  std::vector<Picture> out;
  for (int i = 0; i < count; ++i) {
    const auto picture = makePicture(size, i);
    auto frames = encoder.value()->encode(packedI420(picture, size), Timestamp::millis(33 * i), i == key_at);
    REQUIRE(frames);
    Picture kept;
    for (const EncodedFrame& frame : frames.value()) kept.push_back({frame, {frame.bytes.begin(), frame.bytes.end()}});
    out.push_back(std::move(kept));
  }
  return out;
}

std::vector<std::uint8_t> join(const std::vector<const Kept*>& frames) {
  std::vector<std::span<const std::uint8_t>> spans;
  for (const Kept* frame : frames) spans.push_back(frame->bytes);
  return joinSuperframe(spans);
}

std::unique_ptr<VideoDecoder> makeDecoder(VideoCodec codec, bool keys = false) {
  auto decoder = VideoDecoder::create({codec, keys, 7});
  REQUIRE(decoder);
  return std::move(decoder).value();
}

}  // namespace

TEST_CASE("every subset of layers decodes, and what it names as dependencies is enough", "[codecs]") {
  for (const char* mode : {"L1T2", "L1T3", "L2T1", "L2T3", "L3T3", "L2T2_KEY", "L3T3_KEY"}) {
    const auto pictures = encodeAll(VideoCodec::kVp9, mode, 12, {640, 384});
    const Scalability layers = parseScalabilityMode(mode).value();
    for (int top = 0; top < layers.spatial_layers; ++top) {
      for (int rate = 0; rate < layers.temporal_layers; ++rate) {
        DYNAMIC_SECTION(mode << " up to spatial " << top << ", temporal " << rate) {
          auto decoder = makeDecoder(VideoCodec::kVp9);
          std::set<std::int64_t> have;
          int shown = 0;
          for (const Picture& picture : pictures) {
            std::vector<const Kept*> wanted;
            for (const Kept& kept : picture) {
              if (kept.frame.spatial_index > top || kept.frame.temporal_index > rate) continue;
              for (int d = 0; d < kept.frame.dependency_count; ++d) CHECK(have.contains(kept.frame.dependencies[static_cast<std::size_t>(d)]));
              have.insert(kept.frame.id);
              wanted.push_back(&kept);
            }
            if (wanted.empty()) continue;
            auto view = decoder->decode(join(wanted));
            REQUIRE(view);
            REQUIRE(view.value());
            CHECK(view.value()->resolution.width == 640 >> (layers.spatial_layers - 1 - top));
            ++shown;
          }
          CHECK(shown == (rate + 1 == layers.temporal_layers ? 12 : rate == 0 && layers.temporal_layers == 3 ? 3 : 6));
        }
      }
    }
  }
}

TEST_CASE("a _KEY mode's upper layer decodes without the lower ones between keyframes", "[codecs]") {
  const auto pictures = encodeAll(VideoCodec::kVp9, "L2T1_KEY", 8, {640, 384});
  auto all = makeDecoder(VideoCodec::kVp9);
  auto upper = makeDecoder(VideoCodec::kVp9);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Picture& picture = pictures[i];
    REQUIRE(picture.size() == 2);
    auto a = all->decode(join({&picture[0], &picture[1]}));
    auto b = upper->decode(i == 0 ? join({&picture[0], &picture[1]}) : picture[1].bytes);
    REQUIRE((a && b && a.value() && b.value()));
    CHECK(pack(*a.value()) == pack(*b.value()));
  }
}

TEST_CASE("losing what is no reference harms nothing", "[codecs]") {
  for (const VideoCodec codec : {VideoCodec::kVp8, VideoCodec::kVp9}) {
    const auto pictures = encodeAll(codec, "L1T3", 16);
    auto whole = makeDecoder(codec);
    auto lossy = makeDecoder(codec);
    int lost = 0;
    for (const Picture& picture : pictures) {
      auto a = whole->decode(picture[0].bytes);
      REQUIRE((a && a.value()));
      if (!picture[0].frame.is_reference) {
        ++lost;
        continue;
      }
      auto b = lossy->decode(picture[0].bytes);
      REQUIRE((b && b.value()));
      CHECK(pack(*a.value()) == pack(*b.value()));
    }
    CHECK(lost == 8);
  }
}

TEST_CASE("simulcast gives each size as a stream of its own", "[codecs]") {
  for (const VideoCodec codec : {VideoCodec::kVp8, VideoCodec::kVp9}) {
    const auto pictures = encodeAll(codec, "S3T2", 8, {640, 384}, 5);
    std::map<int, std::unique_ptr<VideoDecoder>> decoders;
    for (int s = 0; s < 3; ++s) decoders[s] = makeDecoder(codec);
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      REQUIRE(pictures[i].size() == 3);
      for (const Kept& kept : pictures[i]) {
        const int s = kept.frame.spatial_index;
        CHECK(kept.frame.is_key == (i == 0 || i == 5));
        CHECK(kept.frame.ends_picture == (s == 2));
        auto view = decoders[s]->decode(kept.bytes);
        REQUIRE((view && view.value()));
        CHECK(view.value()->resolution == Resolution{640 >> (2 - s), 384 >> (2 - s)});
      }
    }
  }
}

TEST_CASE("the rate follows what is asked for, layers together", "[codecs]") {
  const std::pair<VideoCodec, const char*> cases[] = {{VideoCodec::kVp8, "L1T1"}, {VideoCodec::kVp8, "L1T3"}, {VideoCodec::kVp8, "S2T1"},
                                                      {VideoCodec::kVp9, "L1T1"}, {VideoCodec::kVp9, "L3T3"}, {VideoCodec::kVp9, "L2T2_KEY"}};
  for (const auto& [codec, mode] : cases) {
    DYNAMIC_SECTION((codec == VideoCodec::kVp8 ? "vp8 " : "vp9 ") << mode) {
      VideoEncoderConfig config;
      config.codec = codec;
      config.resolution = kSize;
      config.bitrate = DataRate::kilobitsPerSecond(400);
      config.scalability = parseScalabilityMode(mode).value();
      auto encoder = VideoEncoder::create(config);
      REQUIRE(encoder);
      const auto kilobits = [&](int from, int to) {
        std::int64_t sum = 0;
        for (int i = from; i < to; ++i) {
          const auto picture = makePicture(kSize, i);
          auto frames = encoder.value()->encode(packedI420(picture, kSize), Timestamp::micros(33'333 * i), false);
          REQUIRE(frames);
          for (const EncodedFrame& frame : frames.value()) {
            CHECK(frame.is_key == (i == 0 && (frame.spatial_index == 0 || config.scalability.inter_layer == InterLayer::kNone)));
            sum += static_cast<std::int64_t>(frame.bytes.size()) * 8;
          }
        }
        return static_cast<double>(sum) * 30 / (to - from) / 1000;
      };
      kilobits(0, 30);
      const double high = kilobits(30, 90);
      REQUIRE(encoder.value()->setRates(DataRate::kilobitsPerSecond(150), 30));
      kilobits(90, 120);
      const double low = kilobits(120, 180);
      CHECK(high > 280);
      CHECK(high < 520);
      CHECK(low > 100);
      CHECK(low < 210);
      CHECK_FALSE(encoder.value()->setRates(DataRate::zero(), 30));
    }
  }
}

TEST_CASE("what cannot be configured is refused with its reason", "[codecs]") {
  VideoEncoderConfig config;
  config.resolution = {640, 360};
  const auto code = [&] {
    auto encoder = VideoEncoder::create(config);
    return encoder ? "" : std::string(toString(encoder.error().code));
  };
  CHECK(code() == "");
  config.codec = VideoCodec::kVp8;
  config.scalability.spatial_layers = 2;
  CHECK(code() == "unsupported");
  config.scalability = {};
  config.resolution = {8, 360};
  CHECK(code() == "invalid-argument");
  config.resolution = {640, 5000};
  CHECK(code() == "invalid-argument");
  config.resolution = {640, 360};
  config.framerate = 0;
  CHECK(code() == "invalid-argument");
  for (const char* name : {"L4T1", "L1T1_KEY", "S1T1", "S2T1_KEY", "L2T2h", "x", "L0T1"}) CHECK_FALSE(parseScalabilityMode(name));
  CHECK(parseScalabilityMode("").value() == Scalability{});
  CHECK(parseScalabilityMode("L3T2_KEY").value() == Scalability{3, 2, InterLayer::kKey});
}

TEST_CASE("timestamps may stand still, pictures must fit", "[codecs]") {
  VideoEncoderConfig config;
  config.resolution = kSize;
  auto encoder = VideoEncoder::create(config);
  REQUIRE(encoder);
  const auto picture = makePicture(kSize, 0);
  CHECK(encoder.value()->encode(packedI420(picture, kSize), Timestamp::millis(10), false));
  CHECK(encoder.value()->encode(packedI420(picture, kSize), Timestamp::millis(10), false));
  CHECK(encoder.value()->encode(packedI420(picture, kSize), Timestamp::millis(9), false));
  CHECK_FALSE(encoder.value()->encode(packedI420(picture, {192, 320}), Timestamp::millis(50), false));
  CHECK(encoder.value()->encode(packedI420(picture, kSize), Timestamp::millis(60), false));
}

TEST_CASE("a damaged frame is an error, and the next keyframe mends it", "[codecs]") {
  for (const VideoCodec codec : {VideoCodec::kVp8, VideoCodec::kVp9}) {
    const auto pictures = encodeAll(codec, "L1T1", 12, kSize, 8);
    auto decoder = makeDecoder(codec);
    auto reference = makeDecoder(codec);
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      auto whole = reference->decode(pictures[i][0].bytes);
      REQUIRE((whole && whole.value()));
      std::vector<std::uint8_t> bytes = pictures[i][0].bytes;
      if (i == 4) bytes.resize(1);
      auto view = decoder->decode(bytes);
      if (i == 4) {
        REQUIRE_FALSE(view);
        CHECK(view.error().code == ErrorCode::kInvalidMessage);
      } else if (i > 4 && i < 8) {
        REQUIRE(view);
        CHECK_FALSE(view.value());
      } else {
        REQUIRE((view && view.value()));
        CHECK(pack(*view.value()) == pack(*whole.value()));
      }
    }
    CHECK(decoder->stats().failed == 1);
    CHECK(decoder->stats().skipped == 3);
    CHECK(decoder->stats().decoded == 8);
  }
}

TEST_CASE("every truncation of a keyframe gives a picture or an error, and the decoder lives on", "[codecs]") {
  for (const VideoCodec codec : {VideoCodec::kVp8, VideoCodec::kVp9}) {
    const auto pictures = encodeAll(codec, "L1T1", 1);
    const auto& bytes = pictures[0][0].bytes;
    auto decoder = makeDecoder(codec);
    for (std::size_t length = 0; length < bytes.size(); length += 1 + length / 16) (void)decoder->decode(std::span(bytes).first(length));
    auto view = decoder->decode(bytes);
    REQUIRE(view);
    CHECK(view.value());
  }
}

TEST_CASE("keyframes only: others are passed over", "[codecs]") {
  const auto pictures = encodeAll(VideoCodec::kVp9, "L1T1", 12, kSize, 6);
  auto decoder = makeDecoder(VideoCodec::kVp9, true);
  int shown = 0;
  for (const Picture& picture : pictures) {
    auto view = decoder->decode(picture[0].bytes);
    REQUIRE(view);
    shown += view.value() ? 1 : 0;
  }
  CHECK(shown == 2);
  CHECK(decoder->stats().skipped == 10);
  // Switched back, it waits for the next keyframe.
  decoder->setKeyFramesOnly(false);
  CHECK_FALSE(decoder->decode(pictures[7][0].bytes).value());
  CHECK(decoder->decode(pictures[6][0].bytes).value());
  CHECK(decoder->decode(pictures[7][0].bytes).value());
}

TEST_CASE("sizes beyond the limit and other formats are refused before they cost memory", "[codecs]") {
  const std::vector<std::uint8_t> vp8{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f};
  CHECK(makeDecoder(VideoCodec::kVp8)->decode(vp8).error().code == ErrorCode::kTooLarge);
  const std::vector<std::uint8_t> vp9_profile2{0x92, 0x49, 0x83, 0x42, 0, 0, 0, 0, 0, 0};
  CHECK(makeDecoder(VideoCodec::kVp9)->decode(vp9_profile2).error().code == ErrorCode::kUnsupported);
}

TEST_CASE("superframes are joined and split", "[codecs]") {
  const std::vector<std::uint8_t> a(300, 1), b(70'000, 2), c{3};
  const std::vector<std::span<const std::uint8_t>> parts{a, b, c};
  const auto joined = joinSuperframe(parts);
  auto split = splitSuperframe(joined);
  REQUIRE(split);
  REQUIRE(split.value().size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(std::ranges::equal(split.value()[i], parts[i]));
  CHECK(splitSuperframe(a).value().size() == 1);
  auto broken = joined;
  broken[broken.size() - 2] = 0xff;
  CHECK_FALSE(splitSuperframe(broken));
}

TEST_CASE("pictures are halved and converted", "[codecs]") {
  const Resolution size{18, 10};
  std::vector<std::uint8_t> grey(i420Size(size), 128);
  for (int x = 0; x < size.width; ++x) grey[static_cast<std::size_t>(x)] = 100;
  std::vector<std::uint8_t> small(i420Size(halved(size)));
  halve(packedI420(grey, size), small);
  CHECK(halved(size) == Resolution{8, 4});
  CHECK(small[0] == 114);
  CHECK(small[8] == 128);

  // Pure red, opaque, BT.601 limited range: Y 82 (81.5), Cb 90, Cr 240.
  for (const PixelFormat format : {PixelFormat::kRgba, PixelFormat::kBgra}) {
    std::vector<std::uint8_t> pixels(pictureSize(format, size), 0);
    for (std::size_t i = 0; i < pixels.size(); i += 4) pixels[i + (format == PixelFormat::kRgba ? 0 : 2)] = 255;
    std::vector<std::uint8_t> out(i420Size(size));
    toI420(format, pixels, size, out);
    CHECK(out[0] == 82);
    CHECK(out[180] == 90);
    CHECK(out[180 + 45] == 240);
  }
  std::vector<std::uint8_t> nv12(pictureSize(PixelFormat::kNv12, size), 7);
  for (std::size_t i = 180; i < nv12.size(); ++i) nv12[i] = i % 2 ? 40 : 30;
  std::vector<std::uint8_t> out(i420Size(size));
  toI420(PixelFormat::kNv12, nv12, size, out);
  CHECK((out[0] == 7 && out[180] == 30 && out[225] == 40));
}
