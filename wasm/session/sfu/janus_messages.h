// SPDX-License-Identifier: Apache-2.0
// Janus' messages as structs: the session protocol over WebSockets and the VideoRoom plugin's requests and events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wasm/base/result.h"
#include "wasm/session/types.h"

namespace tessera::session::sfu {

// The numbers by which Janus names sessions, handles, rooms and feeds: below 2^53. 0: none.
using JanusId = std::int64_t;
inline constexpr JanusId kMaxJanusId = (JanusId{1} << 53) - 1;

// One stream that a publisher offers.
struct FeedStream {
  std::string mid;
  SourceKind kind = SourceKind::kAudio;
  std::string description;
  bool disabled = false;  // its m-line exists, nothing is published on it

  bool operator==(const FeedStream&) const = default;
};

// A publisher. `display` is what it said of itself when it joined.
struct Feed {
  JanusId id = 0;
  std::string display;
  std::vector<FeedStream> streams;
};

// One m-line of a subscription and what it carries.
struct SubscribedStream {
  std::string mid;
  SourceKind kind = SourceKind::kAudio;
  bool active = true;  // false: an m-line that waits to be used again
  JanusId feed = 0;
  std::string feed_mid;
  std::string feed_display;
  std::string feed_description;
};

struct Jsep {
  SdpType type = SdpType::kOffer;
  std::string sdp;
};

// What the VideoRoom says; only the members that its `kind` has are set.
struct RoomEvent {
  std::string kind;  // "joined", "attached", "updated", "event", "created", "participants", "destroyed", …
  int error_code = 0;
  std::string error;
  JanusId id = 0;                                     // joined: this publisher's feed
  JanusId private_id = 0;                             // joined
  std::vector<Feed> publishers;                       // joined, event: new feeds, or known ones with other streams
  std::optional<std::vector<SubscribedStream>> streams;  // attached, updated: the whole subscription
  JanusId gone = 0;                                   // event: a feed that left or unpublished
  bool ended = false;                                 // event: this participant left, or was removed by an administrator
  std::string mid;                                    // event about a received stream's layer
  std::optional<int> substream;                       // 0..2 is being received on `mid`
  std::optional<int> temporal;
};

namespace janus {

// Answers `create`, `attach`, and the plugin's requests that are answered at once.
struct Success {
  std::string transaction;
  JanusId id = 0;
  std::optional<RoomEvent> event;
};
// Taken; an Event follows.
struct Ack {
  std::string transaction;
};
struct Failure {
  std::string transaction;
  int code = 0;
  std::string reason;
};
struct Event {
  std::string transaction;  // empty: unasked
  JanusId sender = 0;
  RoomEvent event;
  std::optional<Jsep> jsep;
};
// An empty candidate is the end of candidates.
struct Trickle {
  JanusId sender = 0;
  IceCandidate candidate;
};
// The peer connection of a handle is gone.
struct Hangup {
  JanusId sender = 0;
  std::string reason;
};
struct Detached {
  JanusId sender = 0;
};
// The session is gone.
struct Timeout {};
// Janus lost many packets from (uplink) or heard of many lost to (downlink) this client, since the last such message.
struct SlowLink {
  JanusId sender = 0;
  bool uplink = false;
  int lost = 0;
  std::string mid;
};
// Valid, but nothing to act on.
struct Other {};

}  // namespace janus

using JanusMessage = std::variant<janus::Success, janus::Ack, janus::Failure, janus::Event, janus::Trickle, janus::Hangup,
                                  janus::Detached, janus::Timeout, janus::SlowLink, janus::Other>;

// At most 1 MiB of text, 16 levels deep, 256 streams or feeds; what does not fit is kInvalidMessage.
Result<JanusMessage> parseJanusMessage(std::string_view text);

// --- requests; each gives one JSON text ---

// Where a request goes. handle 0: the session itself; session 0: the server.
struct Address {
  JanusId session = 0;
  JanusId handle = 0;
};

struct RoomAccess {
  JanusId room = 0;
  std::string pin;     // empty: none
  std::string secret;  // to create the room with; empty: none
};

struct FeedRef {
  JanusId feed = 0;
  std::string mid;  // empty: all of it

  bool operator==(const FeedRef&) const = default;
};

// Which layer of one received stream to forward.
struct LayerRequest {
  std::string mid;
  int substream = 2;  // 0: smallest
  int temporal = 2;   // 0: lowest frame rate
  bool send = true;   // false: nothing at all

  bool operator==(const LayerRequest&) const = default;
};

// `verb`: create, claim, keepalive, destroy, detach; attach names the VideoRoom plugin.
std::string serializeRequest(std::string_view verb, const Address& to, std::string_view transaction);
std::string serializeTrickle(const Address& to, std::string_view transaction, const IceCandidate& candidate);
std::string serializeCreateRoom(const Address& to, std::string_view transaction, const RoomAccess& access, int publishers);
std::string serializeListParticipants(const Address& to, std::string_view transaction, JanusId room);
std::string serializeJoinPublisher(const Address& to, std::string_view transaction, const RoomAccess& access,
                                   const std::string& display);
// `mids`: mid and description of each stream. The first offer publishes, later ones configure.
std::string serializePublish(const Address& to, std::string_view transaction, bool first, const std::string& sdp,
                             const std::vector<MidMapping>& mids);
std::string serializeJoinSubscriber(const Address& to, std::string_view transaction, const RoomAccess& access, JanusId private_id,
                                    const std::vector<FeedRef>& streams);
// `unsubscribe`: mids of the subscription.
std::string serializeUpdate(const Address& to, std::string_view transaction, const std::vector<FeedRef>& subscribe,
                            const std::vector<std::string>& unsubscribe);
std::string serializeStart(const Address& to, std::string_view transaction, const std::string& sdp);
std::string serializeConfigure(const Address& to, std::string_view transaction, const std::vector<LayerRequest>& layers);
// Janus passes a picture loss indication on to the sender whenever a stream is set to be sent, also when it was before.
std::string serializeKeyFrameRequest(const Address& to, std::string_view transaction, std::string_view mid);
// unpublish, leave.
std::string serializePlain(const Address& to, std::string_view transaction, std::string_view request);

}  // namespace tessera::session::sfu
