// SPDX-License-Identifier: Apache-2.0
// Untrusted JSON from Janus into structs; what does not have the documented shape becomes an error value.
#include "wasm/session/json.h"
#include "wasm/session/sfu/janus_messages.h"

namespace tessera::session::sfu {
namespace {

constexpr std::size_t kMaxMessageBytes = 1024 * 1024;
constexpr std::size_t kMaxText = 1024;
constexpr std::size_t kMaxMid = 32;
constexpr std::size_t kMaxSdp = 512 * 1024;
constexpr std::size_t kMaxEntries = 256;

Error invalid(const char* what) { return Error{ErrorCode::kInvalidMessage, what}; }

JanusId idAt(const Json& object, const char* name) { return findInteger(object, name, 0, kMaxJanusId).value_or(0); }

std::string textAt(const Json& object, const char* name, std::size_t max_bytes = kMaxText) {
  const std::string* text = findString(object, name, max_bytes);
  return text == nullptr ? std::string() : *text;
}

int numberAt(const Json& object, const char* name) {
  return static_cast<int>(findInteger(object, name, 0, 1'000'000'000).value_or(0));
}

std::optional<int> layerAt(const Json& object, const char* name) {
  const auto layer = findInteger(object, name, 0, 2);
  return layer ? std::optional<int>(static_cast<int>(*layer)) : std::nullopt;
}

// nullptr when the member is missing; `ok` becomes false when it is there and no short list.
const Json* listAt(const Json& object, const char* name, bool& ok) {
  const Json* list = findMember(object, name);
  if (list == nullptr) return nullptr;
  if (!list->is_array() || list->size() > kMaxEntries) {
    ok = false;
    return nullptr;
  }
  return list;
}

bool readFeed(const Json& json, Feed& feed) {
  feed.id = idAt(json, "id");
  feed.display = textAt(json, "display");
  if (feed.id == 0) return false;
  bool ok = true;
  const Json* streams = listAt(json, "streams", ok);
  if (streams == nullptr) return ok;
  for (const Json& item : *streams) {
    FeedStream stream;
    stream.mid = textAt(item, "mid", kMaxMid);
    if (stream.mid.empty()) return false;
    const auto kind = fromString<SourceKind>(textAt(item, "type", kMaxMid));
    if (!kind) continue;  // data
    stream.kind = *kind;
    stream.description = textAt(item, "description");
    stream.disabled = findBool(item, "disabled").value_or(false);
    feed.streams.push_back(std::move(stream));
  }
  return true;
}

bool readSubscription(const Json& list, std::vector<SubscribedStream>& out) {
  for (const Json& item : list) {
    SubscribedStream stream;
    stream.mid = textAt(item, "mid", kMaxMid);
    if (stream.mid.empty()) return false;
    const auto kind = fromString<SourceKind>(textAt(item, "type", kMaxMid));
    if (!kind) continue;
    stream.kind = *kind;
    stream.active = findBool(item, "active").value_or(true);
    stream.feed = idAt(item, "feed_id");
    stream.feed_mid = textAt(item, "feed_mid", kMaxMid);
    stream.feed_display = textAt(item, "feed_display");
    stream.feed_description = textAt(item, "feed_description");
    if (stream.feed == 0) stream.active = false;
    out.push_back(std::move(stream));
  }
  return true;
}

bool readRoomEvent(const Json& message, RoomEvent& event) {
  const Json* plugin = findMember(message, "plugindata");
  const Json* data = plugin == nullptr ? nullptr : findMember(*plugin, "data");
  if (data == nullptr || !data->is_object()) return false;
  event.kind = textAt(*data, "videoroom");
  event.error_code = numberAt(*data, "error_code");
  event.error = textAt(*data, "error");
  event.id = idAt(*data, "id");
  event.private_id = idAt(*data, "private_id");
  bool ok = true;
  if (const Json* publishers = listAt(*data, "publishers", ok)) {
    for (const Json& item : *publishers) {
      Feed feed;
      if (!readFeed(item, feed)) return false;
      event.publishers.push_back(std::move(feed));
    }
  }
  // The answer to listparticipants, whose attendees also count those who publish nothing.
  if (const Json* participants = listAt(*data, "participants", ok)) {
    for (const Json& item : *participants) {
      if (!findBool(item, "publisher").value_or(false)) continue;
      Feed feed;
      if (!readFeed(item, feed)) return false;
      event.publishers.push_back(std::move(feed));
    }
  }
  if (const Json* streams = listAt(*data, "streams", ok)) {
    event.streams.emplace();
    if (!readSubscription(*streams, *event.streams)) return false;
  }
  for (const char* name : {"leaving", "unpublished", "kicked"}) {
    const Json* gone = findMember(*data, name);
    if (gone == nullptr) continue;
    if (gone->is_string()) {
      event.ended = event.ended || std::string_view(name) == "leaving";
    } else {
      event.gone = toInteger(*gone, 1, kMaxJanusId).value_or(0);
    }
  }
  event.mid = textAt(*data, "mid", kMaxMid);
  event.substream = layerAt(*data, "substream");
  event.temporal = layerAt(*data, "temporal");
  return ok;
}

Result<JanusMessage> parseEvent(const Json& message) {
  janus::Event event;
  event.transaction = textAt(message, "transaction");
  event.sender = idAt(message, "sender");
  if (!readRoomEvent(message, event.event)) return invalid("an event of Janus without the VideoRoom's data");
  if (const Json* jsep = findMember(message, "jsep")) {
    const auto type = fromString<SdpType>(textAt(*jsep, "type", kMaxMid));
    const std::string* sdp = findString(*jsep, "sdp", kMaxSdp);
    if (!type || sdp == nullptr) return invalid("an event of Janus with a broken description");
    event.jsep = Jsep{*type, *sdp};
  }
  return JanusMessage(std::move(event));
}

Result<JanusMessage> parseTrickle(const Json& message) {
  janus::Trickle trickle{idAt(message, "sender"), {}};
  const Json* candidate = findMember(message, "candidate");
  if (candidate == nullptr || !candidate->is_object()) return invalid("a trickle of Janus without a candidate");
  trickle.candidate.candidate = textAt(*candidate, "candidate");
  trickle.candidate.sdp_mid = textAt(*candidate, "sdpMid", kMaxMid);
  trickle.candidate.sdp_m_line_index = numberAt(*candidate, "sdpMLineIndex");
  if (trickle.candidate.candidate.empty() && !findBool(*candidate, "completed").value_or(false)) {
    return invalid("a trickle of Janus without a candidate");
  }
  return JanusMessage(std::move(trickle));
}

Result<JanusMessage> parseSuccess(const Json& message) {
  janus::Success success;
  success.transaction = textAt(message, "transaction");
  if (const Json* data = findMember(message, "data")) success.id = idAt(*data, "id");
  if (findMember(message, "plugindata") != nullptr) {
    RoomEvent event;
    if (!readRoomEvent(message, event)) return invalid("an answer of Janus without the VideoRoom's data");
    success.event = std::move(event);
  }
  return JanusMessage(std::move(success));
}

}  // namespace

Result<JanusMessage> parseJanusMessage(std::string_view text) {
  const auto parsed = parseJson(text, kMaxMessageBytes);
  if (!parsed || !parsed->is_object()) return invalid("no JSON object from Janus");
  const Json& message = *parsed;
  const std::string verb = textAt(message, "janus");
  if (verb == "event") return parseEvent(message);
  if (verb == "success") return parseSuccess(message);
  if (verb == "trickle") return parseTrickle(message);
  if (verb == "ack") return JanusMessage(janus::Ack{textAt(message, "transaction")});
  if (verb == "timeout") return JanusMessage(janus::Timeout{});
  if (verb == "hangup") return JanusMessage(janus::Hangup{idAt(message, "sender"), textAt(message, "reason")});
  if (verb == "detached") return JanusMessage(janus::Detached{idAt(message, "sender")});
  if (verb == "slowlink") {
    return JanusMessage(janus::SlowLink{idAt(message, "sender"), findBool(message, "uplink").value_or(false),
                                        numberAt(message, "lost"), textAt(message, "mid", kMaxMid)});
  }
  if (verb == "error") {
    janus::Failure failure{textAt(message, "transaction"), 0, {}};
    if (const Json* error = findMember(message, "error")) {
      failure.code = numberAt(*error, "code");
      failure.reason = textAt(*error, "reason");
    }
    return JanusMessage(std::move(failure));
  }
  if (verb.empty()) return invalid("a message of Janus that does not say what it is");
  return JanusMessage(janus::Other{});
}

}  // namespace tessera::session::sfu
