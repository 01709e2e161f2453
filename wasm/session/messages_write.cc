// SPDX-License-Identifier: Apache-2.0
// What the session says to the server and to its peers, as JSON text.
#include "wasm/session/json.h"
#include "wasm/session/messages.h"

namespace tessera::session {
namespace {

class MessageWriter {
 public:
  explicit MessageWriter(std::string_view type) {
    out_.beginObject();
    string("type", type);
  }
  void string(std::string_view name, std::string_view value) {
    out_.key(name);
    out_.string(value);
  }
  void integer(std::string_view name, std::int64_t value) {
    out_.key(name);
    out_.integer(value);
  }
  void boolean(std::string_view name, bool value) {
    out_.key(name);
    out_.boolean(value);
  }
  void begin(std::string_view name) {
    out_.key(name);
    out_.beginObject();
  }
  void end() { out_.endObject(); }

  // The members of a state, without braces: `revision` and `sources`.
  void state(const ParticipantState& state) {
    integer("revision", state.revision);
    out_.key("sources");
    out_.beginArray();
    for (const Source& source : state.sources) {
      out_.beginObject();
      string("id", source.id);
      string("kind", toString(source.kind));
      string("content", toString(source.content));
      boolean("muted", source.muted);
      out_.endObject();
    }
    out_.endArray();
  }
  void capabilities(const Capabilities& capabilities) {
    begin("capabilities");
    out_.key("topologies");
    out_.beginArray();
    for (const std::string& topology : capabilities.topologies) out_.string(topology);
    out_.endArray();
    boolean("dataChannels", capabilities.data_channels);
    end();
  }
  void description(const PeerDescription& description) {
    begin("description");
    string("type", toString(description.type));
    integer("sequence", description.sequence);
    if (description.answers != 0) integer("answers", description.answers);
    integer("answered", description.answered);
    string("sdp", description.sdp);
    out_.key("mids");
    out_.beginArray();
    for (const MidMapping& mapping : description.mids) {
      out_.beginObject();
      string("mid", mapping.mid);
      string("sourceId", mapping.source_id);
      out_.endObject();
    }
    out_.endArray();
    begin("state");
    state(description.state);
    end();
    end();
  }
  void candidate(const IceCandidate& candidate) {
    begin("candidate");
    string("candidate", candidate.candidate);
    string("sdpMid", candidate.sdp_mid);
    integer("sdpMLineIndex", candidate.sdp_m_line_index);
    if (!candidate.username_fragment.empty()) string("usernameFragment", candidate.username_fragment);
    end();
  }
  std::string finish() {
    out_.endObject();
    return out_.take();
  }

 private:
  JsonWriter out_;
};

}  // namespace

std::string serializeJoin(const JoinMessage& join) {
  MessageWriter out("join");
  out.string("id", join.id);
  out.integer("protocol", kProtocolVersion);
  out.string("room", join.room);
  if (!join.token.empty()) out.string("token", join.token);
  out.string("participantKey", join.participant_key);
  out.string("name", join.name);
  out.capabilities(join.capabilities);
  out.state(join.state);
  return out.finish();
}

std::string serializeLeave() { return MessageWriter("leave").finish(); }

std::string serializeUpdate(const std::string& id, const std::string& name, const ParticipantState& state) {
  MessageWriter out("update");
  out.string("id", id);
  out.string("name", name);
  out.state(state);
  return out.finish();
}

std::string serializeSignal(const std::string& id, const std::string& to, const PeerPayload& payload) {
  MessageWriter out("signal");
  out.string("id", id);
  out.string("to", to);
  out.begin("payload");
  out.begin("connection");
  out.integer("from", payload.from);
  out.integer("to", payload.to);
  out.end();
  if (const auto* description = std::get_if<PeerDescription>(&payload.content)) {
    out.description(*description);
  } else {
    out.candidate(*std::get_if<IceCandidate>(&payload.content));
  }
  out.end();
  return out.finish();
}

std::string serializeControl(const ParticipantState& state) {
  MessageWriter out("state");
  out.state(state);
  return out.finish();
}

}  // namespace tessera::session
