// SPDX-License-Identifier: Apache-2.0
// The selector in plain numbers and strings, for bindings: times in milliseconds, shares and confidences from 0 to 1.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "wasm/layers/demand.h"
#include "wasm/layers/selector.h"
#include "wasm/layers/selector_log.h"

namespace tessera::layers {

// Values outside their range are brought into it; what cannot be is told by an error text, empty for success.
class SelectionPort {
 public:
  // Before begin(): 'speakerWeight' and so on; unknown names are an error.
  std::string option(const std::string& name, double value);
  // Creates the selector. `recorded`: keeps a log.
  void begin(bool recorded);

  // A source is described layer by layer: beginSource, addLayer…, endSource.
  std::string beginSource(const std::string& content, const std::string& codec, const std::string& switching);
  void addLayer(int spatial, int temporal, int width, int height, double frame_rate, double bitrate, bool active);
  std::string endSource(double now, const std::string& id);
  void removeSource(double now, const std::string& id);
  bool setTile(double now, const std::string& id, int width, int height, bool visible, bool pinned, bool speaking);
  // Bits below 0: not known any more.
  void setDownlink(double now, double bits_per_second, double confidence);
  void setServerQuality(double now, const std::string& quality);
  // Share of one core that decoding may take; below 0: any.
  void setDecodeBudget(double now, double share);
  void setAudio(double now, double bits_per_second);
  // Statistics are described stream by stream: addStream and addTimes (seconds) for each, endStatistics. An empty id: audio.
  void addStream(const std::string& id, double packets_received, double packets_lost, double bytes_received, double frames_received, double frames_decoded, double freezes);
  void addTimes(double jitter, double jitter_buffer_delay, double jitter_buffer_emitted, double decode_time, int width, int height);
  void endStatistics(double now);
  void frameDecoded(double now, const std::string& id);
  void restart(double now);

  // Decides; gives how many choices changed. They, or after choices() all of them, are then read by their index.
  int update(double now);
  int choices();
  std::string choiceId(int index) const { return chosen(index).id; }
  std::string choiceKind(int index) const { return std::string(toString(chosen(index).kind)); }
  std::string choiceReason(int index) const { return std::string(toString(chosen(index).reason)); }
  int choiceSpatial(int index) const { return chosen(index).spatial; }
  int choiceTemporal(int index) const { return chosen(index).temporal; }
  double choiceBitrate(int index) const { return static_cast<double>(chosen(index).bitrate.toBitsPerSecond()); }

  // Below 0: no limit is known.
  double downlinkBits() const;
  double downlinkConfidence() const { return selector_->downlink().confidence / 1000.0; }
  bool downlinkCalm() const { return selector_->downlink().calm; }
  std::string log() const { return log_ ? log_->text() : std::string(); }

 private:
  Timestamp at(double now);
  const Choice& chosen(int index) const;

  SelectorOptions options_;
  std::unique_ptr<SelectorLog> log_;
  std::unique_ptr<Selector> selector_;
  Source source_;
  std::vector<StreamSample> samples_;
  std::vector<Choice> read_;
  Timestamp last_;
};

class DemandPort {
 public:
  explicit DemandPort(int spatial_layers) : demand_(spatial_layers) {}
  void set(double now, const std::string& receiver, int spatial, int temporal);
  void remove(double now, const std::string& receiver);
  bool update(double now);
  // -1: this layer need not be sent.
  int maxTemporal(int spatial) const;
  // Milliseconds; below 0: never.
  double deadline() const;

 private:
  SenderDemand demand_;
};

// "": the log replays as it stands. Otherwise what differs, or that it does not parse.
std::string replayPort(const std::string& log);

}  // namespace tessera::layers
