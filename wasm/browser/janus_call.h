// SPDX-License-Identifier: Apache-2.0
// A place in a Janus room, in the browser: a JanusSession with its two peer connections, its timer, its tracks and its listener.

#pragma once

#include <emscripten/val.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "wasm/browser/active_speaker.h"
#include "wasm/browser/js_callback.h"
#include "wasm/browser/layered_senders.h"
#include "wasm/browser/peer_connection.h"
#include "wasm/browser/quality.h"
#include "wasm/browser/timer.h"
#include "wasm/session/sfu/janus.h"

namespace tessera::browser {

// Every event goes through handle(), as in Call.
//
// `listener` is a JavaScript object with the methods
//   open() / closeTransport()        a WebSocket to Janus, subprotocol janus-protocol
//   send(text)                       on it
//   notify(json, track)              a JanusNotification; `track` is the MediaStreamTrack of a SourceAdded
//   quality(quality)                 of what is received: "good", "fair", "poor" or "lost"
//   activeSpeaker(participantId)     "" while nobody speaks
// which may call back in, close() included; deleting the object has to wait until they have returned.
class JanusCall {
 public:
  // options: {room: integer, pin, secret, participantId: string, iceServers: RTCIceServer[], relayOnly: boolean}.
  JanusCall(const emscripten::val& options, emscripten::val listener);
  ~JanusCall();
  JanusCall(const JanusCall&) = delete;
  JanusCall& operator=(const JanusCall&) = delete;

  void start();
  void close();

  void transportOpened();
  void transportClosed();
  void transportMessage(const std::string& text);
  void networkChanged();
  void setIceServers(const emscripten::val& servers);

  // As in Call. `layers`: 1 to 3, how many a camera is sent in; browsers encode fewer of small pictures.
  void addSource(const std::string& source_id, const std::string& content, int layers, const emscripten::val& track);
  void setSourceTrack(const std::string& source_id, const emscripten::val& track);
  void removeSource(const std::string& source_id);
  // See LayeredSenders::setActiveLayers; remembered for sources that are yet to come.
  void setActiveLayers(const std::string& source_id, unsigned layers);

  // See sfu::event::LayerSelected.
  void selectLayer(const std::string& participant_id, const std::string& source_id, int spatial, int temporal, bool paused);

  // See sfu::event::KeyFrameRequested.
  void requestKeyFrame(const std::string& participant_id, const std::string& source_id);

  double audioLevel(const std::string& participant_id) const { return active_speaker_.level(participant_id); }
  // A promise of one object per peer connection, as Call gives, `participantId` and `sourceId` in each row of `inbound`.
  emscripten::val diagnostics();
  // A promise of the RTCStatsReport of what is received, or of null while nothing is.
  emscripten::val receiverStatistics() const;

 private:
  struct LocalSource {
    session::Source source;
    int layers = 1;
    emscripten::val track;
  };
  struct Received {
    std::string participant_id;
    session::Source source;
  };
  struct Leg {
    std::unique_ptr<PeerConnection> connection;
    std::unique_ptr<LayeredSenders> senders;
    std::map<std::string, Received> received;  // by mid
    QualityEstimator quality;
  };

  void handle(session::sfu::JanusEvent event);
  void handleFromConnection(const session::Event& event);
  void execute(const session::sfu::JanusAction& action);
  void notify(const session::sfu::JanusNotification& notification);
  void createLeg(const session::action::CreatePeerConnection& action);
  void armSessionTimer();
  void armLevelTimer();
  void armStatsTimer();
  void measureLevels();
  emscripten::val requestStats(const JsCallback& done);
  emscripten::val digestAll(const emscripten::val& ids_and_reports, bool for_listener);
  void tearDown();

  emscripten::val listener_;
  session::sfu::JanusSession session_;
  std::map<session::PeerConnectionId, Leg> legs_;
  std::map<std::string, LocalSource> local_;
  std::map<std::string, unsigned> active_layers_;
  std::deque<session::sfu::JanusEvent> waiting_;
  bool running_ = false;
  bool ended_ = false;
  bool closing_ = false;
  bool closed_ = false;
  Timer session_timer_;
  Timer level_timer_;
  Timer stats_timer_;
  ActiveSpeaker active_speaker_;
  JsCallback diagnosed_;
  JsCallback polled_;
};

}  // namespace tessera::browser
