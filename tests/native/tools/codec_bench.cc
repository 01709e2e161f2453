// SPDX-License-Identifier: Apache-2.0
// The codecs' native yardstick: reads "WHAT FRAMES" lines, works that many frames and answers with each one's milliseconds.
//
// usage: codec_bench PICTURES.yuv WIDTH HEIGHT SPEECH.f32
// WHAT: vp8-encode, vp9-encode, vp8-decode, vp9-decode, opus-encode, opus-decode. Encoders and decoders live on between lines.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "codecs/opus/audio_decoder.h"
#include "codecs/opus/audio_encoder.h"
#include "codecs/vpx/video_decoder.h"
#include "codecs/vpx/video_encoder.h"

using namespace tessera;

namespace {

double now() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::vector<std::uint8_t> readFile(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

constexpr int kSamples = 960;

struct Video {
  std::unique_ptr<vpx::VideoEncoder> encoder;
  std::unique_ptr<vpx::VideoDecoder> decoder;
  std::vector<std::vector<std::uint8_t>> frames;
  int encoded = 0;
  std::size_t decoded = 0;
};

class Bench {
 public:
  Bench(std::vector<std::uint8_t> film, Resolution size, std::vector<float> speech) : film_(std::move(film)), size_(size), speech_(std::move(speech)) {
    for (const bool vp9 : {false, true}) {
      vpx::VideoEncoderConfig config;
      config.codec = vp9 ? vpx::VideoCodec::kVp9 : vpx::VideoCodec::kVp8;
      config.resolution = size;
      config.bitrate = DataRate::kilobitsPerSecond(1500);
      video_[vp9].encoder = vpx::VideoEncoder::create(config).value();
      video_[vp9].decoder = vpx::VideoDecoder::create({config.codec, false, 7}).value();
    }
    opus::AudioEncoderConfig config;
    config.bitrate = DataRate::kilobitsPerSecond(32);
    encoder_ = opus::AudioEncoder::create(config).value();
    decoder_ = opus::AudioDecoder::create(1).value();
  }

  double run(const std::string& what) {
    if (what == "opus-encode") return encodeSound();
    if (what == "opus-decode") return decodeSound();
    Video& video = video_[what.starts_with("vp9")];
    return what.ends_with("encode") ? encode(video) : decode(video);
  }

 private:
  double encode(Video& video) {
    // Forth and back, so that there is no cut.
    const int count = static_cast<int>(film_.size() / vpx::i420Size(size_));
    const int turn = video.encoded % (2 * count - 2);
    const auto index = static_cast<std::size_t>(turn < count ? turn : 2 * count - 2 - turn);
    const auto picture = vpx::packedI420(std::span(film_).subspan(index * vpx::i420Size(size_), vpx::i420Size(size_)), size_);
    const double began = now();
    auto frames = video.encoder->encode(picture, Timestamp::micros(33'333LL * video.encoded), false);
    const double took = now() - began;
    if (!frames) std::abort();
    ++video.encoded;
    for (const auto& frame : frames.value()) video.frames.emplace_back(frame.bytes.begin(), frame.bytes.end());
    return took;
  }

  double decode(Video& video) {
    while (video.decoded >= video.frames.size()) encode(video);
    const double began = now();
    auto view = video.decoder->decode(video.frames[video.decoded++]);
    const double took = now() - began;
    if (!view) std::abort();
    return took;
  }

  double encodeSound() {
    const std::size_t at = static_cast<std::size_t>(encoded_++) * kSamples % (speech_.size() / kSamples * kSamples);
    const double began = now();
    auto packet = encoder_->encode(std::span(speech_).subspan(at, kSamples));
    const double took = now() - began;
    packets_.emplace_back(packet.value().begin(), packet.value().end());
    return took;
  }

  double decodeSound() {
    while (decoded_ >= packets_.size()) encodeSound();
    const double began = now();
    auto sound = decoder_->decode(packets_[decoded_++]);
    const double took = now() - began;
    if (!sound) std::abort();
    return took;
  }

  std::vector<std::uint8_t> film_;
  Resolution size_;
  std::vector<float> speech_;
  std::map<bool, Video> video_;
  std::unique_ptr<opus::AudioEncoder> encoder_;
  std::unique_ptr<opus::AudioDecoder> decoder_;
  std::vector<std::vector<std::uint8_t>> packets_;
  std::int64_t encoded_ = 0;
  std::size_t decoded_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: codec_bench PICTURES.yuv WIDTH HEIGHT SPEECH.f32\n");
    return 2;
  }
  const auto bytes = readFile(argv[4]);
  std::vector<float> speech(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), speech.size() * sizeof(float), reinterpret_cast<std::uint8_t*>(speech.data()));
  Bench bench(readFile(argv[1]), {std::atoi(argv[2]), std::atoi(argv[3])}, std::move(speech));
  std::string what;
  int frames = 0;
  while (std::cin >> what >> frames) {
    std::string line = "[";
    for (int i = 0; i < frames; ++i) line += (i ? "," : "") + std::to_string(bench.run(what));
    std::cout << line << "]" << std::endl;
  }
}
