// SPDX-License-Identifier: Apache-2.0
// The video decoder as a worker sees it.
#include "codecs/vpx/decoder_port.h"

namespace tessera::vpx {
namespace {

std::uint32_t address(const std::uint8_t* data) { return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(data)); }

}  // namespace

std::string DecoderPort::configure(VideoCodec codec, bool key_frames_only, int max_spatial_index) {
  decoder_.reset();
  VideoDecoderConfig config;
  config.codec = codec;
  config.key_frames_only = key_frames_only;
  config.max_spatial_index = max_spatial_index;
  auto decoder = VideoDecoder::create(config);
  if (!decoder) return std::string(toString(decoder.error().code));
  decoder_ = std::move(decoder).value();
  return {};
}

std::uint32_t DecoderPort::input(std::uint32_t size) {
  input_.resize(size);
  return address(input_.data());
}

DecodedPicture DecoderPort::decode() {
  DecodedPicture out;
  if (!decoder_) {
    out.code = "invalid-argument";
    out.message = "configure first";
    return out;
  }
  auto decoded = decoder_->decode(input_);
  if (!decoded) {
    out.code = toString(decoded.error().code);
    out.message = decoded.error().message;
    return out;
  }
  if (const auto& view = decoded.value()) {
    out.width = view->resolution.width;
    out.height = view->resolution.height;
    out.y = address(view->planes[0]);
    out.u = address(view->planes[1]);
    out.v = address(view->planes[2]);
    out.y_stride = view->strides[0];
    out.uv_stride = view->strides[1];
  }
  return out;
}

void DecoderPort::setKeyFramesOnly(bool on) {
  if (decoder_) decoder_->setKeyFramesOnly(on);
}

}  // namespace tessera::vpx
