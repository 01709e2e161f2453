// SPDX-License-Identifier: Apache-2.0
// A call in the browser: a Session with its peer connections, its timer, its local tracks and its listener in JavaScript.

#pragma once

#include <emscripten/val.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "wasm/browser/active_speaker.h"
#include "wasm/browser/js_call.h"
#include "wasm/browser/js_callback.h"
#include "wasm/browser/peer_connection.h"
#include "wasm/browser/quality.h"
#include "wasm/browser/timer.h"
#include "wasm/session/session.h"
#include "wasm/session/session_log.h"

namespace tessera::browser {

// Every event, from wherever it comes, goes through handle(): it is logged, given to the session, and the session's
// actions are carried out before the next event. An event that arrives meanwhile (a listener that calls back in) waits.
//
// `listener` is a JavaScript object with the methods
//   send(text)                               to the signalling server
//   notify(json, track)                      a session notification; `track` is the MediaStreamTrack of a RemoteSourceAdded
//   data(from, topic, data)                  a Data notification; string or Uint8Array
//   quality(participantId, quality)          "good", "fair", "poor" or "lost"
//   activeSpeaker(participantId)             "" while nobody speaks
// which may call back into the Call, close() included; deleting it has to wait until they have returned.
class Call {
 public:
  // options: {relayOnly = false, firstConnection: integer >= 1}.
  Call(const emscripten::val& options, emscripten::val listener);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Sources added before go into the join itself.
  void start(const std::string& room, const std::string& token, const std::string& participant_key, const std::string& name);
  void setToken(const std::string& token);
  void setName(const std::string& name);
  void leave();
  // Leaves if need be, closes every connection and timer, and calls the listener no more.
  void close();

  void transportOpened();
  void transportClosed(const std::string& reason);
  void transportMessage(const std::string& text);
  void networkChanged();

  // `content`: see session::SourceContent; `track`: a MediaStreamTrack, or null for nothing yet.
  void addSource(const std::string& source_id, const std::string& content, bool muted, const emscripten::val& track);
  // Sends another track, or nothing for null, without renegotiation.
  void setSourceTrack(const std::string& source_id, const emscripten::val& track);
  void setSourceMuted(const std::string& source_id, bool muted);
  void removeSource(const std::string& source_id);

  // `data`: string or Uint8Array. `to`: array of participant ids, empty for everybody.
  void sendData(const std::string& topic, const emscripten::val& data, bool reliable, const emscripten::val& to);

  // Smoothed level of a participant's microphone, 0..1.
  double audioLevel(const std::string& participant_id) const { return active_speaker_.level(participant_id); }
  // A promise of one object per connection; see PeerDiagnostics in the package's types.
  emscripten::val diagnostics();
  // The session log so far, as JSON lines.
  std::string exportLog() const { return log_.text(); }

 private:
  struct LocalSource {
    session::Source source;
    emscripten::val track;
  };
  struct Peer {
    std::unique_ptr<PeerConnection> connection;
    // Sources received here, by mid.
    std::map<std::string, session::Source> received;
    QualityEstimator quality;
  };
  void handle(session::Event event);
  void execute(const session::Action& action);
  void notify(const session::Notification& notification);
  void createPeer(const session::action::CreatePeerConnection& action);
  void armSessionTimer();
  void armLevelTimer();
  void armStatsTimer();
  void measureLevels();
  emscripten::val requestStats(const JsCallback& done);
  emscripten::val digestAll(const emscripten::val& ids_and_reports, bool for_listener);
  void tearDown();

  emscripten::val listener_;
  session::Session session_;
  session::SessionLog log_;
  std::map<session::PeerConnectionId, Peer> peers_;
  std::map<std::string, LocalSource> local_;
  std::deque<session::Event> waiting_;
  bool running_ = false;
  bool started_ = false;
  bool ended_ = false;   // the session has notified Closed
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
