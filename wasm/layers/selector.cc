// SPDX-License-Identifier: Apache-2.0
// Takes the inputs in and decides when to decide anew.
#include "wasm/layers/selector.h"

#include <algorithm>

#include "wasm/layers/selector_log.h"

namespace tessera::layers {
namespace {

// Room that is worth a new decision when nothing else has changed.
constexpr Duration kLookUp = Duration::millis(600);
// How much more a stage takes than the one before it, unless that is less than any picture that stands still needs to move.
constexpr std::int64_t kStagePercent = 50;
constexpr std::int64_t kLeastStage = 40'000;
// Bitrates become known better and surcharges run out, so that even unchanged room is looked at anew.
constexpr Duration kLookAgain = Duration::seconds(2);
// After a change, what still arrives of the layer before, and the first large frame of the new one.
constexpr Duration kSwitched = Duration::millis(1500);
// Choices are taken for wrong only when they exceed the room by this, because bitrates are never exact.
constexpr std::int64_t kTolerancePercent = 10;

}  // namespace

namespace {

// Whole millionths, so that a log holds them exactly.
SelectorOptions quantised(SelectorOptions options) {
  UtilityOptions& u = options.utility;
  for (double* value : {&u.speaker_weight, &u.pinned_weight, &u.screen_weight, &u.camera_frame_rate, &u.screen_frame_rate,
                        &u.camera_motion_floor, &u.speaker_motion_floor, &u.screen_motion_floor, &u.still_value}) {
    *value = static_cast<double>(static_cast<std::int64_t>(*value * 1e6 + 0.5)) / 1e6;
  }
  return options;
}

}  // namespace

Selector::Selector(SelectorOptions options) : options_(quantised(options)), estimator_(options.estimator) {}
Selector::~Selector() = default;

void Selector::setLog(SelectorLog* log) {
  log_ = log;
  if (log_ != nullptr) log_->begin(options_);
}

Selector::Entry* Selector::find(std::string_view id) {
  for (const auto& entry : entries_) {
    if (entry->id == id) return entry.get();
  }
  return nullptr;
}

const Selector::Entry* Selector::find(std::string_view id) const { return const_cast<Selector*>(this)->find(id); }

Result<void> Selector::setSource(Timestamp now, std::string_view id, Source source) {
  if (id.empty() || id.size() > kMaxIdLength) return Error{ErrorCode::kInvalidArgument, "a source's id has 1 to 256 bytes"};
  Entry* entry = find(id);
  if (entry == nullptr && entries_.size() >= kMaxSources) return Error{ErrorCode::kTooLarge, "there are 4096 sources already"};
  if (log_ != nullptr) log_->source(now, id, source);
  auto catalogue = Catalogue::create(std::move(source));
  if (!catalogue) return catalogue.error();
  if (entry == nullptr) {
    entries_.push_back(std::make_unique<Entry>());
    entry = entries_.back().get();
    entry->id = id;
    entry->said.id = id;
  } else if (entry->kind == ChoiceKind::kVideo && !catalogue.value().find(entry->spatial, entry->temporal)) {
    entry->kind = ChoiceKind::kPaused;
    entry->spatial = entry->temporal = -1;
  }
  entry->catalogue = std::move(catalogue).value();
  changed_ = entry->touched = true;
  return {};
}

void Selector::removeSource(Timestamp now, std::string_view id) {
  if (log_ != nullptr) log_->remove(now, id);
  changed_ |= std::erase_if(entries_, [&](const auto& entry) { return entry->id == id; }) > 0;
}

bool Selector::setTile(Timestamp now, std::string_view id, const Tile& tile) {
  if (log_ != nullptr) log_->tile(now, id, tile);
  Entry* entry = find(id);
  if (entry == nullptr) return false;
  Tile checked = tile;
  checked.size.width = std::clamp(tile.size.width, 0, kMaxDimension);
  checked.size.height = std::clamp(tile.size.height, 0, kMaxDimension);
  if (checked == entry->tile) return true;
  changed_ = entry->touched = true;
  entry->tile = checked;
  return true;
}

void Selector::setDownlink(Timestamp now, DataRate rate, int confidence) {
  if (log_ != nullptr) log_->downlink(now, rate, confidence);
  stated_.rate = std::min(rate, kUnlimited);
  stated_.confidence = std::clamp(confidence, 0, 1000);
}

void Selector::setServerQuality(Timestamp now, ServerQuality quality) {
  if (log_ != nullptr) log_->quality(now, quality);
  estimator_.server(now, quality);
}

void Selector::setDecodeBudget(Timestamp now, std::int64_t micros_per_second) {
  if (log_ != nullptr) log_->decodeBudget(now, micros_per_second);
  changed_ |= micros_per_second != decode_budget_;
  decode_budget_ = micros_per_second;
}

void Selector::setAudio(Timestamp now, DataRate rate) {
  if (log_ != nullptr) log_->audio(now, rate);
  options_.audio = rate;
}

void Selector::restart(Timestamp now) {
  if (log_ != nullptr) log_->restart(now);
  estimator_ = DownlinkEstimator(options_.estimator);
  rooms_.clear();
  stage_ = 0;
  changed_ = true;
  for (const auto& entry : entries_) {
    entry->last_frames = -1;
    entry->last_statistics = now;
  }
}

void Selector::frameDecoded(Timestamp now, std::string_view id) {
  if (log_ != nullptr) log_->frame(now, id);
  if (Entry* entry = find(id)) frameArrived(*entry, now);
}

void Selector::statistics(Timestamp now, std::span<const StreamSample> samples) {
  if (log_ != nullptr) log_->statistics(now, samples);
  expected_.assign(samples.size(), FrameRate());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const StreamSample& sample = samples[i];
    Entry* entry = sample.audio ? nullptr : find(sample.id);
    if (entry == nullptr) continue;
    if (entry->last_frames >= 0 && sample.frames_decoded > entry->last_frames) frameArrived(*entry, now);
    bytesArrived(*entry, now, sample.bytes_received);
    const Duration since = now - entry->last_statistics;
    const Layer* layer = nullptr;
    if (entry->kind == ChoiceKind::kVideo) {
      if (const auto found = entry->catalogue.find(entry->spatial, entry->temporal)) layer = &entry->catalogue.layers()[*found];
    }
    if (layer != nullptr) expected_[i] = layer->frame_rate;
    // A second's worth at a time, of a layer that has been in force throughout.
    if (since >= Duration::seconds(1)) {
      const std::int64_t bytes = sample.bytes_received - entry->last_bytes;
      const DataRate rate = DataRate::bitsPerSecond(static_cast<std::int64_t>(std::min(1e12, static_cast<double>(std::max<std::int64_t>(bytes, 0)) * 8 / since.toSeconds())));
      const bool settled = now - entry->changed > Duration::millis(2500) && estimator_.evidence() < 300;
      // On a congested link a layer costs at least what arrives of it: one that was stated too low is corrected all the sooner.
      const bool dearer = layer != nullptr && entry->last_statistics - entry->changed > kSwitched && rate > layer->bitrate;
      if (layer != nullptr && entry->last_frames >= 0 && bytes > 0 && (settled || dearer)) entry->catalogue.measured(entry->spatial, entry->temporal, rate);
      decode_cost_.observe(entry->catalogue.source().codec, sample.resolution, sample.frames_decoded - entry->last_decoded, sample.decode_time - entry->last_decode_time);
      entry->last_bytes = sample.bytes_received;
      entry->last_decoded = sample.frames_decoded;
      entry->last_decode_time = sample.decode_time;
      entry->last_statistics = now;
    }
    entry->last_frames = sample.frames_decoded;
  }
  measureSound(now, samples);
  estimator_.sample(now, samples, expected_);
}

// Up with the second second in a row, since what was late comes all at once; down slowly: who paused for breath goes on speaking.
void Selector::measureSound(Timestamp now, std::span<const StreamSample> samples) {
  std::int64_t bytes = 0;
  for (const StreamSample& sample : samples) {
    if (sample.audio) bytes += sample.bytes_received;
  }
  const Duration since = now - last_sound_;
  if (since < Duration::seconds(1)) return;
  const std::int64_t rate = static_cast<std::int64_t>(std::min(1e9, static_cast<double>(std::max<std::int64_t>(bytes - sound_bytes_, 0)) * 8 / since.toSeconds()));
  // Not from the first look, nor after a pause.
  if (since < Duration::millis(2500)) sound_ = std::max(std::min(rate, sound_before_), sound_ - sound_ / 16);
  sound_before_ = rate;
  sound_bytes_ = bytes;
  last_sound_ = now;
}

DownlinkEstimate Selector::downlink() const {
  const DownlinkEstimate own = estimator_.estimate();
  if (stated_.rate >= own.rate) return own;
  DownlinkEstimate both = stated_;
  both.calm = own.calm;
  return both;
}


std::span<const Choice> Selector::update(Timestamp now) {
  news_.clear();
  estimator_.advance(now, demand());
  const std::int64_t room = usableRate(downlink(), sound()).toBitsPerSecond();
  const std::int64_t lasting = lastingRoom(now, room);
  const bool calm = downlink().calm;
  const std::int64_t budget = calm ? room : std::min(lasting, room);
  const std::int64_t taken = inForce();
  const std::int64_t least = leastStage();
  const bool too_much = taken > room + room / 100 * kTolerancePercent;
  // After trouble, more is taken a stage at a time, so that a stage that was too much is noticed and costs little.
  if (calm) {
    stage_ = kUnlimited.toBitsPerSecond();
  } else if (changed_ || too_much || stage_ > 4 * taken + least) {
    stage_ = taken;
  }
  const Duration since = now - last_solved_;
  const bool look = since >= kLookUp && !calm;
  const bool room_for_more = calm ? budget > solved_budget_ : look && budget > taken;
  if (changed_ || too_much) {
    // What the page asks for may use all the room there is; it is taken from the others if need be.
    solve(now, room);
    stage_ = inForce();
  } else if (room_for_more || since >= kLookAgain) {
    if (!calm) stage_ = std::max(stage_, taken) + std::max(stage_, taken) * kStagePercent / 100 + least;
    solve(now, std::max(std::min(budget, stage_), std::min(taken, room)));
    if (!calm && inForce() != taken) stage_ = inForce();
  }
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    keepStill(*entries_[i], now, i);
  }
  if (log_ != nullptr) log_->decided(now, news_);
  return news_;
}

std::int64_t Selector::leastStage() const {
  std::int64_t cheapest = 0;
  for (const auto& entry : entries_) {
    if (entry->kind == ChoiceKind::kVideo || !entry->tile.visible || entry->tile.size.empty()) continue;
    const std::int64_t bits = entry->catalogue.lowest().bitrate.toBitsPerSecond();
    if (cheapest == 0 || bits < cheapest) cheapest = bits;
  }
  return std::max(kLeastStage, cheapest);
}

void Selector::solve(Timestamp now, std::int64_t budget) {
  buildOptions(now);
  chosen_.assign(entries_.size(), 0);
  allocator_.solve({allocator_options_, first_}, budget, decode_budget_, chosen_);
  std::int64_t left = budget;
  std::int64_t decode_left = decode_budget_;
  bool any = false;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::uint32_t at = first_[i] + chosen_[i];
    left -= allocator_options_[at].bits;
    decode_left -= allocator_options_[at].decode;
    any |= plans_[at].kind == ChoiceKind::kVideo;
    choose(*entries_[i], plans_[at], now);
  }
  for (const auto& entry : entries_) entry->touched = false;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Reason reason = reasonOf(i, left, decode_left);
    if (!any && reason == Reason::kBandwidth) reason = Reason::kAudioOnly;
    entries_[i]->said.reason = reason;
  }
  changed_ = false;
  last_solved_ = now;
  solved_budget_ = budget;
}

void Selector::choose(Entry& entry, const Plan& plan, Timestamp now) {
  if (entry.ever_changed && entry.kind == plan.kind && entry.spatial == plan.spatial && entry.temporal == plan.temporal) return;
  if (plan.kind == ChoiceKind::kStill) {
    // What was video leaves its last frame on the screen; of others one is fetched as soon as it may be.
    entry.frame_kept = true;
    entry.next_fetch = entry.kind == ChoiceKind::kVideo && entry.ever_changed ? now + options_.still_interval : now;
  }
  entry.kind = plan.kind;
  entry.spatial = plan.spatial;
  entry.temporal = plan.temporal;
  entry.changed = now;
  entry.ever_changed = true;
}

std::vector<Choice> Selector::choices() const {
  std::vector<Choice> all;
  all.reserve(entries_.size());
  for (const auto& entry : entries_) all.push_back(describe(*entry, entry->said.reason));
  return all;
}

std::int64_t Selector::utility() const {
  std::int64_t sum = 0;
  for (const auto& entry : entries_) {
    const Content content = entry->catalogue.source().content;
    if (entry->kind == ChoiceKind::kStill) sum += utilityOfStill(options_.utility, entry->tile, content, entry->catalogue.lowest());
    if (entry->kind != ChoiceKind::kVideo) continue;
    if (const auto at = entry->catalogue.find(entry->spatial, entry->temporal)) sum += utilityOf(options_.utility, entry->tile, content, entry->catalogue.layers()[*at]);
  }
  return sum;
}

}  // namespace tessera::layers
