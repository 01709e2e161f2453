// SPDX-License-Identifier: Apache-2.0
// The video module's table of contents: what its worker can call.
#include <emscripten/bind.h>

#include "wasm/video/pipeline_port.h"

using namespace emscripten;
using namespace tessera::video;

EMSCRIPTEN_BINDINGS(video) {
  enum_<PixelFormat>("PixelFormat", enum_value_type::string)
      .value("I420", PixelFormat::kI420)
      .value("NV12", PixelFormat::kNv12)
      .value("RGBA", PixelFormat::kRgba)
      .value("RGBX", PixelFormat::kRgbx)
      .value("BGRA", PixelFormat::kBgra)
      .value("BGRX", PixelFormat::kBgrx);
  enum_<ColorMatrix>("ColorMatrix", enum_value_type::string)
      .value("bt601", ColorMatrix::kBt601)
      .value("bt709", ColorMatrix::kBt709);
  enum_<Behind>("Behind", enum_value_type::string)
      .value("room", Behind::kRoom)
      .value("blur", Behind::kBlur)
      .value("color", Behind::kColor)
      .value("picture", Behind::kPicture)
      .value("transparent", Behind::kTransparent);
  enum_<Fit>("Fit", enum_value_type::string).value("cover", Fit::kCover).value("contain", Fit::kContain);

  value_object<Outcome>("Outcome").field("code", &Outcome::code).field("message", &Outcome::message);
  value_object<Bytes>("Bytes").field("address", &Bytes::address).field("size", &Bytes::size);
  value_object<FrameDescription>("FrameDescription")
      .field("format", &FrameDescription::format)
      .field("width", &FrameDescription::width)
      .field("height", &FrameDescription::height)
      .field("matrix", &FrameDescription::matrix)
      .field("fullRange", &FrameDescription::full_range)
      .field("rotation", &FrameDescription::rotation)
      .field("offset0", &FrameDescription::offset0)
      .field("stride0", &FrameDescription::stride0)
      .field("offset1", &FrameDescription::offset1)
      .field("stride1", &FrameDescription::stride1)
      .field("offset2", &FrameDescription::offset2)
      .field("stride2", &FrameDescription::stride2);

  value_object<Look>("Look")
      .field("behind", &Look::behind)
      .field("strength", &Look::strength)
      .field("red", &Look::red)
      .field("green", &Look::green)
      .field("blue", &Look::blue)
      .field("fit", &Look::fit)
      .field("lightWrap", &Look::light_wrap)
      .field("portraitLight", &Look::portrait_light)
      .field("autoFraming", &Look::auto_framing);

  class_<PipelinePort>("VideoPipeline")
      .constructor<>()
      .function("scratch(size)", &PipelinePort::scratch)
      .function("releaseScratch()", &PipelinePort::releaseScratch)
      .function("load(size)", &PipelinePort::load)
      .function("setLook(look)", &PipelinePort::setLook)
      .function("setPicture(frame)", &PipelinePort::setPicture)
      .function("setDetail(detail)", &PipelinePort::setDetail)
      .function("input(size)", &PipelinePort::input)
      .function("prepare(frame)", &PipelinePort::prepare)
      .function("segment()", &PipelinePort::segment)
      .function("render()", &PipelinePort::render);
}
