// SPDX-License-Identifier: Apache-2.0
// The video encoder as a worker sees it.
#include "codecs/vpx/encoder_port.h"

#include "codecs/vpx/bitstream.h"

namespace tessera::vpx {
namespace {

Outcome failed(const Error& error) { return {std::string(toString(error.code)), error.message}; }

Bytes range(const std::uint8_t* data, std::size_t size) {
  return {static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(data)), static_cast<std::uint32_t>(size)};
}

}  // namespace

Outcome EncoderPort::configure(const EncoderSettings& settings) {
  frames_ = {};
  encoder_.reset();
  auto scalability = parseScalabilityMode(settings.scalability_mode);
  if (!scalability) return failed(scalability.error());
  VideoEncoderConfig config;
  config.codec = settings.codec;
  config.resolution = {settings.width, settings.height};
  config.bitrate = DataRate::bitsPerSecond(static_cast<std::int64_t>(settings.bitrate));
  config.framerate = settings.framerate;
  config.scalability = scalability.value();
  config.content = settings.content;
  config.speed = settings.speed;
  config.may_drop = settings.may_drop;
  auto encoder = VideoEncoder::create(config);
  if (!encoder) return failed(encoder.error());
  encoder_ = std::move(encoder).value();
  resolution_ = config.resolution;
  return {};
}

Outcome EncoderPort::setRates(double bitrate, double framerate) {
  if (!encoder_) return {"invalid-argument", "configure first"};
  auto ok = encoder_->setRates(DataRate::bitsPerSecond(static_cast<std::int64_t>(bitrate)), framerate);
  return ok ? Outcome{} : failed(ok.error());
}

Bytes EncoderPort::input(PixelFormat format) {
  if (!encoder_) return {};
  format_ = format;
  input_.resize(pictureSize(format, resolution_));
  return range(input_.data(), input_.size());
}

Outcome EncoderPort::encode(double timestamp, bool key) {
  frames_ = {};
  if (!encoder_ || input_.empty()) return {"invalid-argument", "configure and write a picture first"};
  std::span<const std::uint8_t> pixels = input_;
  if (format_ != PixelFormat::kI420) {
    converted_.resize(i420Size(resolution_));
    toI420(format_, input_, resolution_, converted_);
    pixels = converted_;
  }
  auto frames = encoder_->encode(packedI420(pixels, resolution_), Timestamp::micros(static_cast<std::int64_t>(timestamp)), key);
  if (!frames) return failed(frames.error());
  frames_ = frames.value();
  return {};
}

FrameInfo EncoderPort::frame(int index) const {
  if (index < 0 || index >= frameCount()) return {};
  const EncodedFrame& from = frames_[static_cast<std::size_t>(index)];
  return {range(from.bytes.data(), from.bytes.size()), static_cast<double>(from.id), from.spatial_index, from.temporal_index, from.is_key, from.is_reference,
          from.resolution.width, from.resolution.height, from.dependency_count, static_cast<double>(from.dependencies[0]), static_cast<double>(from.dependencies[1])};
}

Bytes EncoderPort::picture() {
  if (frames_.empty()) return {};
  if (frames_.size() == 1) return range(frames_[0].bytes.data(), frames_[0].bytes.size());
  std::vector<std::span<const std::uint8_t>> layers;
  for (const EncodedFrame& frame : frames_) layers.push_back(frame.bytes);
  joined_ = joinSuperframe(layers);
  return range(joined_.data(), joined_.size());
}

}  // namespace tessera::vpx
