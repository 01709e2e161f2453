// SPDX-License-Identifier: Apache-2.0
// RTCStatsReport to digest. Member names are those of "Identifiers for WebRTC's Statistics API".

#include "wasm/browser/peer_stats.h"

#include <algorithm>

#include "wasm/browser/js_call.h"

namespace tessera::browser {

using emscripten::val;

namespace {

using Report = std::map<std::string, val>;

Report readReport(const val& report) {
  const val entries = val::global("Array").call<val>("from", report.call<val>("values"));
  Report result;
  const int count = lengthOf(entries);
  for (int i = 0; i < count; ++i) {
    const val entry = entries[i];
    result.emplace(stringAt(entry, "id"), entry);
  }
  return result;
}

val lookUp(const Report& report, const std::string& id) {
  const auto entry = report.find(id);
  return entry == report.end() ? val::null() : entry->second;
}

val candidate(const val& stats) {
  val result = val::object();
  if (!isNullish(stats)) {
    setMember(result, "type", member(stats, "candidateType"));
    copyMembers(result, stats,
                  "protocol address port relayProtocol networkType usernameFragment");
  }
  return result;
}

std::string fingerprint(const val& certificate) {
  if (isNullish(certificate)) return {};
  return stringAt(certificate, "fingerprintAlgorithm") + " " + stringAt(certificate, "fingerprint");
}

val codecName(const Report& report, const val& rtp) {
  const val codec = lookUp(report, stringAt(rtp, "codecId"));
  if (isNullish(codec)) return val::null();
  const std::string mime = stringAt(codec, "mimeType");
  return val(mime.substr(mime.find('/') + 1));
}

}  // namespace

PeerStats::Deltas PeerStats::advance(const std::string& id, const Counters& now) {
  Deltas deltas;
  const auto [entry, first] = previous_.try_emplace(id, now);
  const Counters before = entry->second;
  entry->second = now;
  const double seconds = (now.timestamp_ms - before.timestamp_ms) / 1000;
  if (first || seconds <= 0) return deltas;
  const double received = std::max(0.0, now.packets - before.packets);
  const double lost = std::max(0.0, now.lost - before.lost);
  deltas.seconds = seconds;
  deltas.bits_per_second = std::max(0.0, (now.bytes - before.bytes) * 8 / seconds);
  deltas.loss = received + lost > 0 ? lost / (received + lost) : 0;
  deltas.frozen_s = std::max(0.0, now.frozen_s - before.frozen_s);
  return deltas;
}

PeerStats::Digest PeerStats::digest(const val& stats_report) {
  const Report report = readReport(stats_report);
  Digest digest{val::object(), {}};
  QualitySample& quality = digest.quality;
  val outbound = val::array();
  val inbound = val::array();
  val transport = val::object();
  val pair_details = val::null();

  for (const auto& [id, stats] : report) {
    const std::string type = stringAt(stats, "type");
    const double timestamp = numberAt(stats, "timestamp");
    if (type == "transport") {
      const Deltas sent = advance(id + ">", {timestamp, numberAt(stats, "bytesSent")});
      const Deltas received = advance(id + "<", {timestamp, numberAt(stats, "bytesReceived")});
      copyMembers(transport, stats,
                  "dtlsState dtlsCipher dtlsRole srtpCipher tlsVersion iceState iceRole "
                  "iceLocalUsernameFragment selectedCandidatePairChanges");
      setMember(transport, "sendBitsPerSecond", val(sent.bits_per_second));
      setMember(transport, "receiveBitsPerSecond", val(received.bits_per_second));
      setMember(transport, "localFingerprint", val(fingerprint(lookUp(report, stringAt(stats, "localCertificateId")))));
      setMember(transport, "remoteFingerprint", val(fingerprint(lookUp(report, stringAt(stats, "remoteCertificateId")))));
    }
    const bool selected = type == "candidate-pair" &&
                          (member(stats, "selected").isTrue() || (member(stats, "nominated").isTrue() && stringAt(stats, "state") == "succeeded"));
    if (selected) {
      const double round_trip_ms = numberAt(stats, "currentRoundTripTime") * 1000;
      quality.round_trip_ms = std::max(quality.round_trip_ms, round_trip_ms);
      pair_details = object({{"local", candidate(lookUp(report, stringAt(stats, "localCandidateId")))},
                             {"remote", candidate(lookUp(report, stringAt(stats, "remoteCandidateId")))},
                             {"roundTripMs", val(round_trip_ms)}});
      copyMembers(pair_details, stats,
                  "availableOutgoingBitrate state");
    }
    if (type == "outbound-rtp") {
      const val remote = lookUp(report, stringAt(stats, "remoteId"));
      const Deltas deltas = advance(id, {timestamp, numberAt(stats, "bytesSent")});
      double loss = 0;
      if (!isNullish(remote)) {
        loss = numberAt(remote, "fractionLost");
        quality.round_trip_ms = std::max(quality.round_trip_ms, numberAt(remote, "roundTripTime") * 1000);
      }
      quality.loss = std::max(quality.loss, loss);
      val row = object({{"codec", codecName(report, stats)}, {"bitsPerSecond", val(deltas.bits_per_second)}, {"loss", val(loss)}});
      copyMembers(row, stats,
                  "mid kind active frameWidth frameHeight framesPerSecond framesEncoded bytesSent "
                  "packetsSent qualityLimitationReason encoderImplementation nackCount pliCount "
                  "keyFramesEncoded totalEncodeTime targetBitrate");
      push(outbound, row);
    }
    if (type == "inbound-rtp") {
      const Deltas deltas = advance(id, {timestamp, numberAt(stats, "bytesReceived"), numberAt(stats, "packetsReceived"),
                                         numberAt(stats, "packetsLost"), numberAt(stats, "totalFreezesDuration")});
      quality.loss = std::max(quality.loss, deltas.loss);
      // A still screen is no standstill; and what stood still for longer than the interval was paused or gone before it.
      const bool moving = stringAt(stats, "contentType") != "screenshare" && deltas.frozen_s <= deltas.seconds;
      if (deltas.seconds > 0 && moving) quality.frozen_share = std::max(quality.frozen_share, deltas.frozen_s / deltas.seconds);
      val row = object({{"codec", codecName(report, stats)},
                        {"bitsPerSecond", val(deltas.bits_per_second)},
                        {"loss", val(deltas.loss)},
                        {"jitterMs", val(numberAt(stats, "jitter") * 1000)}});
      copyMembers(row, stats,
                  "mid kind frameWidth frameHeight framesPerSecond framesReceived framesDecoded "
                  "framesDropped bytesReceived packetsReceived packetsLost freezeCount audioLevel "
                  "totalAudioEnergy totalSamplesDuration decoderImplementation nackCount pliCount");
      push(inbound, row);
    }
  }
  std::erase_if(previous_, [&report](const auto& entry) {
    std::string id = entry.first;
    if (id.ends_with('>') || id.ends_with('<')) id.pop_back();
    return !report.contains(id);
  });
  setMember(digest.details, "candidatePair", pair_details);
  setMember(digest.details, "transport", transport);
  setMember(digest.details, "outbound", outbound);
  setMember(digest.details, "inbound", inbound);
  return digest;
}

}  // namespace tessera::browser
