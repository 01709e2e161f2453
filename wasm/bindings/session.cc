// SPDX-License-Identifier: Apache-2.0
// What JavaScript sees of the session module: the call and the capture of media.

#include <emscripten/bind.h>

#include "wasm/browser/call.h"
#include "wasm/browser/js_callback.h"
#include "wasm/browser/media_capture.h"
#include "wasm/browser/peer_connection.h"

using emscripten::class_;
using emscripten::register_type;
using tessera::browser::Call;
using tessera::browser::JsCallback;
using tessera::browser::MediaCapture;

namespace {

EMSCRIPTEN_DECLARE_VAL_TYPE(CallOptions);
EMSCRIPTEN_DECLARE_VAL_TYPE(CallListener);
EMSCRIPTEN_DECLARE_VAL_TYPE(Track);
EMSCRIPTEN_DECLARE_VAL_TYPE(Payload);
EMSCRIPTEN_DECLARE_VAL_TYPE(ParticipantIds);
EMSCRIPTEN_DECLARE_VAL_TYPE(PeerDetails);
EMSCRIPTEN_DECLARE_VAL_TYPE(MicrophoneConstraints);
EMSCRIPTEN_DECLARE_VAL_TYPE(CameraConstraints);
EMSCRIPTEN_DECLARE_VAL_TYPE(ScreenConstraints);
EMSCRIPTEN_DECLARE_VAL_TYPE(StreamPromise);
EMSCRIPTEN_DECLARE_VAL_TYPE(DevicesPromise);
EMSCRIPTEN_DECLARE_VAL_TYPE(DeviceChangeListener);
EMSCRIPTEN_DECLARE_VAL_TYPE(Configuration);
EMSCRIPTEN_DECLARE_VAL_TYPE(BareConnection);

}  // namespace

EMSCRIPTEN_BINDINGS(tessera_session) {
  register_type<CallOptions>("{ relayOnly: boolean, firstConnection: number }");
  register_type<CallListener>(
      "{ send(text: string): void, notify(json: string, track?: MediaStreamTrack): void, "
      "data(from: string, topic: string, data: string | Uint8Array): void, "
      "quality(participantId: string, quality: 'good' | 'fair' | 'poor' | 'lost'): void, "
      "activeSpeaker(participantId: string): void }");
  register_type<Track>("MediaStreamTrack | null");
  register_type<Payload>("string | Uint8Array");
  register_type<ParticipantIds>("string[]");
  register_type<PeerDetails>("Promise<unknown[]>");
  register_type<MicrophoneConstraints>("{ deviceId?: string }");
  register_type<CameraConstraints>(
      "{ deviceId?: string, width?: number, height?: number, frameRate?: number, facingMode?: string }");
  register_type<ScreenConstraints>("{ audio: boolean }");
  register_type<StreamPromise>("Promise<MediaStream>");
  register_type<DevicesPromise>(
      "Promise<Record<'cameras' | 'microphones' | 'speakers', { deviceId: string, groupId: string, label: string }[]>>");
  register_type<DeviceChangeListener>("(() => void) | null");
  register_type<Configuration>("RTCConfiguration");
  register_type<BareConnection>("RTCPeerConnection | null");

  class_<Call>("Call")
      .constructor(+[](const CallOptions& options, const CallListener& listener) { return new Call(options, listener); },
                   emscripten::allow_raw_pointers())
      .function("start(room, token, participantKey, name)", &Call::start)
      .function("setToken(token)", &Call::setToken)
      .function("setName(name)", &Call::setName)
      .function("leave", &Call::leave)
      .function("close", &Call::close)
      .function("transportOpened", &Call::transportOpened)
      .function("transportClosed(reason)", &Call::transportClosed)
      .function("transportMessage(text)", &Call::transportMessage)
      .function("networkChanged", &Call::networkChanged)
      .function("addSource(sourceId, content, muted, track)",
                +[](Call& call, const std::string& id, const std::string& content, bool muted, const Track& track) {
                  call.addSource(id, content, muted, track);
                })
      .function("setSourceTrack(sourceId, track)",
                +[](Call& call, const std::string& id, const Track& track) { call.setSourceTrack(id, track); })
      .function("setSourceMuted(sourceId, muted)", &Call::setSourceMuted)
      .function("removeSource(sourceId)", &Call::removeSource)
      .function("sendData(topic, data, reliable, to)",
                +[](Call& call, const std::string& topic, const Payload& data, bool reliable, const ParticipantIds& to) {
                  call.sendData(topic, data, reliable, to);
                })
      .function("audioLevel(participantId)", &Call::audioLevel)
      .function("diagnostics", +[](Call& call) { return PeerDetails(call.diagnostics()); })
      .function("exportLog", &Call::exportLog);

  class_<MediaCapture>("MediaCapture")
      .constructor<>()
      .function("openMicrophone(options)", +[](MediaCapture& capture, const MicrophoneConstraints& options) {
        return StreamPromise(capture.openMicrophone(options));
      })
      .function("openCamera(options)", +[](MediaCapture& capture, const CameraConstraints& options) {
        return StreamPromise(capture.openCamera(options));
      })
      .function("openScreen(options)", +[](MediaCapture& capture, const ScreenConstraints& options) {
        return StreamPromise(capture.openScreen(options));
      })
      .function("listDevices", +[](MediaCapture& capture) { return DevicesPromise(capture.listDevices()); })
      .function("setDeviceChangeListener(listener)", +[](MediaCapture& capture, const DeviceChangeListener& listener) {
        capture.setDeviceChangeListener(listener);
      })
      .function("close", &MediaCapture::close);

  emscripten::function("openPeerConnection(configuration)", +[](const Configuration& configuration) {
    return BareConnection(tessera::browser::openPeerConnection(configuration));
  });
  emscripten::function("liveCallbacks", &JsCallback::liveCount);
}
