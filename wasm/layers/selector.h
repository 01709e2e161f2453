// SPDX-License-Identifier: Apache-2.0
// Decides which layer of every video to take: tiles, layers, downlink and processor time go in, choices come out.
//
// Sans-I/O: the time is handed in, nothing is ever waited for. Call update() after anything changed, and every 100 to
// 250 ms besides. What it holds to:
//   - audio first: its rate is taken off the downlink before any video is considered
//   - down at once when what is taken does not fit any more; up at once where the page asks for more on a link without
//     recent trouble, otherwise when the room for it has lasted
//   - a change has a price, higher right after another one, and it is part of what is maximised
//   - a still before a blank: the last frame stays on screen, or the lowest layer is taken until one has been decoded
//   - the same inputs at the same times give the same choices and the same log on every platform
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/base/result.h"
#include "wasm/layers/allocator.h"
#include "wasm/layers/catalogue.h"
#include "wasm/layers/estimator.h"
#include "wasm/layers/utility.h"

namespace tessera::layers {

class SelectorLog;

struct SelectorOptions {
  UtilityOptions utility;
  EstimatorOptions estimator;
  // Left for sound before any video.
  DataRate audio = DataRate::kilobitsPerSecond(48);
  // Prices of a change that nobody asked for within `settling` after trouble, in thousandths of what a perfect picture in
  // the tile is worth (up to half as much again for a small tile); in the first third of it (1 + settling_factor) times as much.
  // On a link without trouble a change costs 60 % of it, and what the page itself changes 15 %.
  int spatial_price = 250;  // at a keyframe; a third of it where any frame will do
  int temporal_price = 80;
  int still_price = 250;    // between video and a still or nothing
  int settling_factor = 1;
  Duration settling = Duration::seconds(12);
  // How often a still is taken anew.
  Duration still_interval = Duration::seconds(5);
  // How long room for more has to last after trouble before it is used.
  Duration patience = Duration::millis(1200);

  bool operator==(const SelectorOptions&) const = default;
};

class Selector {
 public:
  static constexpr std::size_t kMaxSources = 4096;
  static constexpr std::size_t kMaxIdLength = 256;

  explicit Selector(SelectorOptions options = {});
  ~Selector();
  Selector(const Selector&) = delete;
  Selector& operator=(const Selector&) = delete;

  // Adds a source, or replaces what it offers; its tile and its choice stay. Error: see Catalogue::create; an id that is
  // empty or longer than kMaxIdLength bytes; more than kMaxSources.
  Result<void> setSource(Timestamp now, std::string_view id, Source source);
  void removeSource(Timestamp now, std::string_view id);
  // False: there is no such source. A source without a tile is not visible.
  bool setTile(Timestamp now, std::string_view id, const Tile& tile);
  // What the server says the downlink carries; rate kUnlimited takes it back. Holds until it is replaced, and together
  // with what statistics() finds: the lower of the two counts.
  void setDownlink(Timestamp now, DataRate rate, int confidence);
  void setServerQuality(Timestamp now, ServerQuality quality);
  // Microseconds of decoding per second that this machine has; below 0 (the default): as much as is asked for.
  void setDecodeBudget(Timestamp now, std::int64_t micros_per_second);
  // What is left for sound; what is heard to take more has more.
  void setAudio(Timestamp now, DataRate rate);
  // getStats' inbound streams; feeds the estimate, the layers' bitrates, the decode cost, and ends the fetching of stills.
  void statistics(Timestamp now, std::span<const StreamSample> samples);
  // The connection was made anew, perhaps over another network: what was seen of the downlink is forgotten, the server's word
  // and everything that the page wants stay.
  void restart(Timestamp now);
  // A frame of this source was decoded (only needed without statistics()).
  void frameDecoded(Timestamp now, std::string_view id);

  // Decides. Gives the choices that changed, valid until the next call of anything.
  std::span<const Choice> update(Timestamp now);

  // All of them, in the order in which the sources were added.
  std::vector<Choice> choices() const;
  // What is believed of the downlink, the server's word included.
  DownlinkEstimate downlink() const;
  // Sum of the utilities of all choices, millionths, prices left out.
  std::int64_t utility() const;

  // Every input and every decision goes to `log` from now on (before any other call, for a log that replays). The log
  // outlives the selector or is taken away with nullptr.
  void setLog(SelectorLog* log);
  const SelectorOptions& options() const { return options_; }

 private:
  struct Entry {
    std::string id;
    Catalogue catalogue;
    Tile tile{.size = {}, .visible = false};
    ChoiceKind kind = ChoiceKind::kPaused;
    int spatial = -1;
    int temporal = -1;
    Timestamp changed;
    bool ever_changed = false;
    bool touched = true;  // what the page wants of it has changed since the last decision
    bool frame_kept = false;  // of a still: the frame is on screen
    Timestamp next_fetch;
    Timestamp fetch_until;
    bool fetch_briefly = false;     // it ends soon after the first bytes beyond these
    std::int64_t fetch_bytes = 0;
    std::int64_t seen_bytes = 0;
    std::int64_t last_frames = -1;
    std::int64_t last_bytes = 0;
    std::int64_t last_decoded = 0;
    Duration last_decode_time;
    Timestamp last_statistics;
    Choice said;  // what update() gave out last
    bool told = false;
  };
  struct Plan {  // one option of one entry, beside what the allocator sees
    ChoiceKind kind;
    std::int8_t spatial, temporal;
    std::int64_t utility;  // without the price of changing to it
  };

  Entry* find(std::string_view id);
  const Entry* find(std::string_view id) const;
  void buildOptions(Timestamp now);
  std::int64_t priceOf(const Entry& entry, ChoiceKind kind, int spatial, int temporal, std::int64_t worth, Timestamp now) const;
  std::int64_t lastingRoom(Timestamp now, std::int64_t room);
  std::int64_t inForce() const;
  DataRate demand() const;
  std::int64_t leastStage() const;
  void solve(Timestamp now, std::int64_t budget);
  void choose(Entry& entry, const Plan& plan, Timestamp now);
  DataRate sound() const { return std::max(options_.audio, DataRate::bitsPerSecond(sound_)); }
  void measureSound(Timestamp now, std::span<const StreamSample> samples);
  bool fetching() const;
  std::int64_t roomForStill() const;
  bool mayFetch(const Entry& entry, Timestamp now, std::int64_t room) const;
  void keepStill(Entry& entry, Timestamp now, std::size_t index);
  void frameArrived(Entry& entry, Timestamp now);
  void bytesArrived(Entry& entry, Timestamp now, std::int64_t bytes);
  Reason reasonOf(std::size_t index, std::int64_t room, std::int64_t decode_room) const;
  Choice describe(const Entry& entry, Reason reason) const;
  std::int64_t bitsOf(const Entry& entry) const;

  SelectorOptions options_;
  DownlinkEstimator estimator_;
  DecodeCost decode_cost_;
  Allocator allocator_;
  std::vector<std::unique_ptr<Entry>> entries_;
  std::int64_t sound_ = 0;  // bits a second that sound has been heard to take
  std::int64_t sound_before_ = 0;
  std::int64_t sound_bytes_ = 0;
  Timestamp last_sound_;
  DownlinkEstimate stated_;  // the server's word
  std::int64_t decode_budget_ = -1;
  bool changed_ = true;  // something that the page wants differently
  Timestamp last_solved_;
  std::int64_t solved_budget_ = 0;
  std::int64_t stage_ = 0;  // bits that may be taken at the next look upwards, after trouble
  std::deque<std::pair<Timestamp, std::int64_t>> rooms_;  // rising; the front is the least of the last `patience`
  std::vector<Option> allocator_options_;
  std::vector<Plan> plans_;
  std::vector<std::uint32_t> first_;
  std::vector<std::uint8_t> chosen_;
  std::vector<FrameRate> expected_;
  std::vector<Choice> news_;
  SelectorLog* log_ = nullptr;
};

}  // namespace tessera::layers
