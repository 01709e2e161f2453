// SPDX-License-Identifier: Apache-2.0
// Which transceiver of a connection sends which of our sources, with m-lines reused so that their number stays bounded.

#pragma once

#include <emscripten/val.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "wasm/browser/js_call.h"

namespace tessera::browser {

// At any moment a connection has at most as many m-lines of a kind as the larger number of sources of that kind that
// either side has ever sent at once, save where both sides add in the same instant:
// - a source goes onto an idle transceiver (one whose sender serves no source) before a new one is made, also onto
//   one that a remote offer made;
// - a new one is made by addTrack where there is a track, because only such a transceiver is paired with an m-line of
//   a remote offer (JSEP, RFC 9429, section 5.10), so that one offer and one answer carry media both ways;
// - a removed source leaves its transceiver idle (direction recvonly), or stops it if it was never negotiated.
class Transceivers {
 public:
  explicit Transceivers(emscripten::val peer_connection);

  // `kind`: "audio" or "video"; `content`: "microphone", "camera", "screen" or "screen-audio", which choose bitrate,
  // degradation preference, content hint and which stream the track is synchronised in. `track` may be null.
  // Adding a source that is there replaces its track.
  void add(const std::string& source_id, const std::string& kind, const std::string& content, const emscripten::val& track);
  void remove(const std::string& source_id);
  // Without renegotiation; null sends nothing. Unknown sources are ignored.
  void replaceTrack(const std::string& source_id, const std::string& content, const emscripten::val& track);

  // The sources that have an m-line, as (mid, source id), in the order of the connection's transceivers.
  std::vector<std::pair<std::string, std::string>> mids() const;
  // The source that a mid sends, "" for none.
  std::string sourceOf(const std::string& mid) const;
  // The track received on a mid; null if there is no such mid.
  emscripten::val receiverTrack(const std::string& mid) const;
  // The receivers of live audio transceivers, as (mid, RTCRtpReceiver).
  std::vector<std::pair<std::string, emscripten::val>> audioReceivers() const;
  // Drops what is waiting. The connection itself is the caller's to close.
  void close();

 private:
  std::vector<emscripten::val> all() const;
  emscripten::val idle(const std::string& kind) const;
  emscripten::val streamFor(const std::string& content);
  void configureSender(const emscripten::val& transceiver, const std::string& content);

  emscripten::val peer_connection_;
  std::map<std::string, emscripten::val> by_source_;
  // Tracks of one stream are played in step: microphone with camera, screen audio with screen.
  std::map<bool, emscripten::val> streams_;
  Continuations continuations_;
};

}  // namespace tessera::browser
