// SPDX-License-Identifier: Apache-2.0
// The fake server's answers, in Janus' own words, and the fake browser's outcomes.
#include "tests/native/session/fake_janus.h"

#include <algorithm>
#include <utility>

namespace tessera::session::sfu {
namespace {

std::string text(const Json& json, const char* name) {
  const std::string* found = findString(json, name, 1 << 20);
  return found == nullptr ? std::string() : *found;
}

JanusId number(const Json& json, const char* name) { return findInteger(json, name, 0, kMaxJanusId).value_or(0); }

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

JanusConfig JanusWorld::defaults() {
  JanusConfig config;
  config.access = {1234, "pin", "secret"};
  config.participant_id = "me";
  return config;
}

JanusWorld::JanusWorld(JanusConfig config) : session(std::move(config)) {}

void JanusWorld::feed(const JanusEvent& happened) {
  session.handle(happened, now);
  drain();
}

void JanusWorld::drain() {
  for (int round = 0; round < 1000; ++round) {
    for (const JanusAction& asked : session.takeActions()) carryOut(asked);
    if (!outcomes_.empty()) {
      const JanusEvent next = outcomes_.front();
      outcomes_.erase(outcomes_.begin());
      session.handle(next, now);
    } else if (!replies_.empty()) {
      const std::string next = replies_.front();
      replies_.erase(replies_.begin());
      if (open_) session.handle(session::event::TransportMessage{next}, now);
    } else {
      return;
    }
  }
}

void JanusWorld::advance(Duration duration) {
  const Timestamp end = now + duration;
  for (int i = 0; i < 10'000; ++i) {
    const auto next = session.nextTimeout();
    if (!next || *next > end) break;
    if (*next > now) now = *next;
    feed(session::event::TimerFired{});
  }
  now = end;
}

void JanusWorld::addCamera(const std::string& id) {
  feed(session::event::LocalSourceAdded{{id, SourceKind::kVideo, SourceContent::kCamera, false}, true});
}

void JanusWorld::connections(ConnectionState state) {
  for (const PeerConnectionId pc : std::vector<PeerConnectionId>(open_connections)) {
    feed(session::event::ConnectionStateChanged{pc, state});
  }
}

void JanusWorld::carryOut(const JanusAction& asked) {
  if (std::holds_alternative<action::OpenTransport>(asked)) {
    open_ = alive;
    replies_.clear();
    outcomes_.push_back(alive ? JanusEvent(session::event::TransportOpened{}) : JanusEvent(session::event::TransportClosed{"refused"}));
  } else if (std::holds_alternative<action::CloseTransport>(asked)) {
    open_ = false;
  } else if (const auto* it = std::get_if<session::action::TransportSend>(&asked)) {
    if (auto json = parseJson(it->text, 1 << 20)) sent.push_back(std::move(*json));
    if (open_ && alive && answers) serve(it->text);
  } else if (const auto* created = std::get_if<session::action::CreatePeerConnection>(&asked)) {
    open_connections.push_back(created->pc);
  } else if (const auto* closed = std::get_if<session::action::ClosePeerConnection>(&asked)) {
    std::erase(open_connections, closed->pc);
  } else if (const auto* local = std::get_if<session::action::SetLocalDescription>(&asked)) {
    std::vector<MidMapping> mids;
    for (std::size_t i = 0; i < added_sources.size(); ++i) {
      if (added_sources[i].pc == local->pc) mids.push_back({std::to_string(i), added_sources[i].source_id});
    }
    outcomes_.push_back(session::event::LocalDescriptionSet{local->pc, local->op, SdpType::kOffer, "local", mids});
    outcomes_.push_back(session::event::IceCandidateGathered{local->pc, {"candidate:1", "0", 0, "u"}});
  } else if (const auto* remote = std::get_if<session::action::SetRemoteDescription>(&asked)) {
    outcomes_.push_back(session::event::RemoteDescriptionSet{remote->pc, remote->op});
  } else if (const auto* candidate = std::get_if<session::action::AddIceCandidate>(&asked)) {
    candidates.push_back(*candidate);
  } else if (const auto* source = std::get_if<session::action::AddSource>(&asked)) {
    added_sources.push_back(*source);
  } else if (const auto* notified = std::get_if<action::Notify>(&asked)) {
    notifications.push_back(notified->notification);
  }
}

void JanusWorld::event(const Json& message, const std::string& data, const std::string& jsep) {
  later(R"({"janus":"event","sender":)" + std::to_string(number(message, "handle_id")) + R"(,"transaction":)" +
        quoted(text(message, "transaction")) + R"(,"plugindata":{"plugin":"janus.plugin.videoroom","data":)" + data + "}" +
        (jsep.empty() ? "" : R"(,"jsep":)" + jsep) + "}");
}

void JanusWorld::toPublisher(const std::string& data) {
  say(R"({"janus":"event","sender":)" + std::to_string(publisher_) +
      R"(,"plugindata":{"plugin":"janus.plugin.videoroom","data":)" + data + "}}");
}

void JanusWorld::serve(const std::string& message_text) {
  const auto parsed = parseJson(message_text, 1 << 20);
  if (!parsed) return;
  const Json& message = *parsed;
  const std::string verb = text(message, "janus");
  const std::string transaction = quoted(text(message, "transaction"));
  const JanusId session_id = number(message, "session_id");
  if (verb != "create" && session_id != session_) {
    later(R"({"janus":"error","transaction":)" + transaction + R"(,"error":{"code":458,"reason":"No such session"}})");
  } else if (verb == "create") {
    session_ = ++next_id_;
    later(R"({"janus":"success","transaction":)" + transaction + R"(,"data":{"id":)" + std::to_string(session_) + "}}");
  } else if (verb == "attach") {
    const JanusId handle = ++next_id_;
    (publisher_ == 0 ? publisher_ : subscriber_) = handle;
    later(R"({"janus":"success","transaction":)" + transaction + R"(,"data":{"id":)" + std::to_string(handle) + "}}");
  } else if (verb == "claim") {
    later(R"({"janus":"success","transaction":)" + transaction + "}");
  } else if (verb == "destroy") {
    session_ = publisher_ = subscriber_ = 0;
    streams_.clear();
  } else if (verb == "message") {
    if (const Json* body = findMember(message, "body")) serveBody(message, *body);
  } else {
    later(R"({"janus":"ack","transaction":)" + transaction + "}");
  }
}

void JanusWorld::serveBody(const Json& message, const Json& body) {
  const std::string request = text(body, "request");
  const auto at_once = [&](const std::string& data) {
    later(R"({"janus":"success","transaction":)" + quoted(text(message, "transaction")) +
          R"(,"plugindata":{"plugin":"janus.plugin.videoroom","data":)" + data + "}}");
  };
  const auto refuse = [&](int code) {
    event(message, R"({"videoroom":"event","error_code":)" + std::to_string(code) + R"(,"error":"no"})");
  };
  if (request == "create") {
    room_exists = true;
    at_once(R"({"videoroom":"created","room":1234})");
    return;
  }
  if (request == "listparticipants") {
    std::string list;
    for (const OtherFeed& other : others_) {
      list += (list.empty() ? "" : ",") + (R"({"id":)" + std::to_string(other.id)) + R"(,"display":)" + quoted(other.participant) + R"(,"publisher":true})";
    }
    at_once(R"({"videoroom":"participants","participants":[)" + list + "]}");
    return;
  }
  later(R"({"janus":"ack","transaction":)" + quoted(text(message, "transaction")) + "}");
  if (request == "join" && text(body, "ptype") == "publisher") {
    if (join_error != 0) return refuse(join_error);
    if (!room_exists) return refuse(426);
    std::string list;
    for (const OtherFeed& other : others_) list += (list.empty() ? "" : ",") + feedJson(other);
    event(message, R"({"videoroom":"joined","room":1234,"id":7,"private_id":8,"publishers":[)" + list + "]}");
  } else if (request == "publish" || (request == "configure" && findMember(message, "jsep") != nullptr)) {
    event(message, R"({"videoroom":"event","configured":"ok"})", R"({"type":"answer","sdp":"answer"})");
  } else if (request == "join" || request == "update") {
    if (const int code = std::exchange(subscribe_error, 0); code != 0) return refuse(code);
    if (const Json* list = findMember(body, request == "join" ? "streams" : "subscribe")) subscribe(*list);
    if (const Json* list = findMember(body, "unsubscribe")) {
      for (const Json& item : *list) {
        for (Stream& stream : streams_) {
          if (stream.mid == text(item, "sub_mid")) stream.active = false;
        }
      }
    }
    const std::string kind = request == "join" ? "attached" : "updated";
    if (updates_late) {
      event(message, R"({"videoroom":"updating"})");
      offer_due_ = kind;
    } else {
      event(message, R"({"videoroom":")" + kind + R"(","streams":)" + streams() + "}",
            R"({"type":"offer","sdp":"offer)" + std::to_string(++offers_) + "\"}");
    }
  } else {
    event(message, R"({"videoroom":"event","configured":"ok"})");
  }
}

void JanusWorld::makeOffer() {
  say(R"({"janus":"event","sender":)" + std::to_string(subscriber_) + R"(,"plugindata":{"data":{"videoroom":")" + offer_due_ +
      R"(","streams":)" + streams() + R"(}},"jsep":{"type":"offer","sdp":"late"}})");
}

void JanusWorld::subscribe(const Json& list) {
  for (const Json& item : list) {
    const JanusId feed = number(item, "feed");
    const std::string wanted = text(item, "mid");
    for (const std::string mid : {"0", "1"}) {
      if (!wanted.empty() && wanted != mid) continue;
      const auto free = std::find_if(streams_.begin(), streams_.end(), [](const Stream& x) { return !x.active; });
      if (free != streams_.end()) {
        *free = {free->mid, feed, mid, true};
      } else {
        streams_.push_back({std::to_string(streams_.size()), feed, mid, true});
      }
    }
  }
}

std::string JanusWorld::streams() const {
  std::string list;
  for (const Stream& stream : streams_) {
    list += (list.empty() ? "" : ",") + (R"({"mid":)" + quoted(stream.mid)) + R"(,"type":)" + quoted(stream.feed_mid == "0" ? "audio" : "video") +
            (stream.active ? R"(,"active":true,"feed_id":)" + std::to_string(stream.feed) + R"(,"feed_mid":)" + quoted(stream.feed_mid) +
                                 R"(,"feed_description":)" + quoted(stream.feed_mid == "0" ? "microphone:mic" : "camera:cam")
                           : R"(,"active":false)") +
            "}";
  }
  return "[" + list + "]";
}

std::string JanusWorld::feedJson(const OtherFeed& feed) const {
  return R"({"id":)" + std::to_string(feed.id) + R"(,"display":)" + quoted(feed.participant) +
         R"(,"streams":[{"type":"audio","mid":"0","mindex":0,"description":"microphone:mic"},)"
         R"({"type":"video","mid":"1","mindex":1,"description":)" + quoted(feed.video) + R"(,"simulcast":true}]})";
}

void JanusWorld::publishOther(JanusId feed, const std::string& participant, const std::string& video) {
  others_.push_back({feed, participant, video});
  if (open_ && alive) toPublisher(R"({"videoroom":"event","room":1234,"publishers":[)" + feedJson(others_.back()) + "]}");
}

void JanusWorld::leaveOther(JanusId feed) {
  std::erase_if(others_, [feed](const OtherFeed& x) { return x.id == feed; });
  bool subscribed = false;
  for (Stream& stream : streams_) {
    if (!stream.active || stream.feed != feed) continue;
    stream.active = false;
    subscribed = true;
  }
  if (!open_ || !alive) return;
  toPublisher(R"({"videoroom":"event","room":1234,"leaving":)" + std::to_string(feed) + "}");
  if (!subscribed) return;
  offer_due_ = "updated";
  makeOffer();
}

void JanusWorld::kill() {
  alive = false;
  room_exists = false;
  session_ = publisher_ = subscriber_ = 0;
  others_.clear();
  streams_.clear();
  cutTransport();
}

void JanusWorld::cutTransport() {
  if (!std::exchange(open_, false)) return;
  feed(session::event::TransportClosed{"cut"});
}

std::vector<Json> JanusWorld::requests(const std::string& name) const {
  std::vector<Json> result;
  for (const Json& message : sent) {
    const Json* body = findMember(message, "body");
    if (body != nullptr && text(*body, "request") == name) result.push_back(*body);
  }
  return result;
}

std::size_t JanusWorld::verbs(const std::string& verb) const {
  return static_cast<std::size_t>(std::count_if(sent.begin(), sent.end(), [&](const Json& x) { return text(x, "janus") == verb; }));
}

std::optional<PeerState> JanusWorld::state() const {
  const auto states = told<notification::StateChanged>();
  return states.empty() ? std::nullopt : std::optional<PeerState>(states.back().state);
}

}  // namespace tessera::session::sfu
