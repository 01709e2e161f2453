// SPDX-License-Identifier: Apache-2.0
// A Janus server as far as one client can tell, and the client's browser: answers requests, keeps feeds, can be silent or gone.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wasm/session/json.h"
#include "wasm/session/sfu/janus.h"

namespace tessera::session::sfu {

// A JanusSession with everything around it, on a clock that only the test moves.
class JanusWorld {
 public:
  explicit JanusWorld(JanusConfig config = defaults());

  static JanusConfig defaults();

  // --- what the test does ---
  void start() { feed(event::Started{}); }
  void feed(const JanusEvent& event);
  // Moves the clock, firing timers at their time.
  void advance(Duration duration);
  void addCamera(const std::string& id = "cam");
  // All peer connections of the browser come up, or change to another state.
  void connections(ConnectionState state);
  // Another participant publishes (camera "cam" and microphone "mic"), with this feed number.
  // `video`: the description of what it sends beside a microphone.
  void publishOther(JanusId feed, const std::string& participant, const std::string& video = "camera:cam");
  void leaveOther(JanusId feed);
  void say(const std::string& json) { feed(session::event::TransportMessage{json}); }
  // The server process ends; while gone no transport opens.
  void kill();
  void revive() { alive = true; }
  // The connection to it is cut, the server lives on.
  void cutTransport();

  // --- what the test looks at ---
  // Bodies of the requests of this name so far.
  std::vector<Json> requests(const std::string& name) const;
  std::size_t verbs(const std::string& verb) const;
  template <class N>
  std::vector<N> told() const {
    std::vector<N> result;
    for (const JanusNotification& it : notifications) {
      if (const N* found = std::get_if<N>(&it)) result.push_back(*found);
    }
    return result;
  }
  std::optional<PeerState> state() const;
  std::vector<PeerConnectionId> open_connections;
  std::vector<session::action::AddSource> added_sources;
  std::vector<session::action::AddIceCandidate> candidates;
  std::vector<JanusNotification> notifications;
  std::vector<Json> sent;
  JanusSession session;
  Timestamp now = Timestamp::millis(1000);

  // --- what the server is like ---
  bool alive = true;
  bool room_exists = true;
  bool answers = true;       // false: takes everything and says nothing
  int join_error = 0;        // code, of joins as publisher
  int subscribe_error = 0;   // code, of the next subscription only
  bool updates_late = false; // says "updating" and makes its offer when makeOffer() is called
  void makeOffer();

 private:
  struct OtherFeed {
    JanusId id;
    std::string participant;
    std::string video;
  };
  struct Stream {
    std::string mid;
    JanusId feed;
    std::string feed_mid;
    bool active;
  };

  void drain();
  void carryOut(const JanusAction& action);
  void serve(const std::string& text);
  void serveBody(const Json& message, const Json& body);
  void subscribe(const Json& list);
  std::string streams() const;
  std::string feedJson(const OtherFeed& feed) const;
  void later(std::string json) { replies_.push_back(std::move(json)); }
  void event(const Json& message, const std::string& data, const std::string& jsep = {});
  void toPublisher(const std::string& data);

  std::vector<std::string> replies_;
  std::vector<JanusEvent> outcomes_;
  bool open_ = false;
  JanusId session_ = 0;
  JanusId next_id_ = 100;
  JanusId publisher_ = 0;
  JanusId subscriber_ = 0;
  std::vector<OtherFeed> others_;
  std::vector<Stream> streams_;
  std::string offer_due_;
  int offers_ = 0;
};

}  // namespace tessera::session::sfu
