// SPDX-License-Identifier: Apache-2.0
// Feeds the pipeline frames of arbitrary layout, size, turn and format, with changing backgrounds,
// films and effects; nothing may go wrong.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "wasm/video/pipeline.h"

using namespace tessera;
using namespace tessera::video;

namespace {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::uint8_t byte() { return size_ > 0 ? (--size_, *data_++) : 0; }
  std::uint32_t word() { return byte() | static_cast<std::uint32_t>(byte()) << 8; }
  bool done() const { return size_ == 0; }
  std::span<const std::uint8_t> rest() const { return {data_, size_}; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

float share(Bytes& in) { return static_cast<float>(in.byte()) / 255.0f; }

// A mask that follows the picture, values outside 0..1 included: the refinement must hold whatever the model says.
class Echo final : public PersonModel {
 public:
  Resolution inputResolution() const override { return {32, 18}; }
  bool run(std::span<const float> rgb, std::span<float> mask) override {
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = rgb[3 * i] * 1.5f - 0.25f;
    return true;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes in(data, size);
  Pipeline pipeline(std::make_unique<Echo>());
  bool transparent = false;
  for (int frame = 0; frame < 8 && !in.done(); ++frame) {
    const std::uint8_t what = in.byte();
    if (what % 4 != 3) {
      Look look;
      look.behind = static_cast<Behind>(in.byte() % 5);
      look.strength = share(in);
      look.red = in.byte();
      look.light_wrap = what & 16 ? share(in) : 0.0f;
      look.portrait_light = what & 32 ? share(in) : 0.0f;
      look.auto_framing = (what & 64) != 0;
      look.fit = what & 128 ? Fit::kCover : Fit::kContain;
      transparent = look.behind == Behind::kTransparent;
      pipeline.setLook(look);
    }
    if (what & 8) {
      // A picture or a film's frame of any format, turn and layout; half of them whole.
      FrameLayout picture;
      picture.format = static_cast<PixelFormat>(in.byte() % 6);
      picture.size = {static_cast<int>(in.byte() % 64), static_cast<int>(in.byte() % 64)};
      std::vector<std::uint8_t> bytes(packedFrameSize(picture.format, picture.size), in.byte());
      if (in.byte() % 2 && !bytes.empty()) {
        picture = packedLayout(picture.format, picture.size);
      } else {
        for (PlaneLayout& plane : picture.planes) plane = {in.word(), in.word()};
        bytes.resize(in.word());
      }
      picture.color = {in.byte() % 2 ? ColorMatrix::kBt601 : ColorMatrix::kBt709, in.byte() % 2 ? ColorRange::kFull : ColorRange::kLimited};
      picture.rotation = static_cast<Rotation>(in.byte() % 4 * 90);
      (void)pipeline.setPicture(bytes, picture);
    }
    FrameLayout layout;
    layout.format = static_cast<PixelFormat>(in.byte() % 6);
    // Mostly small, for speed; now and then large enough for every reduction.
    const bool large = in.byte() % 64 == 0;
    layout.size = {static_cast<int>(in.word() % (large ? 2100 : 90)), static_cast<int>(in.byte() % (large ? 256 : 60))};
    layout.rotation = static_cast<Rotation>(in.byte() % 4 * 90);
    layout.color = {in.byte() % 2 ? ColorMatrix::kBt601 : ColorMatrix::kBt709, in.byte() % 2 ? ColorRange::kFull : ColorRange::kLimited};
    std::size_t bytes = packedFrameSize(layout.format, layout.size);
    if (in.byte() % 4 != 0 && bytes > 0) {
      layout = [&] {
        FrameLayout packed = packedLayout(layout.format, layout.size);
        packed.color = layout.color;
        packed.rotation = layout.rotation;
        return packed;
      }();
    } else {
      for (PlaneLayout& plane : layout.planes) plane = {in.word() * (in.byte() + std::size_t{1}), in.word() * (in.byte() + std::size_t{1})};
      bytes = in.word() * std::size_t{8};
    }
    const auto buffer = pipeline.inputBuffer(bytes);
    const auto rest = in.rest();
    for (std::size_t i = 0; i < buffer.size(); ++i) buffer[i] = rest.empty() ? static_cast<std::uint8_t>(i) : rest[i % rest.size()];
    if (!pipeline.prepare(layout).hasValue()) continue;
    if (in.byte() % 3 != 0) (void)pipeline.segment();
    const auto out = pipeline.render();
    const auto alpha = transparent ? static_cast<std::size_t>(layout.size.pixels()) : 0;
    if (out.size() != packedFrameSize(PixelFormat::kI420, layout.size) + alpha) __builtin_trap();
  }
  return 0;
}
