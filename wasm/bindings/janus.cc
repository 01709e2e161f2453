// SPDX-License-Identifier: Apache-2.0
// What JavaScript sees of the module for rooms on a Janus SFU.

#include <emscripten/bind.h>

#include "wasm/browser/janus_call.h"
#include "wasm/browser/js_callback.h"

using emscripten::class_;
using emscripten::register_type;
using tessera::browser::JanusCall;
using tessera::browser::JsCallback;

namespace {

EMSCRIPTEN_DECLARE_VAL_TYPE(JanusOptions);
EMSCRIPTEN_DECLARE_VAL_TYPE(JanusListener);
EMSCRIPTEN_DECLARE_VAL_TYPE(IceServers);
EMSCRIPTEN_DECLARE_VAL_TYPE(Track);
EMSCRIPTEN_DECLARE_VAL_TYPE(ConnectionDetails);
EMSCRIPTEN_DECLARE_VAL_TYPE(ReceiverStatistics);

}  // namespace

EMSCRIPTEN_BINDINGS(tessera_janus) {
  register_type<JanusOptions>(
      "{ room: number, pin: string, secret: string, participantId: string, iceServers: RTCIceServer[], relayOnly: boolean }");
  register_type<JanusListener>(
      "{ open(): void, closeTransport(): void, send(text: string): void, notify(json: string, track?: MediaStreamTrack): void, "
      "quality(quality: 'good' | 'fair' | 'poor' | 'lost'): void, activeSpeaker(participantId: string): void }");
  register_type<IceServers>("RTCIceServer[]");
  register_type<Track>("MediaStreamTrack | null");
  register_type<ConnectionDetails>("Promise<unknown[]>");
  register_type<ReceiverStatistics>("Promise<RTCStatsReport | null>");

  class_<JanusCall>("JanusCall")
      .constructor(+[](const JanusOptions& options, const JanusListener& listener) { return new JanusCall(options, listener); },
                   emscripten::allow_raw_pointers())
      .function("start", &JanusCall::start)
      .function("close", &JanusCall::close)
      .function("transportOpened", &JanusCall::transportOpened)
      .function("transportClosed", &JanusCall::transportClosed)
      .function("transportMessage(text)", &JanusCall::transportMessage)
      .function("networkChanged", &JanusCall::networkChanged)
      .function("setIceServers(servers)", +[](JanusCall& call, const IceServers& servers) { call.setIceServers(servers); })
      .function("addSource(sourceId, content, layers, track)",
                +[](JanusCall& call, const std::string& id, const std::string& content, int layers, const Track& track) {
                  call.addSource(id, content, layers, track);
                })
      .function("setSourceTrack(sourceId, track)",
                +[](JanusCall& call, const std::string& id, const Track& track) { call.setSourceTrack(id, track); })
      .function("removeSource(sourceId)", &JanusCall::removeSource)
      .function("setActiveLayers(sourceId, layers)", &JanusCall::setActiveLayers)
      .function("selectLayer(participantId, sourceId, spatial, temporal, paused)", &JanusCall::selectLayer)
      .function("requestKeyFrame(participantId, sourceId)", &JanusCall::requestKeyFrame)
      .function("audioLevel(participantId)", &JanusCall::audioLevel)
      .function("receiverStatistics", +[](JanusCall& call) { return ReceiverStatistics(call.receiverStatistics()); })
      .function("diagnostics", +[](JanusCall& call) { return ConnectionDetails(call.diagnostics()); });

  emscripten::function("liveCallbacks", &JsCallback::liveCount);
}
