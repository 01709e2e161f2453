// SPDX-License-Identifier: Apache-2.0
// Spans from addresses, and results as plain values.
#include "wasm/video/pipeline_port.h"

#include <algorithm>
#include <utility>

#include "wasm/video/video_error.h"

namespace tessera::video {
namespace {

Outcome outcomeOf(const Error& error) { return {std::string(toString(error.code)), error.message}; }
Outcome outcomeOf(const Result<void>& result) { return result.hasValue() ? Outcome{} : outcomeOf(result.error()); }
Outcome notLoaded() { return outcomeOf(frameInvalid("no model is loaded")); }

Bytes bytesOf(std::span<const std::uint8_t> span) {
  return span.empty() ? Bytes{} : Bytes{reinterpret_cast<std::uintptr_t>(span.data()), span.size()};
}

// The largest frame or picture allowed, four bytes a pixel, with room for padded rows.
constexpr std::size_t kMostBytes = static_cast<std::size_t>(kMaxPixels) * 4 * 2;

}  // namespace

Bytes PipelinePort::scratch(std::size_t size) {
  if (size > kMostBytes) return {};
  scratch_.assign(size, 0);
  return bytesOf(scratch_);
}

void PipelinePort::releaseScratch() { std::vector<std::uint8_t>().swap(scratch_); }

Outcome PipelinePort::load(std::size_t size) {
  if (size > scratch_.size()) return outcomeOf(frameInvalid("the model is larger than its buffer"));
  auto pipeline = Pipeline::create(std::as_bytes(std::span(scratch_).first(size)));
  if (!pipeline.hasValue()) return outcomeOf(pipeline.error());
  pipeline_.emplace(std::move(pipeline).value());
  return {};
}

Outcome PipelinePort::setBlur(float strength) {
  if (!pipeline_) return notLoaded();
  if (!(strength >= 0.0f && strength <= 1.0f)) return outcomeOf(frameInvalid("blur strength must be 0 to 1"));
  pipeline_->setBlur({strength});
  return {};
}

Outcome PipelinePort::setColor(int red, int green, int blue) {
  if (!pipeline_) return notLoaded();
  const auto byte = [](int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); };
  pipeline_->setColor({byte(red), byte(green), byte(blue)});
  return {};
}

Outcome PipelinePort::setPicture(int width, int height, Fit fit, float light_wrap) {
  if (!pipeline_) return notLoaded();
  if (!(light_wrap >= 0.0f && light_wrap <= 1.0f)) return outcomeOf(frameInvalid("light wrap must be 0 to 1"));
  return outcomeOf(pipeline_->setPicture(scratch_, {width, height}, fit, light_wrap));
}

Outcome PipelinePort::setDetail(int detail) {
  if (!pipeline_) return notLoaded();
  pipeline_->setDetail(detail);
  return {};
}

Bytes PipelinePort::input(std::size_t size) {
  if (!pipeline_ || size > kMostBytes) return {};
  return bytesOf(pipeline_->inputBuffer(size));
}

Outcome PipelinePort::prepare(const FrameDescription& frame) {
  if (!pipeline_) return notLoaded();
  if (frame.rotation != 0 && frame.rotation != 90 && frame.rotation != 180 && frame.rotation != 270) {
    return outcomeOf(frameInvalid("rotation must be 0, 90, 180 or 270 degrees"));
  }
  FrameLayout layout;
  layout.format = frame.format;
  layout.size = {frame.width, frame.height};
  layout.color = {frame.matrix, frame.full_range ? ColorRange::kFull : ColorRange::kLimited};
  layout.rotation = static_cast<Rotation>(frame.rotation);
  layout.planes = {PlaneLayout{frame.offset0, frame.stride0}, PlaneLayout{frame.offset1, frame.stride1},
                   PlaneLayout{frame.offset2, frame.stride2}};
  return outcomeOf(pipeline_->prepare(layout));
}

Outcome PipelinePort::segment() {
  if (!pipeline_) return notLoaded();
  return outcomeOf(pipeline_->segment());
}

Bytes PipelinePort::render() {
  if (!pipeline_) return {};
  return bytesOf(pipeline_->render());
}

}  // namespace tessera::video
