// SPDX-License-Identifier: Apache-2.0
// The video decoder module's table of contents.
#include <emscripten/bind.h>

#include "codecs/vpx/decoder_port.h"

using namespace emscripten;
using namespace tessera::vpx;

EMSCRIPTEN_BINDINGS(vpx_decoder) {
  enum_<VideoCodec>("VideoCodec", enum_value_type::string).value("vp8", VideoCodec::kVp8).value("vp9", VideoCodec::kVp9);
  value_object<DecodedPicture>("DecodedPicture")
      .field("code", &DecodedPicture::code)
      .field("message", &DecodedPicture::message)
      .field("width", &DecodedPicture::width)
      .field("height", &DecodedPicture::height)
      .field("y", &DecodedPicture::y)
      .field("u", &DecodedPicture::u)
      .field("v", &DecodedPicture::v)
      .field("yStride", &DecodedPicture::y_stride)
      .field("uvStride", &DecodedPicture::uv_stride);
  class_<DecoderPort>("VpxDecoder")
      .constructor<>()
      .function("configure(codec, keyFramesOnly, maxSpatialIndex)", &DecoderPort::configure)
      .function("input(size)", &DecoderPort::input)
      .function("decode()", &DecoderPort::decode)
      .function("setKeyFramesOnly(on)", &DecoderPort::setKeyFramesOnly);
}
