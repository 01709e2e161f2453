// SPDX-License-Identifier: Apache-2.0
// The compositor module's table of contents: what the video mixer's worker can call.
#include <emscripten/bind.h>

#include "wasm/video/mix/compositor_port.h"

using namespace emscripten;
using namespace tessera::video;

EMSCRIPTEN_BINDINGS(compositor) {
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
  enum_<LayoutKind>("LayoutKind", enum_value_type::string)
      .value("grid", LayoutKind::kGrid)
      .value("speaker", LayoutKind::kSpeaker)
      .value("screen", LayoutKind::kScreen)
      .value("picture-in-picture", LayoutKind::kPictureInPicture);

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
  value_object<Rect>("Rect")
      .field("x", &Rect::x)
      .field("y", &Rect::y)
      .field("width", &Rect::width)
      .field("height", &Rect::height);
  value_object<TileLook>("TileLook")
      .field("contain", &TileLook::contain)
      .field("red", &TileLook::red)
      .field("green", &TileLook::green)
      .field("blue", &TileLook::blue);

  class_<CompositorPort>("VideoCompositor")
      .constructor<>()
      .function("setSize(width, height)", &CompositorPort::setSize)
      .function("setTile(key, look)", &CompositorPort::setTile)
      .function("removeTile(key)", &CompositorPort::removeTile)
      .function("setLayout(kind, featured, transitionMilliseconds)", &CompositorPort::setLayout)
      .function("input(key, size)", &CompositorPort::input)
      .function("takeFrame(key, frame)", &CompositorPort::takeFrame)
      .function("clearFrame(key)", &CompositorPort::clearFrame)
      .function("scratch(size)", &CompositorPort::scratch)
      .function("setLabel(key, width, height)", &CompositorPort::setLabel)
      .function("setMark(key, width, height)", &CompositorPort::setMark)
      .function("place(key)", &CompositorPort::place)
      .function("compose(nowMilliseconds)", &CompositorPort::compose)
      .function("matrix()", &CompositorPort::matrix)
      .function("fullRange()", &CompositorPort::fullRange);
}
