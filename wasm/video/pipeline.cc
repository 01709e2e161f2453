// SPDX-License-Identifier: Apache-2.0
// The order of things in a frame: shrink, find the person, fit the mask, make the background, put both together.
#include "wasm/video/pipeline.h"

#include <algorithm>
#include <utility>

#include "wasm/video/convert.h"
#include "wasm/video/scale.h"
#include "wasm/video/segmentation/segmenter.h"
#include "wasm/video/video_error.h"

namespace tessera::video {
namespace {

class SegmenterModel final : public PersonModel {
 public:
  explicit SegmenterModel(Segmenter segmenter) : segmenter_(std::move(segmenter)) {}
  Resolution inputResolution() const override { return segmenter_.inputResolution(); }
  bool run(std::span<const float> rgb, std::span<float> mask) override { return segmenter_.run(rgb, mask); }
  bool resize(Resolution input) override { return segmenter_.resize(input); }

 private:
  Segmenter segmenter_;
};

// The small picture keeps at least this many samples along the longer side where the frame has them.
constexpr int kSmallSide = 256;

int reductionFor(Resolution size) {
  const int longer = std::max(size.width, size.height);
  int factor = 2;
  while (factor < 8 && longer / (2 * factor) >= kSmallSide) factor *= 2;
  return factor;
}

// Sides of a resized model are multiples of this: networks halve them four times and double them again.
constexpr int kModelGrain = 16;

constexpr int divideUp(int value, int by) { return (value + by - 1) / by; }

// Share of the shorter side over which light wraps around the person.
constexpr float kWrapReach = 0.03f;

}  // namespace

Result<Pipeline> Pipeline::create(std::span<const std::byte> model) {
  auto segmenter = Segmenter::create(model);
  if (!segmenter.hasValue()) return segmenter.error();
  return Pipeline(std::make_unique<SegmenterModel>(std::move(segmenter).value()));
}

Pipeline::Pipeline(std::unique_ptr<PersonModel> model) : model_(std::move(model)), background_(BlurBackground{}) {
  full_input_ = model_->inputResolution();
  const auto count = static_cast<std::size_t>(full_input_.pixels());
  rgb_.assign(count * 3 + 1, 0.0f);
  raw_mask_.assign(count, 0.0f);
  temporal_.reset(model_->inputResolution());
}

void Pipeline::setBlur(BlurBackground blur) { background_ = blur; }
void Pipeline::setColor(ColorBackground color) { background_ = color; }

Result<void> Pipeline::setPicture(std::span<const std::uint8_t> rgba, Resolution size, Fit fit, float light_wrap) {
  PictureBackground picture;
  if (auto set = picture.set(rgba, size, fit); !set.hasValue()) return set;
  background_ = std::move(picture);
  light_wrap_ = std::clamp(light_wrap, 0.0f, 1.0f);
  return {};
}

void Pipeline::setDetail(int detail) { detail_ = std::clamp(detail, 0, 2); }

// The old mask stays in force until the model has run at its new size: nobody vanishes in between.
void Pipeline::resizeModel() {
  if (detail_ == detail_in_force_) return;
  detail_in_force_ = detail_;
  const auto side = [&](int full) {
    constexpr int kEighths[] = {8, 6, 5};
    return detail_ == 0 ? full : divideUp(full * kEighths[detail_], 8 * kModelGrain) * kModelGrain;
  };
  if (!model_->resize({side(full_input_.width), side(full_input_.height)})) return;
  model_input_.prepare({upright_.width, upright_.height}, model_->inputResolution());
  temporal_.reset(model_->inputResolution());
}

std::span<std::uint8_t> Pipeline::inputBuffer(std::size_t size) {
  prepared_ = false;
  if (input_.size() < size) input_.resize(size);
  input_size_ = size;
  return std::span(input_).first(size);
}

void Pipeline::adapt(const FrameLayout& layout) {
  if (layout.size == frame_size_ && layout.rotation == rotation_) return;
  frame_size_ = layout.size;
  rotation_ = layout.rotation;
  factor_ = reductionFor(frame_size_);
  const int width = divideUp(frame_size_.width, factor_);
  const int height = divideUp(frame_size_.height, factor_);
  const auto count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  small_planes_.assign(count * 3, 0);
  small_.resize(width, height);
  const Resolution upright = turned({width, height}, rotation_);
  upright_.resize(upright.width, upright.height);
  model_input_.prepare(upright, model_->inputResolution());
  temporal_.reset(model_->inputResolution());
  upright_mask_.assign(count, 0.0f);
  frame_mask_.assign(count, 0.0f);
  output_.assign(packedFrameSize(PixelFormat::kI420, frame_size_), 0);
  compositor_.prepare(frame_size_.width);
}

void Pipeline::readFrame(const FrameLayout& layout) {
  const std::span<const std::uint8_t> bytes = std::span(input_).first(input_size_);
  frame_ = i420View(bytes, layout);
  if (layout.format == PixelFormat::kI420) return;
  FrameLayout target = packedLayout(PixelFormat::kI420, layout.size);
  target.color = layout.color;
  converted_.resize(packedFrameSize(PixelFormat::kI420, layout.size));
  const MutableI420View converted = mutableI420View(converted_, target);
  const auto plane = [&](std::size_t index, int width, int height) {
    const PlaneLayout& at = layout.planes[index];
    return Plane{bytes.data() + at.offset, width, height, static_cast<std::ptrdiff_t>(at.stride)};
  };
  if (layout.format == PixelFormat::kNv12) {
    splitChroma(plane(1, 2 * converted.u.width, converted.u.height), converted.u, converted.v);
    frame_.u = converted.u;
    frame_.v = converted.v;
    return;
  }
  const bool blue_first = layout.format == PixelFormat::kBgra || layout.format == PixelFormat::kBgrx;
  packedToI420(plane(0, layout.size.width * 4, layout.size.height), blue_first, converted);
  frame_ = converted;
}

Result<void> Pipeline::prepare(const FrameLayout& layout) {
  prepared_ = false;
  if (auto valid = validateLayout(layout, input_size_); !valid.hasValue()) return valid;
  adapt(layout);
  readFrame(layout);

  const int width = small_.width;
  const int height = small_.height;
  const auto count = static_cast<std::ptrdiff_t>(width) * height;
  const MutablePlane y{small_planes_.data(), width, height, width};
  const MutablePlane u{small_planes_.data() + count, width, height, width};
  const MutablePlane v{small_planes_.data() + 2 * count, width, height, width};
  reducePlane(frame_.y, factor_, y);
  reducePlane(frame_.u, factor_ / 2, u);
  reducePlane(frame_.v, factor_ / 2, v);
  packQuads(y, u, v, small_);
  prepared_ = true;
  return {};
}

Result<void> Pipeline::segment() {
  if (!prepared_) return frameInvalid("no frame is prepared");
  resizeModel();
  const QuadImage* picture = &small_;
  if (rotation_ != Rotation::k0) {
    rotateQuads(small_.data.data(), small_.width, small_.height, rotation_, upright_.data.data());
    picture = &upright_;
  }
  model_input_.fill(*picture, frame_.color, rgb_);
  if (!model_->run(rgb_, raw_mask_)) {
    temporal_.reset(model_->inputResolution());
    return Error{ErrorCode::kInternal, "the segmentation model failed"};
  }
  temporal_.update(rgb_, raw_mask_);
  return {};
}

std::span<const std::uint8_t> Pipeline::render() {
  if (!prepared_) return {};
  model_input_.readMask(temporal_.values(), upright_mask_);
  std::span<const float> mask = upright_mask_;
  if (rotation_ != Rotation::k0) {
    rotateFloats(upright_mask_.data(), upright_.width, upright_.height, opposite(rotation_), frame_mask_.data());
    mask = frame_mask_;
  }
  guided_.run(small_, mask);

  FrameLayout layout = packedLayout(PixelFormat::kI420, frame_size_);
  layout.color = frame_.color;
  const MutableI420View out = mutableI420View(output_, layout);
  if (const auto* blur = std::get_if<BlurBackground>(&background_)) {
    soft_.run(small_, factor_, guided_.small(), blur->strength);
    compositor_.overSoft(frame_, guided_, factor_, soft_.result(), out);
  } else if (const auto* color = std::get_if<ColorBackground>(&background_)) {
    compositor_.overColor(frame_, guided_, factor_, yuvOf(color->red, color->green, color->blue, frame_.color), out);
  } else {
    auto& picture = std::get<PictureBackground>(background_);
    picture.fitTo(frame_size_, rotation_, frame_.color, factor_);
    LightWrap wrap;
    if (light_wrap_ > 0.0f) {
      share_in_.resize(small_.width, small_.height);
      share_out_.resize(small_.width, small_.height);
      share_.resize(small_.width, small_.height);
      const std::span<const float> person = guided_.small();
      for (std::size_t i = 0; i < person.size(); ++i) share_in_.data[i * 4] = (1.0f - person[i]) * 16320.0f;
      const float reach = kWrapReach * static_cast<float>(std::min(small_.width, small_.height));
      share_filter_.run(share_in_, share_out_, std::max(1.0f, reach));
      for (int y = 0; y < small_.height; ++y) {
        const float* from = share_out_.row(y);
        std::int16_t* to = share_.row(y);
        for (int x = 0; x < small_.width; ++x) to[x] = static_cast<std::int16_t>(std::clamp(from[4 * x], 0.0f, 16320.0f));
      }
      share_.finishEdges();
      wrap = {&share_, &picture.light(), static_cast<std::uint8_t>(light_wrap_ * 255.0f + 0.5f)};
    }
    compositor_.overPicture(frame_, guided_, factor_, picture.view(), wrap, out);
  }
  return output_;
}

}  // namespace tessera::video
