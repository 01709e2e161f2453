// SPDX-License-Identifier: Apache-2.0
// The audio codec module's table of contents; the module `opus_dred` is the same over a build of Opus with DRED.
#include <emscripten/bind.h>

#include "codecs/opus/opus_port.h"

using namespace emscripten;
using namespace tessera::opus;

EMSCRIPTEN_BINDINGS(opus) {
  enum_<Application>("Application", enum_value_type::string)
      .value("voip", Application::kVoice)
      .value("audio", Application::kAudio)
      .value("lowdelay", Application::kLowDelay);
  value_object<Produced>("Produced")
      .field("code", &Produced::code)
      .field("message", &Produced::message)
      .field("address", &Produced::address)
      .field("size", &Produced::size);
  value_object<AudioSettings>("AudioSettings")
      .field("channels", &AudioSettings::channels)
      .field("bitrate", &AudioSettings::bitrate)
      .field("frameMicros", &AudioSettings::frame_micros)
      .field("application", &AudioSettings::application)
      .field("complexity", &AudioSettings::complexity)
      .field("inBandFec", &AudioSettings::in_band_fec)
      .field("dtx", &AudioSettings::dtx)
      .field("constantRate", &AudioSettings::constant_rate)
      .field("expectedLossPercent", &AudioSettings::expected_loss_percent)
      .field("dredMs", &AudioSettings::dred_ms);
  class_<AudioEncoderPort>("OpusEncoder")
      .constructor<>()
      .function("configure(settings)", &AudioEncoderPort::configure)
      .function("input()", &AudioEncoderPort::input)
      .function("encode()", &AudioEncoderPort::encode)
      .function("setBitrate(bitrate)", &AudioEncoderPort::setBitrate)
      .function("setExpectedLoss(percent)", &AudioEncoderPort::setExpectedLoss)
      .function("setInBandFec(on)", &AudioEncoderPort::setInBandFec)
      .function("setDtx(on)", &AudioEncoderPort::setDtx)
      .function("frameSamples()", &AudioEncoderPort::frameSamples)
      .function("lookahead()", &AudioEncoderPort::lookahead);
  class_<AudioDecoderPort>("OpusDecoder")
      .constructor<>()
      .function("configure(channels)", &AudioDecoderPort::configure)
      .function("input(size)", &AudioDecoderPort::input)
      .function("decode()", &AudioDecoderPort::decode)
      .function("conceal(lostMicros)", &AudioDecoderPort::conceal)
      .function("recover(lostMicros)", &AudioDecoderPort::recover)
      .function("recoverFar(beforeMicros, lostMicros)", &AudioDecoderPort::recoverFar);
}
