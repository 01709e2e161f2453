// SPDX-License-Identifier: Apache-2.0
// Stills: when their frames are fetched, and when that has been done.
#include <algorithm>

#include "wasm/layers/selector.h"

namespace tessera::layers {
namespace {

// A still whose frame does not come is left as it is until its next turn.
constexpr Duration kFetchLimit = Duration::seconds(3);
// So long after trouble no still is fetched.
constexpr Duration kDraining = Duration::seconds(2);
// From a frame's first packet on until its last has left the server, with room to spare.
constexpr Duration kFrameSent = Duration::millis(100);

}  // namespace

void Selector::frameArrived(Entry& entry, Timestamp now) {
  if (entry.kind != ChoiceKind::kStill || entry.frame_kept) return;
  entry.frame_kept = true;
  entry.next_fetch = now + options_.still_interval;
}

void Selector::bytesArrived(Entry& entry, Timestamp now, std::int64_t bytes) {
  entry.seen_bytes = bytes;
  if (!entry.fetch_briefly || bytes <= entry.fetch_bytes) return;
  entry.fetch_briefly = false;
  entry.fetch_until = std::min(entry.fetch_until, now + kFrameSent);
}

bool Selector::fetching() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& entry) { return entry->kind == ChoiceKind::kStill && !entry->frame_kept; });
}

// What a still's layer has of the link beside everything else, others that are being fetched included: of what the link is known to
// carry, not of what it might.
std::int64_t Selector::roomForStill() const {
  std::int64_t room = usableRate(downlink(), sound()).toBitsPerSecond();
  if (room >= kUnlimited.toBitsPerSecond()) return room;
  if (!downlink().calm) room = std::min(room, estimator_.carried().toBitsPerSecond() - sound().toBitsPerSecond());
  room -= inForce();
  for (const auto& other : entries_) {
    if (other->kind == ChoiceKind::kStill && !other->frame_kept) room -= other->catalogue.lowest().bitrate.toBitsPerSecond();
  }
  return room;
}

// A still's frame is a keyframe, far larger than its share of the link. Where there is no room for it, one at a time will do for a
// first picture, an overdue one, and where nothing moves that it could disturb and it does not take so long that sound suffers. Never
// into a queue that has to drain.
bool Selector::mayFetch(const Entry& entry, Timestamp now, std::int64_t room) const {
  if (now - estimator_.lastTrouble() < kDraining) return false;
  const std::int64_t lowest = entry.catalogue.lowest().bitrate.toBitsPerSecond();
  if (room >= lowest) return true;
  if (fetching()) return false;
  const bool moving = std::any_of(entries_.begin(), entries_.end(), [](const auto& other) { return other->kind == ChoiceKind::kVideo; });
  return (!moving && room >= lowest / 2) || entry.last_frames <= 0 || now - entry.next_fetch >= options_.still_interval;
}

// Fetches a still's next frame in its turn, and tells of the choice if it is another one than was told last.
void Selector::keepStill(Entry& entry, Timestamp now, std::size_t index) {
  if (entry.kind == ChoiceKind::kStill) {
    const bool due = entry.frame_kept && now >= entry.next_fetch;
    const std::int64_t room = due ? roomForStill() : 0;
    if (due && mayFetch(entry, now, room)) {
      entry.frame_kept = false;
      entry.fetch_until = now + kFetchLimit;
      // The first frame to come is what was asked for: what follows it until it has been decoded would only stand in the way.
      entry.fetch_briefly = room < entry.catalogue.lowest().bitrate.toBitsPerSecond() && entry.last_frames > 0;
      entry.fetch_bytes = entry.seen_bytes;
    } else if (!entry.frame_kept && now >= entry.fetch_until) {
      entry.frame_kept = true;
      // Not all at once.
      entry.next_fetch = now + options_.still_interval + Duration::millis(static_cast<std::int64_t>(index % 8) * 200);
    }
  }
  Choice choice = describe(entry, entry.said.reason);
  const Choice& said = entry.said;
  if (entry.told && choice.kind == said.kind && choice.spatial == said.spatial && choice.temporal == said.temporal) return;
  entry.told = true;
  entry.said = choice;
  news_.push_back(std::move(choice));
}

}  // namespace tessera::layers
