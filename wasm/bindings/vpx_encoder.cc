// SPDX-License-Identifier: Apache-2.0
// The video encoder module's table of contents.
#include <emscripten/bind.h>

#include "codecs/vpx/encoder_port.h"

using namespace emscripten;
using namespace tessera::vpx;

EMSCRIPTEN_BINDINGS(vpx_encoder) {
  enum_<VideoCodec>("VideoCodec", enum_value_type::string).value("vp8", VideoCodec::kVp8).value("vp9", VideoCodec::kVp9);
  enum_<VideoContent>("VideoContent", enum_value_type::string).value("camera", VideoContent::kCamera).value("screen", VideoContent::kScreen);
  enum_<PixelFormat>("PixelFormat", enum_value_type::string)
      .value("I420", PixelFormat::kI420)
      .value("NV12", PixelFormat::kNv12)
      .value("RGBA", PixelFormat::kRgba)
      .value("BGRA", PixelFormat::kBgra);
  value_object<Outcome>("Outcome").field("code", &Outcome::code).field("message", &Outcome::message);
  value_object<Bytes>("Bytes").field("address", &Bytes::address).field("size", &Bytes::size);
  value_object<EncoderSettings>("EncoderSettings")
      .field("codec", &EncoderSettings::codec)
      .field("width", &EncoderSettings::width)
      .field("height", &EncoderSettings::height)
      .field("bitrate", &EncoderSettings::bitrate)
      .field("framerate", &EncoderSettings::framerate)
      .field("scalabilityMode", &EncoderSettings::scalability_mode)
      .field("content", &EncoderSettings::content)
      .field("speed", &EncoderSettings::speed)
      .field("mayDrop", &EncoderSettings::may_drop);
  value_object<FrameInfo>("FrameInfo")
      .field("bytes", &FrameInfo::bytes)
      .field("id", &FrameInfo::id)
      .field("spatialIndex", &FrameInfo::spatial_index)
      .field("temporalIndex", &FrameInfo::temporal_index)
      .field("isKey", &FrameInfo::is_key)
      .field("isReference", &FrameInfo::is_reference)
      .field("width", &FrameInfo::width)
      .field("height", &FrameInfo::height)
      .field("dependencyCount", &FrameInfo::dependency_count)
      .field("dependency0", &FrameInfo::dependency0)
      .field("dependency1", &FrameInfo::dependency1);
  class_<EncoderPort>("VpxEncoder")
      .constructor<>()
      .function("configure(settings)", &EncoderPort::configure)
      .function("setRates(bitrate, framerate)", &EncoderPort::setRates)
      .function("input(format)", &EncoderPort::input)
      .function("encode(timestamp, key)", &EncoderPort::encode)
      .function("frameCount()", &EncoderPort::frameCount)
      .function("frame(index)", &EncoderPort::frame)
      .function("picture()", &EncoderPort::picture);
}
