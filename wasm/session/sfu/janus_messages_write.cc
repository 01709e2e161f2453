// SPDX-License-Identifier: Apache-2.0
// Requests to Janus and its VideoRoom as JSON.
#include "wasm/session/json.h"
#include "wasm/session/sfu/janus_messages.h"

namespace tessera::session::sfu {
namespace {

void member(JsonWriter& out, std::string_view name, std::string_view value) {
  out.key(name);
  out.string(value);
}

void number(JsonWriter& out, std::string_view name, std::int64_t value) {
  out.key(name);
  out.integer(value);
}

void flag(JsonWriter& out, std::string_view name, bool value) {
  out.key(name);
  out.boolean(value);
}

void open(JsonWriter& out, std::string_view verb, const Address& to, std::string_view transaction) {
  out.beginObject();
  member(out, "janus", verb);
  member(out, "transaction", transaction);
  if (to.session != 0) number(out, "session_id", to.session);
  if (to.handle != 0) number(out, "handle_id", to.handle);
}

// A request to the plugin: opens its body, which end() closes.
JsonWriter request(const Address& to, std::string_view transaction, std::string_view name) {
  JsonWriter out;
  open(out, "message", to, transaction);
  out.key("body");
  out.beginObject();
  member(out, "request", name);
  return out;
}

std::string end(JsonWriter& out, const Jsep* jsep = nullptr) {
  out.endObject();
  if (jsep != nullptr) {
    out.key("jsep");
    out.beginObject();
    member(out, "type", toString(jsep->type));
    member(out, "sdp", jsep->sdp);
    out.endObject();
  }
  out.endObject();
  return out.take();
}

void pin(JsonWriter& out, const RoomAccess& access) {
  number(out, "room", access.room);
  if (!access.pin.empty()) member(out, "pin", access.pin);
}

void feeds(JsonWriter& out, std::string_view name, const std::vector<FeedRef>& list) {
  out.key(name);
  out.beginArray();
  for (const FeedRef& item : list) {
    out.beginObject();
    number(out, "feed", item.feed);
    if (!item.mid.empty()) member(out, "mid", item.mid);
    out.endObject();
  }
  out.endArray();
}

}  // namespace

std::string serializeRequest(std::string_view verb, const Address& to, std::string_view transaction) {
  JsonWriter out;
  open(out, verb, to, transaction);
  if (verb == "attach") member(out, "plugin", "janus.plugin.videoroom");
  out.endObject();
  return out.take();
}

std::string serializeTrickle(const Address& to, std::string_view transaction, const IceCandidate& candidate) {
  JsonWriter out;
  open(out, "trickle", to, transaction);
  out.key("candidate");
  out.beginObject();
  if (candidate.candidate.empty()) {
    flag(out, "completed", true);
  } else {
    member(out, "candidate", candidate.candidate);
    member(out, "sdpMid", candidate.sdp_mid);
    number(out, "sdpMLineIndex", candidate.sdp_m_line_index);
  }
  out.endObject();
  out.endObject();
  return out.take();
}

std::string serializeCreateRoom(const Address& to, std::string_view transaction, const RoomAccess& access, int publishers) {
  JsonWriter out = request(to, transaction, "create");
  pin(out, access);
  if (!access.secret.empty()) member(out, "secret", access.secret);
  flag(out, "permanent", false);
  flag(out, "is_private", true);
  number(out, "publishers", publishers);
  // VP8 is what every browser sends in simulcast layers; the room's own limit must not be below the sum of the layers.
  member(out, "videocodec", "vp8");
  member(out, "audiocodec", "opus");
  number(out, "bitrate", 0);
  flag(out, "notify_joining", false);
  return end(out);
}

std::string serializeListParticipants(const Address& to, std::string_view transaction, JanusId room) {
  JsonWriter out = request(to, transaction, "listparticipants");
  number(out, "room", room);
  return end(out);
}

std::string serializeJoinPublisher(const Address& to, std::string_view transaction, const RoomAccess& access,
                                   const std::string& display) {
  JsonWriter out = request(to, transaction, "join");
  member(out, "ptype", "publisher");
  pin(out, access);
  member(out, "display", display);
  return end(out);
}

std::string serializePublish(const Address& to, std::string_view transaction, bool first, const std::string& sdp,
                             const std::vector<MidMapping>& mids) {
  JsonWriter out = request(to, transaction, first ? "publish" : "configure");
  out.key("descriptions");
  out.beginArray();
  for (const MidMapping& mapping : mids) {
    out.beginObject();
    member(out, "mid", mapping.mid);
    member(out, "description", mapping.source_id);
    out.endObject();
  }
  out.endArray();
  const Jsep jsep{SdpType::kOffer, sdp};
  return end(out, &jsep);
}

std::string serializeJoinSubscriber(const Address& to, std::string_view transaction, const RoomAccess& access, JanusId private_id,
                                    const std::vector<FeedRef>& streams) {
  JsonWriter out = request(to, transaction, "join");
  member(out, "ptype", "subscriber");
  pin(out, access);
  if (private_id != 0) number(out, "private_id", private_id);
  feeds(out, "streams", streams);
  return end(out);
}

std::string serializeUpdate(const Address& to, std::string_view transaction, const std::vector<FeedRef>& subscribe,
                            const std::vector<std::string>& unsubscribe) {
  JsonWriter out = request(to, transaction, "update");
  if (!subscribe.empty()) feeds(out, "subscribe", subscribe);
  if (!unsubscribe.empty()) {
    out.key("unsubscribe");
    out.beginArray();
    for (const std::string& mid : unsubscribe) {
      out.beginObject();
      member(out, "sub_mid", mid);
      out.endObject();
    }
    out.endArray();
  }
  return end(out);
}

std::string serializeStart(const Address& to, std::string_view transaction, const std::string& sdp) {
  JsonWriter out = request(to, transaction, "start");
  const Jsep jsep{SdpType::kAnswer, sdp};
  return end(out, &jsep);
}

std::string serializeConfigure(const Address& to, std::string_view transaction, const std::vector<LayerRequest>& layers) {
  JsonWriter out = request(to, transaction, "configure");
  out.key("streams");
  out.beginArray();
  for (const LayerRequest& layer : layers) {
    out.beginObject();
    member(out, "mid", layer.mid);
    number(out, "substream", layer.substream);
    number(out, "temporal", layer.temporal);
    flag(out, "send", layer.send);
    out.endObject();
  }
  out.endArray();
  return end(out);
}

std::string serializeKeyFrameRequest(const Address& to, std::string_view transaction, std::string_view mid) {
  JsonWriter out = request(to, transaction, "configure");
  out.key("streams");
  out.beginArray();
  out.beginObject();
  member(out, "mid", mid);
  flag(out, "send", true);
  out.endObject();
  out.endArray();
  return end(out);
}

std::string serializePlain(const Address& to, std::string_view transaction, std::string_view name) {
  JsonWriter out = request(to, transaction, name);
  return end(out);
}

}  // namespace tessera::session::sfu
