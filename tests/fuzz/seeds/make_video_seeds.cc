// SPDX-License-Identifier: Apache-2.0
// Writes inputs to begin fuzzing with: streams that our own video encoders make, in the form in which the targets read them.
//
// usage: make_video_seeds FOLDER      writes FOLDER/fuzz_<target>/<name>; those folders must be there
#include "codecs/vpx/bitstream.h"
#include "codecs/vpx/video_encoder.h"
#include "tests/fuzz/seeds/seeds.h"
#include "tests/native/codecs/pictures.h"

using namespace tessera;
using namespace tessera::test;

namespace {

// Six pictures, the fifth a keyframe; the first two alone go to the readers of headers.
void makeVideo(const std::string& folder, vpx::VideoCodec codec, const char* mode, Resolution size, std::uint8_t settings) {
  vpx::VideoEncoderConfig config;
  config.codec = codec;
  config.resolution = size;
  config.bitrate = DataRate::kilobitsPerSecond(60);
  config.scalability = vpx::parseScalabilityMode(mode).value();
  auto encoder = vpx::VideoEncoder::create(config).value();
  const std::string target = codec == vpx::VideoCodec::kVp8 ? "vp8_decoder" : "vp9_decoder";
  const std::string name = std::string(mode) + "-" + std::to_string(size.width) + "-" + std::to_string(settings);
  Bytes stream{settings};
  for (int i = 0; i < 6; ++i) {
    const auto picture = makePicture(size, i);
    const auto frames = encoder->encode(vpx::packedI420(picture, size), Timestamp::millis(33 * i), i == 4).value();
    std::vector<std::span<const std::uint8_t>> layers;
    for (const vpx::EncodedFrame& frame : frames) layers.push_back(frame.bytes);
    const Bytes whole = vpx::joinSuperframe(layers);
    stream.push_back(static_cast<std::uint8_t>(whole.size()));
    stream.push_back(static_cast<std::uint8_t>(whole.size() >> 8));
    append(stream, whole);
    if (i < 2) writeSeed(folder + "/fuzz_bitstream/" + target + "-" + name + "-" + std::to_string(i), whole);
  }
  writeSeed(folder + "/fuzz_" + target + "/" + name, stream);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_video_seeds FOLDER\n");
    return 2;
  }
  const std::string folder = argv[1];
  for (const Resolution size : {Resolution{32, 32}, Resolution{50, 34}}) {
    for (const vpx::VideoCodec codec : {vpx::VideoCodec::kVp8, vpx::VideoCodec::kVp9}) {
      for (const std::uint8_t settings : {0, 1, 4}) makeVideo(folder, codec, "L1T1", size, settings);
      makeVideo(folder, codec, "L1T3", size, 0);
    }
  }
  for (const std::uint8_t settings : {0, 2}) {
    makeVideo(folder, vpx::VideoCodec::kVp9, "L2T1", {64, 32}, settings);
    makeVideo(folder, vpx::VideoCodec::kVp9, "L3T3_KEY", {64, 64}, settings);
  }
  for (std::uint8_t format = 0; format < 4; ++format) {
    Bytes bytes{format, 17, 22};
    append(bytes, makePicture({16, 16}, 0));
    writeSeed(folder + "/fuzz_pictures/" + std::to_string(format), bytes);
  }
}
