// SPDX-License-Identifier: Apache-2.0
// Bit-exactness: what every build must produce from the same pictures. The numbers come from libvpx's own assembly on x86-64;
// the same test runs as WebAssembly.
#include <catch2/catch_test_macros.hpp>
#include <sstream>
#include <string>

#include "codecs/vpx/bitstream.h"
#include "codecs/vpx/video_decoder.h"
#include "codecs/vpx/video_encoder.h"
#include "tests/native/codecs/pictures.h"

using namespace tessera;
using namespace tessera::vpx;
using namespace tessera::test;

namespace {

struct Expected {
  VideoCodec codec;
  const char* mode;
  Resolution size;
  std::uint64_t stream;
  std::uint64_t pictures;
};

// Odd sizes reach the edges of every kernel.
const Expected kExpected[] = {
#include "tests/native/codecs/exact.inc"
};

std::string hex(std::uint64_t value) {
  std::ostringstream out;
  out << "0x" << std::hex << value << "ULL";
  return out.str();
}

}  // namespace

TEST_CASE("encoder and decoder give the same bytes in every build", "[codecs]") {
  for (const Expected& expected : kExpected) {
    const std::string name = std::string(expected.codec == VideoCodec::kVp8 ? "vp8 " : "vp9 ") + expected.mode + " " + std::to_string(expected.size.width);
    DYNAMIC_SECTION(name) {
      VideoEncoderConfig config;
      config.codec = expected.codec;
      config.resolution = expected.size;
      config.bitrate = DataRate::kilobitsPerSecond(expected.size.width * 2);
      config.scalability = parseScalabilityMode(expected.mode).value();
      auto encoder = VideoEncoder::create(config);
      REQUIRE(encoder);
      auto decoder = VideoDecoder::create({expected.codec, false, 7});
      REQUIRE(decoder);
      std::uint64_t stream = kHashStart;
      std::uint64_t pictures = kHashStart;
      for (int i = 0; i < 24; ++i) {
        // A change of rate and a keyframe on the way.
        if (i == 12) REQUIRE(encoder.value()->setRates(DataRate::kilobitsPerSecond(expected.size.width / 2), 30));
        const auto picture = makePicture(expected.size, i);
        auto frames = encoder.value()->encode(packedI420(picture, expected.size), Timestamp::millis(33 * i), i == 18);
        REQUIRE(frames);
        std::vector<std::span<const std::uint8_t>> layers;
        for (const EncodedFrame& frame : frames.value()) {
          stream = hashBytes(stream, frame.bytes.data(), frame.bytes.size());
          if (config.scalability.inter_layer == InterLayer::kNone && !frame.ends_picture) continue;  // simulcast: the largest size
          layers.push_back(frame.bytes);
        }
        const auto joined = joinSuperframe(layers);
        auto view = decoder.value()->decode(joined);
        REQUIRE(view);
        REQUIRE(view.value());
        const auto packed = pack(*view.value());
        CHECK(lumaPsnr(packed, picture, expected.size) > 20);
        pictures = hashBytes(pictures, packed.data(), packed.size());
      }
      CHECK(hex(stream) == hex(expected.stream));
      CHECK(hex(pictures) == hex(expected.pictures));
    }
  }
}
