// SPDX-License-Identifier: Apache-2.0
// The order of things in a frame: shrink, find the person, fit the mask, make the background, put both together.
#include "wasm/video/pipeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "wasm/video/convert.h"
#include "wasm/video/people.h"
#include "wasm/video/scale.h"
#include "wasm/video/segmentation/segmenter.h"
#include "wasm/video/video_error.h"
#include "wasm/video/weighted.h"

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
// Less light than this (Q6 of 0..255) cannot be seen.
constexpr std::int16_t kLeastWrap = 32;

// The standard deviation (0..255) of a pixel's noise whose change from frame to frame has a median of 1: 255 / (0.6745 * sqrt(2)).
constexpr float kDeviationOfMedian = 267.0f;

}  // namespace

Result<std::unique_ptr<Pipeline>> Pipeline::create(std::span<const std::byte> model) {
  auto segmenter = Segmenter::create(model);
  if (!segmenter.hasValue()) return segmenter.error();
  return std::make_unique<Pipeline>(std::make_unique<SegmenterModel>(std::move(segmenter).value()));
}

Pipeline::Pipeline(std::unique_ptr<PersonModel> model) : model_(std::move(model)) {
  full_input_ = model_->inputResolution();
  const auto count = static_cast<std::size_t>(full_input_.pixels());
  rgb_.assign(count * 3 + 1, 0.0f);
  raw_mask_.assign(count, 0.0f);
  temporal_.reset(model_->inputResolution());
}

void Pipeline::setLook(const Look& look) {
  look_ = look;
  if (look.behind != Behind::kPicture) picture_.reset();
  if (!look.auto_framing) framing_.reset();
  if (look.portrait_light <= 0.0f) portrait_.reset();
}

Result<void> Pipeline::setPicture(std::vector<std::uint8_t>& bytes, const FrameLayout& layout) {
  if (auto valid = validateLayout(layout, bytes.size()); !valid.hasValue()) return valid;
  if (picture_ == nullptr) picture_ = std::make_unique<PictureBackground>();
  picture_->set(bytes, layout);
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
  temporal_.reset(model_->inputResolution());
  framing_.reset();
  portrait_.reset();
}

Result<void> Pipeline::prepare(const FrameLayout& layout) {
  prepared_ = false;
  if (auto valid = validateLayout(layout, input_size_); !valid.hasValue()) return valid;
  adapt(layout);
  frame_ = toI420(std::span(input_).first(input_size_), layout, converted_);
  reduceToQuads(frame_, factor_, work_, small_);
  const Resolution upright = turned({small_.width, small_.height}, rotation_);
  upright_.resize(upright.width, upright.height);
  model_input_.prepare(upright, model_->inputResolution());
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
  if (look_.auto_framing) framing_.aim(model_input_.inPicture(findPeople(temporal_.values(), model_->inputResolution())));
  return {};
}

// What is shown, and its picture on the grid: twice as coarse as the one that people are searched for in, which the guided
// mask and all that is blurred need no finer.
void Pipeline::frameView() {
  view_ = frame_;
  const QuadImage* picture = &small_;
  crop_ = {};
  if (look_.auto_framing) {
    if (const Share crop = framing_.step(); crop.width <= 0.995f) {
      zoomTo(crop);
      picture = &cropped_;
    }
  }
  grid_ = picture;
  grid_factor_ = factor_;
  if (2 * factor_ > kLargestFactor) return;
  halveQuads(*picture, halved_);
  grid_ = &halved_;
  grid_factor_ = 2 * factor_;
}

void Pipeline::zoomTo(const Share& crop) {
  crop_ = crop;
  FrameLayout layout = packedLayout(PixelFormat::kI420, frame_size_);
  layout.color = frame_.color;
  zoomed_.resize(packedFrameSize(PixelFormat::kI420, frame_size_));
  const MutableI420View target = mutableI420View(zoomed_, layout);
  const Share stored = storedShare(crop, rotation_);
  const auto width = static_cast<float>(frame_size_.width);
  const auto height = static_cast<float>(frame_size_.height);
  zoom_.run(frame_, {stored.x * width, stored.y * height, stored.width * width, stored.height * height}, target);
  view_ = target;
  reduceToQuads(view_, factor_, work_, cropped_);
}

void Pipeline::fitMask() {
  const Resolution upright = turned({grid_->width, grid_->height}, rotation_);
  const auto count = static_cast<std::size_t>(upright.pixels());
  upright_mask_.resize(count);
  mask_reader_.prepare(upright, model_->inputResolution());
  mask_reader_.readMask(temporal_.values(), crop_, upright_mask_);
  std::span<const float> mask = upright_mask_;
  if (rotation_ != Rotation::k0) {
    frame_mask_.resize(count);
    rotateFloats(upright_mask_.data(), upright.width, upright.height, opposite(rotation_), frame_mask_.data());
    mask = frame_mask_;
  }
  guided_.run(*grid_, mask);
}

void Pipeline::addLight(Scene& scene) {
  const int width = grid_->width;
  const int height = grid_->height;
  share_in_.resize(width, 1);
  share_.resize(width, height);
  const std::span<const float> person = guided_.small();
  const float reach = kWrapReach * static_cast<float>(std::min(width, height));
  share_filter_.start(width, height, std::max(1.0f, reach));
  const int latency = share_filter_.latency();
  for (int y = 0; y < height + latency; ++y) {
    if (y < height) {
      const float* from = person.data() + static_cast<std::ptrdiff_t>(y) * width;
      for (int x = 0; x < width; ++x) share_in_.data[static_cast<std::size_t>(x) * 4] = (1.0f - from[x]) * 16320.0f;
    }
    const float* means = share_filter_.push(y < height ? share_in_.data.data() : nullptr);
    if (means == nullptr) continue;
    std::int16_t* to = share_.row(y - latency);
    for (int x = 0; x < width; ++x) {
      to[x] = static_cast<std::int16_t>(std::clamp(means[4 * x], 0.0f, 16320.0f));
      if (to[x] > kLeastWrap) guided_.touch(x, y - latency);
    }
  }
  share_.finishEdges();
  scene.share = &share_;
  scene.wrap = static_cast<std::uint8_t>(look_.light_wrap * 255.0f + 0.5f);
  if (scene.under == Under::kRow) {
    scene.light = &picture_->light();
    return;
  }
  flat_.factor = kLargestFactor;
  flat_.resize((frame_size_.width + kLargestFactor - 1) / kLargestFactor, 1);
  const auto fill = [](SmallPlane& plane, std::uint8_t value) { std::fill_n(plane.row(0), plane.width, static_cast<std::int16_t>(value * 64)); };
  fill(flat_.y, scene.color.y);
  fill(flat_.u, scene.color.u);
  fill(flat_.v, scene.color.v);
  flat_.finishEdges();
  scene.light = &flat_;
}

std::span<const std::uint8_t> Pipeline::render() {
  if (!prepared_) return {};
  frameView();
  fitMask();

  Scene scene;
  scene.frame = view_;
  scene.mask = &guided_;
  scene.factor = grid_factor_;
  // Each place of the model's grid is a mean of many pixels.
  const auto pixels_each = static_cast<float>(frame_size_.pixels()) / static_cast<float>(model_->inputResolution().pixels());
  scene.noise = temporal_.noise() * kDeviationOfMedian * std::sqrt(pixels_each);
  Behind behind = look_.behind;
  const bool black = behind == Behind::kTransparent || (behind == Behind::kPicture && picture_ == nullptr);
  scene.color = black ? yuvOf(0, 0, 0, view_.color) : yuvOf(look_.red, look_.green, look_.blue, view_.color);
  scene.transparent = behind == Behind::kTransparent;
  if (behind == Behind::kRoom) {
    scene.under = Under::kFrame;
  } else {
    contrast_.run(*grid_, grid_factor_, guided_.small());
    scene.contrast = &contrast_.result();
  }
  if (behind == Behind::kBlur) {
    soft_.run(*grid_, grid_factor_, guided_.small(), look_.strength);
    scene.under = Under::kSoft;
    scene.soft = &soft_.result();
  }
  if (behind == Behind::kPicture && !black) {
    picture_->fitTo(frame_size_, rotation_, view_.color, look_.fit, factor_);
    scene.under = Under::kRow;
    scene.picture = picture_->view();
  }
  if (look_.light_wrap > 0.0f && (scene.under == Under::kRow || (scene.under == Under::kColor && !black))) addLight(scene);
  if (look_.portrait_light > 0.0f) {
    portrait_.run(*grid_, view_.color.range, guided_.small(), findPeople(guided_.small(), {grid_->width, grid_->height}), rotation_, look_.portrait_light);
    scene.lift = &portrait_.lift();
  }
  guided_.finishCertainty();

  const auto colors = packedFrameSize(PixelFormat::kI420, frame_size_);
  const auto pixels = static_cast<std::size_t>(frame_size_.pixels());
  const std::size_t size = colors + (scene.transparent ? pixels : 0);
  output_.resize(size);
  FrameLayout layout = packedLayout(PixelFormat::kI420, frame_size_);
  layout.color = view_.color;
  const MutablePlane alpha{output_.data() + colors, frame_size_.width, frame_size_.height, frame_size_.width};
  compositor_.draw(scene, mutableI420View(output_, layout), alpha);
  return output_;
}

}  // namespace tessera::video
