// SPDX-License-Identifier: Apache-2.0
// Simulcast senders: W3C WebRTC, section 5.2 (RTCRtpSender), with the rids h, m and l that Janus expects in this order.

#include "wasm/browser/layered_senders.h"

#include <array>

namespace tessera::browser {

using emscripten::val;

namespace {

struct Layer {
  const char* rid;
  int scale;        // both sides divided by
  int max_bitrate;  // bits per second
};

// Upper limits, for 720p and down; the browser's congestion control works below them.
constexpr std::array<Layer, 3> kCameraLayers = {{{"h", 1, 1'700'000}, {"m", 2, 500'000}, {"l", 4, 150'000}}};
constexpr int kScreenBitsPerSecond = 2'500'000;
constexpr int kMicrophoneBitsPerSecond = 40'000;
constexpr int kScreenAudioBitsPerSecond = 96'000;

bool isScreen(const std::string& content) { return content.starts_with("screen"); }

val encodings(const std::string& content, int layers) {
  val list = val::array();
  if (content == "camera" && layers > 1) {
    for (const Layer& layer : kCameraLayers) {
      if (layers-- == 0) break;
      push(list, object({{"rid", val(layer.rid)},
                         {"scaleResolutionDownBy", val(layer.scale)},
                         {"maxBitrate", val(layer.max_bitrate)},
                         {"scalabilityMode", val("L1T2")}}));
    }
  } else if (content == "camera") {
    push(list, object({{"maxBitrate", val(kCameraLayers[1].max_bitrate)}, {"scalabilityMode", val("L1T2")}}));
  } else if (content == "screen") {
    // Text wants every pixel: layers of frame rate only. Janus thins those out of simulcast alone, so there is a second encoding,
    // which is never sent.
    push(list, object({{"rid", val("h")}, {"maxBitrate", val(kScreenBitsPerSecond)}, {"scalabilityMode", val("L1T3")}}));
    push(list, object({{"rid", val("m")}, {"scaleResolutionDownBy", val(2)}, {"active", val(false)}, {"scalabilityMode", val("L1T3")}}));
  } else {
    push(list, object({{"maxBitrate", val(isScreen(content) ? kScreenAudioBitsPerSecond : kMicrophoneBitsPerSecond)}}));
  }
  return list;
}

void setContentHint(const val& track, const std::string& content) {
  if (isNullish(track)) return;
  const char* hint = content == "camera" ? "motion" : content == "screen" ? "detail" : content == "microphone" ? "speech" : "music";
  trySet(track, "contentHint", val(hint));
}

}  // namespace

LayeredSenders::LayeredSenders(val peer_connection) : peer_connection_(std::move(peer_connection)) {}

void LayeredSenders::add(const std::string& source_id, const std::string& kind, const std::string& content, int layers,
                         const val& track) {
  if (by_source_.contains(source_id)) {
    replaceTrack(source_id, track);
    return;
  }
  setContentHint(track, content);
  for (auto idle = idle_.begin(); idle != idle_.end(); ++idle) {
    if (idle->first != content) continue;
    const val transceiver = idle->second;
    idle_.erase(idle);
    trySet(transceiver, "direction", val("sendonly"));
    by_source_.insert_or_assign(source_id, Sender{content, transceiver});
    replaceTrack(source_id, track);
    return;
  }
  const auto [stream, inserted] = streams_.try_emplace(isScreen(content), val::undefined());
  if (inserted) stream->second = val::global("MediaStream").new_();
  val streams = val::array();
  push(streams, stream->second);
  val options = object({{"direction", val("sendonly")}, {"streams", streams}, {"sendEncodings", encodings(content, layers)}});
  JsOutcome made = tryCall(peer_connection_, "addTransceiver", {isNullish(track) ? val(kind) : track, options});
  if (!made.ok) return;
  by_source_.insert_or_assign(source_id, Sender{content, made.value});
  if (kind == "video") {
    // Layers are there for every size: the browser need not choose smaller ones by itself.
    const val sender = member(made.value, "sender");
    val parameters = sender.call<val>("getParameters");
    setMember(parameters, "degradationPreference", val("maintain-resolution"));
    continuations_.then(tryCall(sender, "setParameters", {parameters}), nullptr, nullptr);
  }
}

void LayeredSenders::remove(const std::string& source_id) {
  const auto entry = by_source_.find(source_id);
  if (entry == by_source_.end()) return;
  const val transceiver = entry->second.transceiver;
  idle_.emplace_back(entry->second.content, transceiver);
  by_source_.erase(entry);
  continuations_.then(tryCall(member(transceiver, "sender"), "replaceTrack", {val::null()}), nullptr, nullptr);
  trySet(transceiver, "direction", val("inactive"));
}

void LayeredSenders::replaceTrack(const std::string& source_id, const val& track) {
  const auto entry = by_source_.find(source_id);
  if (entry == by_source_.end()) return;
  setContentHint(track, entry->second.content);
  continuations_.then(tryCall(member(entry->second.transceiver, "sender"), "replaceTrack", {track}), nullptr, nullptr);
}

void LayeredSenders::setActiveLayers(const std::string& source_id, unsigned layers) {
  const auto entry = by_source_.find(source_id);
  if (entry == by_source_.end() || entry->second.layers == layers) return;
  entry->second.layers = layers;
  if (!entry->second.applying) apply(source_id);
}

// One setParameters() at a time: a second one would be refused for parameters that are out of date.
void LayeredSenders::apply(const std::string& source_id) {
  const auto entry = by_source_.find(source_id);
  if (entry == by_source_.end()) return;
  Sender& state = entry->second;
  const unsigned layers = state.layers;
  const val sender = member(state.transceiver, "sender");
  const JsOutcome parameters = tryCall(sender, "getParameters");
  if (!parameters.ok) return;
  val wanted = parameters.value;
  const val list = member(wanted, "encodings");
  const int count = isNullish(list) ? 0 : lengthOf(list);
  for (int i = 0; i < count; ++i) {
    val encoding = list[i];
    // The largest is the first; of a screen it is all that is ever sent.
    const bool screen = state.content == "screen";
    const unsigned bits = screen ? (i == 0 ? kAllLayers : 0) : i == 0 ? kAllLayers << (count - 1) : 1U << (count - 1 - i);
    setMember(encoding, "active", val((layers & kAllLayers & bits) != 0));
  }
  state.applying = true;
  const auto done = [this, source_id, layers] {
    const auto still = by_source_.find(source_id);
    if (still == by_source_.end()) return;
    still->second.applying = false;
    if (still->second.layers != layers) apply(source_id);
  };
  continuations_.then(tryCall(sender, "setParameters", {wanted}), [done](const val&) { done(); }, [done](const JsError&) { done(); });
}

std::vector<std::pair<std::string, std::string>> LayeredSenders::mids() const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [source_id, sender] : by_source_) {
    if (std::string mid = stringAt(sender.transceiver, "mid"); !mid.empty()) result.emplace_back(std::move(mid), source_id);
  }
  return result;
}

std::string LayeredSenders::sourceOf(const std::string& mid) const {
  for (const auto& [source_id, sender] : by_source_) {
    if (stringAt(sender.transceiver, "mid") == mid) return source_id;
  }
  return {};
}

void LayeredSenders::close() {
  continuations_.cancel();
  by_source_.clear();
  idle_.clear();
}

}  // namespace tessera::browser
