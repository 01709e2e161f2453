// SPDX-License-Identifier: Apache-2.0
// What JavaScript sees of the layers module: the selector, the sender's demand, and the replay of a log.
#include <emscripten/bind.h>

#include "wasm/layers/port.h"

using namespace emscripten;
using namespace tessera::layers;

EMSCRIPTEN_BINDINGS(layers) {
  class_<SelectionPort>("Selection")
      .constructor<>()
      .function("option(name, value)", &SelectionPort::option)
      .function("begin(recorded)", &SelectionPort::begin)
      .function("beginSource(content, codec, switching)", &SelectionPort::beginSource)
      .function("addLayer(spatial, temporal, width, height, frameRate, bitrate, active)", &SelectionPort::addLayer)
      .function("endSource(now, id)", &SelectionPort::endSource)
      .function("removeSource(now, id)", &SelectionPort::removeSource)
      .function("setTile(now, id, width, height, visible, pinned, speaking)", &SelectionPort::setTile)
      .function("setDownlink(now, bitsPerSecond, confidence)", &SelectionPort::setDownlink)
      .function("setServerQuality(now, quality)", &SelectionPort::setServerQuality)
      .function("setDecodeBudget(now, share)", &SelectionPort::setDecodeBudget)
      .function("setAudio(now, bitsPerSecond)", &SelectionPort::setAudio)
      .function("addStream(id, packetsReceived, packetsLost, bytesReceived, framesReceived, framesDecoded, freezes)", &SelectionPort::addStream)
      .function("addTimes(jitter, jitterBufferDelay, jitterBufferEmitted, decodeTime, width, height)", &SelectionPort::addTimes)
      .function("endStatistics(now)", &SelectionPort::endStatistics)
      .function("frameDecoded(now, id)", &SelectionPort::frameDecoded)
      .function("restart(now)", &SelectionPort::restart)
      .function("update(now)", &SelectionPort::update)
      .function("choices()", &SelectionPort::choices)
      .function("choiceId(index)", &SelectionPort::choiceId)
      .function("choiceKind(index)", &SelectionPort::choiceKind)
      .function("choiceReason(index)", &SelectionPort::choiceReason)
      .function("choiceSpatial(index)", &SelectionPort::choiceSpatial)
      .function("choiceTemporal(index)", &SelectionPort::choiceTemporal)
      .function("choiceBitrate(index)", &SelectionPort::choiceBitrate)
      .function("downlinkBits()", &SelectionPort::downlinkBits)
      .function("downlinkConfidence()", &SelectionPort::downlinkConfidence)
      .function("downlinkCalm()", &SelectionPort::downlinkCalm)
      .function("log()", &SelectionPort::log);
  class_<DemandPort>("Demand")
      .constructor<int>()
      .function("set(now, receiver, spatial, temporal)", &DemandPort::set)
      .function("remove(now, receiver)", &DemandPort::remove)
      .function("update(now)", &DemandPort::update)
      .function("maxTemporal(spatial)", &DemandPort::maxTemporal)
      .function("deadline()", &DemandPort::deadline);
  function("replay(log)", &replayPort);
}
