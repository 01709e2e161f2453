// SPDX-License-Identifier: Apache-2.0
// What JavaScript sees of the relay module: frames, what to send on, what to play when.
#include <emscripten/bind.h>

#include "wasm/relay/port.h"

using namespace emscripten;
using namespace tessera::relay;

EMSCRIPTEN_BINDINGS(relay) {
  class_<FramePort>("Frame")
      .constructor<>()
      .function("read(w0, w1, w2, w3, w4, size)", &FramePort::read)
      .function("message()", &FramePort::message)
      .function("setVideo(stream, spatial, temporal, key, switching, unreferenced, timestamp, payload)", &FramePort::setVideo)
      .function("setAudio(stream, timestamp, payload)", &FramePort::setAudio)
      .function("setAcknowledgement(media)", &FramePort::setAcknowledgement)
      .function("setKeyFrameRequest(stream)", &FramePort::setKeyFrameRequest)
      .function("word(index)", &FramePort::word)
      .function("type()", &FramePort::type)
      .function("stream()", &FramePort::stream)
      .function("spatial()", &FramePort::spatial)
      .function("temporal()", &FramePort::temporal)
      .function("key()", &FramePort::key)
      .function("switching()", &FramePort::switching)
      .function("unreferenced()", &FramePort::unreferenced)
      .function("timestamp()", &FramePort::timestamp);
  class_<ForwarderPort>("Forwarder")
      .constructor<>()
      .function("setTarget(stream, spatial, temporal)", &ForwarderPort::setTarget)
      .function("removeStream(stream)", &ForwarderPort::removeStream)
      .function("offer(now, frame, bytes)", &ForwarderPort::offer)
      .function("acknowledged(now, frame, held)", &ForwarderPort::acknowledged)
      .function("advance(now)", &ForwarderPort::advance)
      .function("keyFrameNeeded(now)", &ForwarderPort::keyFrameNeeded)
      .function("stalled(now)", &ForwarderPort::stalled)
      .function("limit()", &ForwarderPort::limit)
      .function("lateness(now)", &ForwarderPort::lateness)
      .function("baseRoundTrip()", &ForwarderPort::baseRoundTrip)
      .function("delivered(now)", &ForwarderPort::delivered)
      .function("bytesUnderWay()", &ForwarderPort::bytesUnderWay);
  class_<PlayoutPort>("Playout")
      .constructor<>()
      .function("push(now, header, frame)", &PlayoutPort::push)
      .function("next(now)", &PlayoutPort::next)
      .function("frame()", &PlayoutPort::frame)
      .function("stream()", &PlayoutPort::stream)
      .function("timestamp()", &PlayoutPort::timestamp)
      .function("deadline()", &PlayoutPort::deadline)
      .function("removeStream(stream)", &PlayoutPort::removeStream)
      .function("dropped(index)", &PlayoutPort::dropped)
      .function("keyFrameNeeded(now)", &PlayoutPort::keyFrameNeeded)
      .function("delay()", &PlayoutPort::delay)
      .function("played(now, position)", &PlayoutPort::played)
      .function("place(timestamp, samples)", &PlayoutPort::place)
      .function("jumps()", &PlayoutPort::jumps);
}
