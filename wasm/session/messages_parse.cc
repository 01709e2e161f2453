// SPDX-License-Identifier: Apache-2.0
// Untrusted JSON from the server and from peers into structs; what does not fit the protocol becomes an error value.
#include <cstdint>

#include "wasm/session/json.h"
#include "wasm/session/messages.h"

namespace tessera::session {
namespace {

constexpr std::size_t kMaxMessageBytes = 1024 * 1024;
constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxText = 1024;
constexpr std::size_t kMaxSdp = 256 * 1024;
constexpr std::size_t kMaxParticipants = 256;
constexpr std::size_t kMaxSources = 16;
constexpr std::size_t kMaxMids = 64;
constexpr std::size_t kMaxIceServers = 32;
constexpr std::int64_t kMaxRetryMs = 3'600'000;

Error invalid(std::string what) { return Error{ErrorCode::kInvalidMessage, std::move(what)}; }

// Each read() returns false when the JSON does not have the shape; `out` is then unspecified.

bool readString(const Json& object, const char* name, std::size_t max_bytes, std::string& out) {
  const std::string* text = findString(object, name, max_bytes);
  if (text == nullptr) return false;
  out = *text;
  return true;
}

bool readId(const Json& object, const char* name, std::string& out) {
  return readString(object, name, kMaxId, out) && !out.empty();
}

std::uint32_t number(const Json& object, const char* name) {
  return static_cast<std::uint32_t>(findInteger(object, name, 0, UINT32_MAX).value_or(0));
}

bool readSources(const Json& object, std::vector<Source>& out) {
  const Json* list = findMember(object, "sources");
  if (list == nullptr || !list->is_array() || list->size() > kMaxSources) return false;
  for (const Json& item : *list) {
    Source source;
    const std::string* kind = findString(item, "kind", kMaxId);
    const std::string* content = findString(item, "content", kMaxId);
    const auto muted = findBool(item, "muted");
    if (!readId(item, "id", source.id) || kind == nullptr || content == nullptr || !muted) return false;
    const auto known_kind = fromString<SourceKind>(*kind);
    const auto known_content = fromString<SourceContent>(*content);
    if (!known_kind || !known_content) continue;  // of a later version: not for us
    source.kind = *known_kind;
    source.content = *known_content;
    source.muted = *muted;
    for (const Source& other : out) {
      if (other.id == source.id) return false;
    }
    out.push_back(std::move(source));
  }
  return true;
}

bool readParticipant(const Json& json, Participant& out) {
  if (!readId(json, "id", out.id) || !readString(json, "name", kMaxText, out.name) || !readSources(json, out.sources)) return false;
  const auto present = findBool(json, "present");
  out.present = present.value_or(true);
  out.revision = number(json, "revision");
  out.capabilities.topologies.clear();
  const Json* capabilities = findMember(json, "capabilities");
  if (capabilities == nullptr || !capabilities->is_object()) return false;
  out.capabilities.data_channels = findBool(*capabilities, "dataChannels").value_or(false);
  const Json* topologies = findMember(*capabilities, "topologies");
  if (topologies == nullptr || !topologies->is_array() || topologies->size() > kMaxSources) return false;
  for (const Json& item : *topologies) {
    const auto* name = item.get_ptr<const std::string*>();
    if (name == nullptr || name->size() > kMaxId) return false;
    out.capabilities.topologies.push_back(*name);
  }
  return true;
}

bool readIceServers(const Json& object, std::vector<IceServer>& out) {
  const Json* list = findMember(object, "iceServers");
  if (list == nullptr || !list->is_array() || list->size() > kMaxIceServers) return false;
  for (const Json& item : *list) {
    IceServer server;
    const Json* urls = findMember(item, "urls");
    if (urls == nullptr) return false;
    const auto add = [&server](const Json& url) {
      const auto* text = url.get_ptr<const std::string*>();
      if (text == nullptr || text->size() > kMaxText) return false;
      server.urls.push_back(*text);
      return true;
    };
    if (urls->is_array()) {
      if (urls->empty() || urls->size() > kMaxIceServers) return false;
      for (const Json& url : *urls) {
        if (!add(url)) return false;
      }
    } else if (!add(*urls)) {
      return false;
    }
    if (findMember(item, "username") != nullptr && !readString(item, "username", kMaxText, server.username)) return false;
    if (findMember(item, "credential") != nullptr && !readString(item, "credential", kMaxText, server.credential)) return false;
    out.push_back(std::move(server));
  }
  return true;
}

bool readMids(const Json& object, std::vector<MidMapping>& out) {
  const Json* list = findMember(object, "mids");
  if (list == nullptr || !list->is_array() || list->size() > kMaxMids) return false;
  for (const Json& item : *list) {
    MidMapping mapping;
    if (!readId(item, "mid", mapping.mid) || !readId(item, "sourceId", mapping.source_id)) return false;
    out.push_back(std::move(mapping));
  }
  return true;
}

bool readState(const Json& json, ParticipantState& out) {
  out.revision = number(json, "revision");
  return readSources(json, out.sources);
}

bool readDescription(const Json& json, PeerDescription& out) {
  const std::string* type = findString(json, "type", kMaxId);
  const Json* state = findMember(json, "state");
  const auto sequence = findInteger(json, "sequence", 1, UINT32_MAX);
  if (type == nullptr || state == nullptr || !sequence || !readString(json, "sdp", kMaxSdp, out.sdp)) return false;
  const auto known = fromString<SdpType>(*type);
  if (!known || !readMids(json, out.mids) || !readState(*state, out.state)) return false;
  out.type = *known;
  out.sequence = static_cast<std::uint32_t>(*sequence);
  out.answers = number(json, "answers");
  out.answered = number(json, "answered");
  return out.type == SdpType::kOffer || out.answers != 0;
}

bool readCandidate(const Json& json, IceCandidate& out) {
  out.sdp_m_line_index = static_cast<int>(findInteger(json, "sdpMLineIndex", 0, 65535).value_or(0));
  if (findMember(json, "usernameFragment") != nullptr && !readString(json, "usernameFragment", 256, out.username_fragment)) {
    return false;
  }
  return readString(json, "candidate", kMaxText, out.candidate) && readString(json, "sdpMid", kMaxId, out.sdp_mid);
}

bool readPayload(const Json& json, PeerPayload& out) {
  const Json* connection = findMember(json, "connection");
  if (connection == nullptr) return false;
  const auto from = findInteger(*connection, "from", 1, UINT32_MAX);
  const auto to = findInteger(*connection, "to", 0, UINT32_MAX);
  if (!from || !to) return false;
  out.from = static_cast<std::uint32_t>(*from);
  out.to = static_cast<std::uint32_t>(*to);
  if (const Json* description = findMember(json, "description"); description != nullptr) {
    return readDescription(*description, out.content.emplace<PeerDescription>());
  }
  const Json* candidate = findMember(json, "candidate");
  return candidate != nullptr && readCandidate(*candidate, out.content.emplace<IceCandidate>());
}

std::optional<Duration> readRetry(const Json& json) {
  const auto ms = findInteger(json, "retryAfterMs", 0, kMaxRetryMs);
  return ms ? std::optional(Duration::millis(*ms)) : std::nullopt;
}

bool readJoined(const Json& json, message::Joined& out) {
  const Json* room = findMember(json, "room");
  const Json* participants = findMember(json, "participants");
  if (!readId(json, "participantId", out.participant_id) || room == nullptr || participants == nullptr) return false;
  out.resumed = findBool(json, "resumed").value_or(false);
  const auto capacity = findInteger(*room, "capacity", 1, 1'000'000);
  if (!capacity || !readId(*room, "name", out.room.name) || !readId(*room, "topology", out.room.topology)) return false;
  out.room.capacity = static_cast<int>(*capacity);
  if (const std::string* token = findString(json, "resumeToken", 4096); token != nullptr) out.resume_token = *token;
  if (!participants->is_array() || participants->size() > kMaxParticipants) return false;
  for (const Json& item : *participants) {
    if (!readParticipant(item, out.participants.emplace_back())) return false;
  }
  return readIceServers(json, out.ice_servers);
}

bool readMessage(const Json& json, std::string_view type, ServerMessage& out) {
  if (type == "joined") return readJoined(json, out.emplace<message::Joined>());
  if (type == "participantJoined" || type == "participantUpdated") {
    Participant participant;
    const Json* member = findMember(json, "participant");
    if (member == nullptr || !readParticipant(*member, participant)) return false;
    if (type == "participantJoined") {
      out = message::ParticipantJoined{std::move(participant)};
    } else {
      out = message::ParticipantUpdated{std::move(participant)};
    }
    return true;
  }
  if (type == "participantLeft") {
    auto& left = out.emplace<message::ParticipantLeft>();
    return readId(json, "participantId", left.participant_id) && readString(json, "reason", kMaxId, left.reason);
  }
  if (type == "signal") {
    auto& signal = out.emplace<message::Signal>();
    const Json* payload = findMember(json, "payload");
    return payload != nullptr && readId(json, "from", signal.from) && readPayload(*payload, signal.payload);
  }
  if (type == "iceServers") return readIceServers(json, out.emplace<message::IceServers>().ice_servers);
  if (type == "error") {
    auto& error = out.emplace<message::ServerError>();
    error.fatal = findBool(json, "fatal").value_or(false);
    error.retry_after = readRetry(json);
    if (const std::string* id = findString(json, "inReplyTo", 128); id != nullptr) error.in_reply_to = *id;
    return readId(json, "code", error.code) && readString(json, "message", kMaxText, error.message);
  }
  if (type == "closing") {
    auto& closing = out.emplace<message::Closing>();
    closing.retry_after = readRetry(json);
    return readString(json, "reason", kMaxText, closing.reason);
  }
  out = message::Other{};
  return true;
}

}  // namespace

Result<ServerMessage> parseServerMessage(std::string_view text) {
  const auto json = parseJson(text, kMaxMessageBytes);
  if (!json) return invalid("The message is not JSON.");
  const std::string* type = findString(*json, "type", kMaxId);
  if (type == nullptr) return invalid("The message has no type.");
  ServerMessage out = message::Other{};
  if (!readMessage(*json, *type, out)) return invalid("A message of type '" + *type + "' is malformed.");
  return out;
}

Result<std::optional<ParticipantState>> parseControl(std::string_view text) {
  const auto json = parseJson(text, kMaxDataBytes);
  if (!json) return invalid("The control message is not JSON.");
  const std::string* type = findString(*json, "type", kMaxId);
  if (type == nullptr) return invalid("The control message has no type.");
  if (*type != "state") return std::optional<ParticipantState>();
  ParticipantState state;
  if (!readState(*json, state)) return invalid("A control message of type 'state' is malformed.");
  return std::optional<ParticipantState>(std::move(state));
}

}  // namespace tessera::session
