// SPDX-License-Identifier: Apache-2.0
// Source to transceiver: choosing, reusing and configuring senders.

#include "wasm/browser/transceivers.h"

#include <utility>

namespace tessera::browser {

using emscripten::val;

namespace {

// Upper limits; the browser's own congestion control works below them. Enough for 720p30 camera and 1080p15 text.
constexpr int kCameraBitsPerSecond = 1'700'000;
constexpr int kScreenBitsPerSecond = 2'500'000;
constexpr int kMicrophoneBitsPerSecond = 40'000;
constexpr int kScreenAudioBitsPerSecond = 96'000;

bool isScreen(const std::string& content) { return content.starts_with("screen"); }

int maxBitrate(const std::string& kind, const std::string& content) {
  if (kind == "video") return isScreen(content) ? kScreenBitsPerSecond : kCameraBitsPerSecond;
  return isScreen(content) ? kScreenAudioBitsPerSecond : kMicrophoneBitsPerSecond;
}

void setContentHint(const val& track, const std::string& content) {
  if (isNullish(track)) return;
  if (content == "camera") trySet(track, "contentHint", val("motion"));
  if (content == "screen") trySet(track, "contentHint", val("detail"));
  if (content == "microphone") trySet(track, "contentHint", val("speech"));
  if (content == "screen-audio") trySet(track, "contentHint", val("music"));
}

bool isStopped(const val& transceiver) {
  return stringAt(transceiver, "currentDirection") == "stopped" || stringAt(transceiver, "direction") == "stopped";
}

// VP8 first: the one video codec that every browser encodes and decodes well in real time, and without a profile to
// agree on. Audio is left alone: Opus already comes first everywhere.
void preferVp8(const val& transceiver) {
  const val receiver = val::global("RTCRtpReceiver");
  if (isNullish(receiver) || isNullish(member(receiver, "getCapabilities"))) return;
  const val capabilities = receiver.call<val>("getCapabilities", val("video"));
  if (isNullish(capabilities)) return;
  const val codecs = member(capabilities, "codecs");
  val first = val::array();
  val rest = val::array();
  const int count = lengthOf(codecs);
  for (int i = 0; i < count; ++i) {
    const val codec = codecs[i];
    (stringAt(codec, "mimeType") == "video/VP8" ? first : rest).call<void>("push", codec);
  }
  tryCall(transceiver, "setCodecPreferences", {first.call<val>("concat", rest)});
}

}  // namespace

Transceivers::Transceivers(val peer_connection) : peer_connection_(std::move(peer_connection)) {}

void Transceivers::add(const std::string& source_id, const std::string& kind, const std::string& content,
                       const val& track) {
  if (by_source_.contains(source_id)) {
    replaceTrack(source_id, content, track);
    return;
  }
  setContentHint(track, content);
  val transceiver = idle(kind);
  if (!isNullish(transceiver)) {
    // The direction first: a track on a sender that may not send is never encoded.
    trySet(transceiver, "direction", val("sendrecv"));
    tryCall(member(transceiver, "sender"), "setStreams", {streamFor(content)});
    continuations_.then(tryCall(member(transceiver, "sender"), "replaceTrack", {track}), nullptr, nullptr);
  } else if (!isNullish(track)) {
    const JsOutcome sender = tryCall(peer_connection_, "addTrack", {track, streamFor(content)});
    if (!sender.ok) return;
    for (const val& candidate : all()) {
      if (member(candidate, "sender").strictlyEquals(sender.value)) transceiver = candidate;
    }
  } else {
    val streams = val::array();
    push(streams, streamFor(content));
    const JsOutcome made = tryCall(peer_connection_, "addTransceiver",
                                   {val(kind), object({{"direction", val("sendrecv")}, {"streams", streams}})});
    if (!made.ok) return;
    transceiver = made.value;
  }
  if (isNullish(transceiver)) return;
  by_source_.insert_or_assign(source_id, transceiver);
  if (kind == "video") preferVp8(transceiver);
  configureSender(transceiver, content);
}

void Transceivers::remove(const std::string& source_id) {
  const auto entry = by_source_.find(source_id);
  if (entry == by_source_.end()) return;
  const val transceiver = entry->second;
  by_source_.erase(entry);
  if (isStopped(transceiver)) return;
  if (isNullish(member(transceiver, "mid"))) {
    tryCall(transceiver, "stop");
    return;
  }
  continuations_.then(tryCall(member(transceiver, "sender"), "replaceTrack", {val::null()}), nullptr, nullptr);
  trySet(transceiver, "direction", val("recvonly"));
}

void Transceivers::replaceTrack(const std::string& source_id, const std::string& content, const val& track) {
  const auto entry = by_source_.find(source_id);
  if (entry == by_source_.end()) return;
  setContentHint(track, content);
  continuations_.then(tryCall(member(entry->second, "sender"), "replaceTrack", {track}), nullptr, nullptr);
}

std::vector<std::pair<std::string, std::string>> Transceivers::mids() const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const val& transceiver : all()) {
    const std::string mid = stringAt(transceiver, "mid");
    if (mid.empty() || isStopped(transceiver)) continue;
    if (std::string source = sourceOf(mid); !source.empty()) result.emplace_back(mid, std::move(source));
  }
  return result;
}

std::string Transceivers::sourceOf(const std::string& mid) const {
  for (const auto& [source_id, transceiver] : by_source_) {
    if (stringAt(transceiver, "mid") == mid) return source_id;
  }
  return {};
}

val Transceivers::receiverTrack(const std::string& mid) const {
  for (const val& transceiver : all()) {
    if (stringAt(transceiver, "mid") == mid) return member(member(transceiver, "receiver"), "track");
  }
  return val::null();
}

std::vector<std::pair<std::string, val>> Transceivers::audioReceivers() const {
  std::vector<std::pair<std::string, val>> result;
  for (const val& transceiver : all()) {
    const val receiver = member(transceiver, "receiver");
    if (isStopped(transceiver) || stringAt(member(receiver, "track"), "kind") != "audio") continue;
    if (std::string mid = stringAt(transceiver, "mid"); !mid.empty()) result.emplace_back(std::move(mid), receiver);
  }
  return result;
}

void Transceivers::close() {
  continuations_.cancel();
  by_source_.clear();
  streams_.clear();
}

std::vector<val> Transceivers::all() const {
  const val list = peer_connection_.call<val>("getTransceivers");
  std::vector<val> result;
  const int count = lengthOf(list);
  result.reserve(count);
  for (int i = 0; i < count; ++i) result.push_back(list[i]);
  return result;
}

val Transceivers::idle(const std::string& kind) const {
  for (const val& transceiver : all()) {
    if (isStopped(transceiver) || stringAt(member(member(transceiver, "receiver"), "track"), "kind") != kind) continue;
    bool taken = false;
    for (const auto& [source_id, used] : by_source_) taken = taken || used.strictlyEquals(transceiver);
    if (!taken) return transceiver;
  }
  return val::null();
}

val Transceivers::streamFor(const std::string& content) {
  const auto [entry, inserted] = streams_.try_emplace(isScreen(content), val::undefined());
  if (inserted) entry->second = val::global("MediaStream").new_();
  return entry->second;
}

void Transceivers::configureSender(const val& transceiver, const std::string& content) {
  const val sender = member(transceiver, "sender");
  const std::string kind = stringAt(member(member(transceiver, "receiver"), "track"), "kind");
  const JsOutcome parameters = tryCall(sender, "getParameters");
  if (!parameters.ok) return;
  val wanted = parameters.value;
  const val encodings = member(wanted, "encodings");
  if (isNullish(encodings) || lengthOf(encodings) == 0) return;
  val encoding = encodings[0];
  setMember(encoding, "maxBitrate", val(maxBitrate(kind, content)));
  if (kind == "video") {
    setMember(wanted, "degradationPreference", val(isScreen(content) ? "maintain-resolution" : "balanced"));
  }
  // A browser without one of the members keeps its own default.
  continuations_.then(tryCall(sender, "setParameters", {wanted}), nullptr, nullptr);
}

}  // namespace tessera::browser
