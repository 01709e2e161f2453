// SPDX-License-Identifier: Apache-2.0
// The signalling protocol's messages and the peers' own payloads as structs; parsing accepts nothing that is not valid.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wasm/base/result.h"
#include "wasm/base/units.h"
#include "wasm/session/types.h"

namespace tessera::session {

// What one participant says about what it sends; the larger revision is the newer state, whichever way it came.
// No name in it: a name may be fixed by a token, so only the server tells it.
struct ParticipantState {
  std::uint32_t revision = 0;
  std::vector<Source> sources;

  bool operator==(const ParticipantState&) const = default;
};

// A session description with what the other side needs to place it.
struct PeerDescription {
  std::uint32_t sequence = 0;  // grows with each description of the sender's connection
  std::uint32_t answers = 0;   // answer: the sequence of the offer it answers
  std::uint32_t answered = 0;  // the sequence of the receiver's last offer that the sender answered; 0: none
  SdpType type = SdpType::kOffer;
  std::string sdp;
  std::vector<MidMapping> mids;
  ParticipantState state;
};

// What participants send each other inside `signal`; described in PEER_PAYLOADS.md.
struct PeerPayload {
  std::uint32_t from = 0;  // the sender's connection number
  std::uint32_t to = 0;    // the receiver's, as far as the sender has heard of it for this connection; 0: not yet
  std::variant<PeerDescription, IceCandidate> content;
};

namespace message {

struct Joined {
  std::string participant_id;
  bool resumed = false;
  RoomInfo room;
  std::vector<Participant> participants;
  std::vector<IceServer> ice_servers;
  std::string resume_token;  // for later joins; empty: the old one stays
};
struct ParticipantJoined {
  Participant participant;
};
struct ParticipantUpdated {
  Participant participant;
};
struct ParticipantLeft {
  std::string participant_id;
  std::string reason;
};
struct Signal {
  std::string from;
  PeerPayload payload;
};
struct IceServers {
  std::vector<IceServer> ice_servers;
};
struct ServerError {
  std::string code;
  std::string message;
  bool fatal = false;
  std::string in_reply_to;  // empty: unasked
  std::optional<Duration> retry_after;
};
struct Closing {
  std::string reason;
  std::optional<Duration> retry_after;
};
// Valid, but nothing a session acts on: `lobby`, and types of later versions.
struct Other {};

}  // namespace message

using ServerMessage = std::variant<message::Joined, message::ParticipantJoined, message::ParticipantUpdated,
                                   message::ParticipantLeft, message::Signal, message::IceServers, message::ServerError,
                                   message::Closing, message::Other>;

// At most 1 MiB of text and 16 levels deep.
Result<ServerMessage> parseServerMessage(std::string_view text);

struct JoinMessage {
  std::string id;
  std::string room;
  std::string token;
  std::string participant_key;
  std::string name;
  Capabilities capabilities;
  ParticipantState state;
};
std::string serializeJoin(const JoinMessage& join);
std::string serializeLeave();
std::string serializeUpdate(const std::string& id, const std::string& name, const ParticipantState& state);
std::string serializeSignal(const std::string& id, const std::string& to, const PeerPayload& payload);

// --- on the data channels ---

// "tessera.control": one JSON text per message. Today there is one kind, the sender's whole state.
std::string serializeControl(const ParticipantState& state);
Result<std::optional<ParticipantState>> parseControl(std::string_view text);  // nullopt: a kind of a later version

// "tessera.reliable" and "tessera.unreliable": version (1), flags (bit 0: text), topic length (16 bits, big endian), topic
// (UTF-8), then the application's bytes.
struct Envelope {
  std::string topic;
  Bytes bytes;
  bool is_text = false;
};
inline constexpr std::size_t kMaxTopicBytes = 256;
Result<Bytes> encodeEnvelope(const Envelope& envelope);
Result<Envelope> decodeEnvelope(const Bytes& bytes);

}  // namespace tessera::session
