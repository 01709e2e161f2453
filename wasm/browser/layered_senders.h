// SPDX-License-Identifier: Apache-2.0
// Sends our sources to an SFU: cameras in three simulcast layers, each of which can be turned off while nobody takes it, screens
// in layers of frame rate.

#pragma once

#include <emscripten/val.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "wasm/browser/js_call.h"

namespace tessera::browser {

class LayeredSenders {
 public:
  static constexpr unsigned kAllLayers = 7;

  explicit LayeredSenders(emscripten::val peer_connection);

  // `kind`: "audio" or "video"; `content`: see session::SourceContent; `layers`: 1 to 3, of a camera. `track` may be null.
  void add(const std::string& source_id, const std::string& kind, const std::string& content, int layers, const emscripten::val& track);
  // The transceiver stays, for the next source of the same content.
  void remove(const std::string& source_id);
  // Without renegotiation; null sends nothing.
  void replaceTrack(const std::string& source_id, const emscripten::val& track);
  // Bit n: encode spatial layer n, 0 being the smallest; bits beyond the largest mean the largest.
  void setActiveLayers(const std::string& source_id, unsigned layers);

  // The sources that have an m-line, as (mid, source id).
  std::vector<std::pair<std::string, std::string>> mids() const;
  // The source that a mid sends, "" for none.
  std::string sourceOf(const std::string& mid) const;
  void close();

 private:
  struct Sender {
    std::string content;
    emscripten::val transceiver;
    unsigned layers = kAllLayers;
    bool applying = false;
  };

  void apply(const std::string& source_id);

  emscripten::val peer_connection_;
  std::map<std::string, Sender> by_source_;
  std::vector<std::pair<std::string, emscripten::val>> idle_;  // content, transceiver
  std::map<bool, emscripten::val> streams_;                    // screen or not: what is played in step
  Continuations continuations_;
};

}  // namespace tessera::browser
