// SPDX-License-Identifier: Apache-2.0
// Spans from addresses, and results as plain values.
#include "wasm/video/pipeline_port.h"

#include <utility>

#include "wasm/video/video_error.h"

namespace tessera::video {
namespace {

Outcome notLoaded() { return outcomeOf(frameInvalid("no model is loaded")); }

}  // namespace

Bytes PipelinePort::scratch(std::size_t size) {
  if (size > kMostBytes) return {};
  scratch_.resize(size);
  return bytesOf(scratch_);
}

void PipelinePort::releaseScratch() { std::vector<std::uint8_t>().swap(scratch_); }

Outcome PipelinePort::load(std::size_t size) {
  if (size > scratch_.size()) return outcomeOf(frameInvalid("the model is larger than its buffer"));
  auto pipeline = Pipeline::create(std::as_bytes(std::span(scratch_).first(size)));
  if (!pipeline.hasValue()) return outcomeOf(pipeline.error());
  pipeline_ = std::move(pipeline).value();
  return {};
}

Outcome PipelinePort::setLook(const Look& look) {
  if (!pipeline_) return notLoaded();
  for (const float share : {look.strength, look.light_wrap, look.portrait_light}) {
    if (!(share >= 0.0f && share <= 1.0f)) return outcomeOf(frameInvalid("strengths must be 0 to 1"));
  }
  pipeline_->setLook(look);
  return {};
}

Outcome PipelinePort::setPicture(const FrameDescription& frame) {
  if (!pipeline_) return notLoaded();
  return outcomeOf(pipeline_->setPicture(scratch_, layoutOf(frame)));
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
  if (!isQuarterTurn(frame.rotation)) {
    return outcomeOf(frameInvalid("rotation must be 0, 90, 180 or 270 degrees"));
  }
  return outcomeOf(pipeline_->prepare(layoutOf(frame)));
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
