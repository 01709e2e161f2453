// SPDX-License-Identifier: Apache-2.0
// What each source could be given, what it would be worth, and the price of changing to it.
#include <algorithm>

#include "wasm/layers/selector.h"

namespace tessera::layers {
namespace {

// A still needs the lowest layer for a short while every few seconds.
constexpr std::int64_t kStillShare = 10;

// Thousandths of the price: of what the page itself has just changed, and of changes on a link without trouble.
constexpr std::int64_t kEasy = 150;
constexpr std::int64_t kCalm = 600;

}  // namespace

std::int64_t Selector::priceOf(const Entry& entry, ChoiceKind kind, int spatial, int temporal, std::int64_t worth, Timestamp now) const {
  if (!entry.ever_changed || (entry.kind == kind && entry.spatial == spatial && entry.temporal == temporal)) return 0;
  std::int64_t price = options_.temporal_price;
  if (entry.kind != kind) {
    price = options_.still_price;
  } else if (entry.spatial != spatial) {
    price = entry.catalogue.source().switching == Switching::kAnyFrame ? options_.spatial_price / 3 : options_.spatial_price;
  }
  // Where nothing is short, a change for the better is the last one.
  std::int64_t factor = entry.touched || downlink().rate >= kUnlimited ? kEasy : kCalm;
  const Duration since = now - estimator_.lastTrouble();
  if (!entry.touched && since < options_.settling) factor = since < options_.settling / 3 ? 1000 * (1 + options_.settling_factor) : 1000;
  return worth / 1000 * price * factor / 1000;
}

void Selector::buildOptions(Timestamp now) {
  allocator_options_.clear();
  plans_.clear();
  first_.assign(1, 0);
  std::int64_t all = 0;
  std::int64_t visible = 0;
  for (const auto& entry : entries_) {
    const std::int64_t worth = utilityOfPerfection(options_.utility, entry->tile, entry->catalogue.source().content);
    all += worth;
    visible += worth > 0;
  }
  const std::int64_t mean = visible > 0 ? all / visible : 0;
  for (const auto& entry : entries_) {
    const Source& source = entry->catalogue.source();
    const std::int64_t worth = utilityOfPerfection(options_.utility, entry->tile, source.content);
    // A small tile's changes disturb as well, but not so much that it could never gain by one.
    const std::int64_t disturbed = std::clamp(mean, worth, worth + worth / 2);
    std::int64_t best = 0;
    // In rising order of bits: nothing, a still, the layers.
    const auto add = [&](ChoiceKind kind, int spatial, int temporal, std::int64_t bits, std::int64_t decode, std::int64_t utility) {
      plans_.push_back({kind, static_cast<std::int8_t>(spatial), static_cast<std::int8_t>(temporal), utility});
      allocator_options_.push_back({bits, utility - priceOf(*entry, kind, spatial, temporal, disturbed, now), decode});
    };
    add(ChoiceKind::kPaused, -1, -1, 0, 0, 0);
    if (worth > 0) {
      const Layer& lowest = entry->catalogue.lowest();
      const std::int64_t still = lowest.bitrate.toBitsPerSecond() / kStillShare;
      add(ChoiceKind::kStill, -1, -1, still, decode_cost_.of(source.codec, lowest) / kStillShare, utilityOfStill(options_.utility, entry->tile, source.content, lowest));
      for (const Layer& layer : entry->catalogue.layers()) {
        // What costs more and shows no more is no option, in force or not.
        const std::int64_t utility = utilityOf(options_.utility, entry->tile, source.content, layer);
        if (utility <= best) continue;
        best = utility;
        add(ChoiceKind::kVideo, layer.spatial, layer.temporal, layer.bitrate.toBitsPerSecond(), decode_cost_.of(source.codec, layer), utility);
      }
    }
    first_.push_back(static_cast<std::uint32_t>(plans_.size()));
  }
}

// The least room seen within options_.patience, `room` of now included.
std::int64_t Selector::lastingRoom(Timestamp now, std::int64_t room) {
  while (!rooms_.empty() && rooms_.back().second >= room) rooms_.pop_back();
  rooms_.emplace_back(now, room);
  while (now - rooms_.front().first > options_.patience) rooms_.pop_front();
  return rooms_.front().second;
}

std::int64_t Selector::bitsOf(const Entry& entry) const {
  if (entry.kind == ChoiceKind::kPaused) return 0;
  if (entry.kind == ChoiceKind::kStill) return entry.catalogue.lowest().bitrate.toBitsPerSecond() / kStillShare;
  const auto at = entry.catalogue.find(entry.spatial, entry.temporal);
  return at ? entry.catalogue.layers()[*at].bitrate.toBitsPerSecond() : 0;
}

std::int64_t Selector::inForce() const {
  std::int64_t sum = 0;
  for (const auto& entry : entries_) sum += bitsOf(*entry);
  return sum;
}

// What would be taken if there were no limit: for each tile the cheapest of its best layers.
DataRate Selector::demand() const {
  std::int64_t sum = sound().toBitsPerSecond();
  for (const auto& entry : entries_) {
    std::int64_t best = 0;
    std::int64_t bits = 0;
    for (const Layer& layer : entry->catalogue.layers()) {
      const std::int64_t utility = utilityOf(options_.utility, entry->tile, entry->catalogue.source().content, layer);
      if (utility <= best) continue;
      best = utility;
      bits = layer.bitrate.toBitsPerSecond();
    }
    sum += bits;
  }
  return DataRate::bitsPerSecond(sum);
}

Reason Selector::reasonOf(std::size_t index, std::int64_t room, std::int64_t decode_room) const {
  const Entry& entry = *entries_[index];
  if (!entry.tile.visible || entry.tile.size.empty()) return Reason::kHidden;
  const std::uint32_t chosen = first_[index] + chosen_[index];
  std::uint32_t best = first_[index];
  bool fits = false;
  bool fits_bits = false;
  for (std::uint32_t i = first_[index]; i < first_[index + 1]; ++i) {
    if (plans_[i].utility > plans_[best].utility) best = i;
    // A still costs next to nothing: where no video fits, room for one explains nothing.
    if (plans_[i].utility <= plans_[chosen].utility || plans_[i].kind == ChoiceKind::kStill) continue;
    const bool bits = allocator_options_[i].bits - allocator_options_[chosen].bits <= room;
    fits_bits |= bits;
    fits |= bits && (decode_budget_ < 0 || allocator_options_[i].decode - allocator_options_[chosen].decode <= decode_room);
  }
  if (plans_[chosen].utility >= plans_[best].utility) return Reason::kBest;
  if (fits) return Reason::kSettling;
  return fits_bits ? Reason::kProcessor : Reason::kBandwidth;
}

Choice Selector::describe(const Entry& entry, Reason reason) const {
  Choice choice;
  choice.id = entry.id;
  choice.kind = entry.kind;
  choice.reason = reason;
  choice.bitrate = DataRate::bitsPerSecond(bitsOf(entry));
  if (entry.kind == ChoiceKind::kVideo) {
    choice.spatial = entry.spatial;
    choice.temporal = entry.temporal;
  } else if (entry.kind == ChoiceKind::kStill && !entry.frame_kept) {
    choice.spatial = entry.catalogue.lowest().spatial;
    choice.temporal = entry.catalogue.lowest().temporal;
  }
  return choice;
}

}  // namespace tessera::layers
