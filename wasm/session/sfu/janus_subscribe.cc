// SPDX-License-Identifier: Apache-2.0
// What this participant receives from Janus: every feed on one peer connection, Janus making the offers, and the layer of each.
#include <algorithm>

#include "wasm/session/sfu/janus_impl.h"

namespace tessera::session::sfu {
namespace {

constexpr std::size_t kMaxFeeds = 256;

// "camera:ID", as the publisher of this kind describes its streams; of others the feed and mid make an id.
Source sourceOf(const std::string& description, SourceKind kind, JanusId feed, const std::string& mid) {
  const std::size_t colon = description.find(':');
  const auto content = fromString<SourceContent>(std::string_view(description).substr(0, colon == std::string::npos ? 0 : colon));
  if (content && colon + 1 < description.size()) return {description.substr(colon + 1), kind, *content, false};
  return {std::to_string(feed) + "/" + mid, kind, kind == SourceKind::kVideo ? SourceContent::kCamera : SourceContent::kMicrophone, false};
}

}  // namespace

const Feed* JanusSession::Impl::findFeed(JanusId id) const {
  const auto it = std::find_if(feeds_.begin(), feeds_.end(), [&](const Feed& x) { return x.id == id; });
  return it == feeds_.end() ? nullptr : &*it;
}

void JanusSession::Impl::updateFeeds(const std::vector<Feed>& feeds) {
  for (const Feed& feed : feeds) {
    if (feed.display == config_.participant_id) continue;  // what is left of an earlier place of our own
    const auto known = std::find_if(feeds_.begin(), feeds_.end(), [&](const Feed& x) { return x.id == feed.id; });
    if (known != feeds_.end()) {
      *known = feed;
    } else if (feeds_.size() < kMaxFeeds) {
      feeds_.push_back(feed);
    }
  }
  reconcile();
  pumpSubscriber();
}

void JanusSession::Impl::removeFeed(JanusId id) {
  if (std::erase_if(feeds_, [&](const Feed& x) { return x.id == id; }) == 0) return;
  // Janus takes the streams out of the subscription by itself, with an offer of its own.
  for (SubscribedStream& stream : streams_) {
    if (stream.feed == id) stream.active = false;
  }
  reconcile();
  pumpSubscriber();
}

void JanusSession::Impl::resync(const std::vector<Feed>& listed) {
  for (const Feed& feed : std::vector<Feed>(feeds_)) {
    if (std::none_of(listed.begin(), listed.end(), [&](const Feed& x) { return x.id == feed.id; })) removeFeed(feed.id);
  }
  std::vector<Feed> fresh;
  for (const Feed& feed : listed) {
    if (findFeed(feed.id) == nullptr) fresh.push_back(feed);
  }
  if (!fresh.empty()) updateFeeds(fresh);
}

// Everything on offer; of two feeds with the same source of the same participant the later one.
std::vector<FeedRef> JanusSession::Impl::wanted() const {
  std::vector<FeedRef> result;
  std::vector<SourceKey> seen;
  for (auto feed = feeds_.rbegin(); feed != feeds_.rend(); ++feed) {
    if (feed->streams.empty()) result.push_back({feed->id, {}});
    for (auto it = feed->streams.rbegin(); it != feed->streams.rend(); ++it) {
      const FeedStream& stream = *it;
      if (stream.disabled) continue;
      SourceKey key{feed->display, sourceOf(stream.description, stream.kind, feed->id, stream.mid).id};
      if (std::find(seen.begin(), seen.end(), key) != seen.end()) continue;
      seen.push_back(std::move(key));
      result.push_back({feed->id, stream.mid});
    }
  }
  std::reverse(result.begin(), result.end());
  return result;
}

void JanusSession::Impl::pumpSubscriber() {
  Leg& leg = subscriber_;
  if (phase_ != Phase::kJoined || !transport_open_ || leg.operation != Leg::Operation::kNone || subscribe_at_) return;
  const std::vector<FeedRef> all = wanted();
  std::vector<FeedRef> subscribe;
  for (const FeedRef& ref : all) {
    const bool has = std::any_of(streams_.begin(), streams_.end(), [&](const SubscribedStream& x) {
      return x.active && x.feed == ref.feed && (ref.mid.empty() || x.feed_mid == ref.mid);
    });
    if (!has) subscribe.push_back(ref);
  }
  std::vector<std::string> unsubscribe;
  for (const SubscribedStream& stream : streams_) {
    const Feed* feed = stream.active ? findFeed(stream.feed) : nullptr;
    if (feed == nullptr || feed->streams.empty()) continue;
    const bool on_offer = std::any_of(feed->streams.begin(), feed->streams.end(), [&](const FeedStream& x) { return !x.disabled && x.mid == stream.feed_mid; });
    if (on_offer && std::find(all.begin(), all.end(), FeedRef{stream.feed, stream.feed_mid}) == all.end()) unsubscribe.push_back(stream.mid);
  }
  if (subscribe.empty() && (unsubscribe.empty() || !subscribed_)) return;
  if (leg.handle == 0) {
    if (!std::exchange(attaching_subscriber_, true)) send(serializeRequest("attach", to(), expect(Request::kAttachSubscriber)));
    return;
  }
  if (leg.pc.value == 0) {
    leg.pc = PeerConnectionId{next_pc_++};
    act(session::action::CreatePeerConnection{leg.pc, {}, config_.ice_servers, config_.ice_transport_policy});
  }
  const std::string transaction = expect(Request::kSubscribe);
  send(subscribed_ ? serializeUpdate(to(leg.handle), transaction, subscribe, unsubscribe)
                   : serializeJoinSubscriber(to(leg.handle), transaction, config_.access, private_id_, subscribe));
  leg.operation = Leg::Operation::kAwaiting;
  leg.awaiting_until = now_ + config_.request_timeout;
}

void JanusSession::Impl::onSubscription(const RoomEvent& event, const std::optional<Jsep>& jsep) {
  Leg& leg = subscriber_;
  if (event.kind == "attached") subscribed_ = true;
  if (event.kind == "attached" || event.kind == "updated") {
    if (jsep && jsep->type == SdpType::kOffer) {
      Offer offer{jsep->sdp, event.streams.value_or(streams_)};
      if (leg.operation == Leg::Operation::kRemote || leg.operation == Leg::Operation::kLocal) {
        waiting_offer_ = std::move(offer);
      } else {
        startOffer(std::move(offer));
      }
      return;
    }
    // Nothing to negotiate.
    if (event.streams) streams_ = *event.streams;
    if (leg.operation == Leg::Operation::kAwaiting) {
      leg.operation = Leg::Operation::kNone;
      leg.awaiting_until.reset();
    }
    reconcile();
    pumpSubscriber();
    return;
  }
  if (!event.mid.empty() && (event.substream || event.temporal)) {
    for (const Announced& known : announced_) {
      if (known.pc != leg.pc || known.mid != event.mid) continue;
      notify(notification::LayerChanged{known.participant_id, known.source.id, event.substream, event.temporal});
    }
  }
}

void JanusSession::Impl::startOffer(Offer offer) {
  Leg& leg = subscriber_;
  if (leg.pc.value == 0) return;
  applying_ = std::move(offer);
  act(session::action::SetRemoteDescription{leg.pc, begin(leg, Leg::Operation::kRemote), SdpType::kOffer, applying_->sdp});
}

void JanusSession::Impl::answered(const std::string& sdp) {
  Leg& leg = subscriber_;
  if (!transport_open_) return restart("The media server was lost while this page answered it.");
  send(serializeStart(to(leg.handle), expect(Request::kStart), sdp));
  describe(leg);
  leg.operation = Leg::Operation::kNone;
  if (applying_) streams_ = std::move(std::exchange(applying_, std::nullopt)->streams);
  reconcile();
  if (waiting_offer_) {
    startOffer(*std::exchange(waiting_offer_, std::nullopt));
  } else {
    pumpSubscriber();
  }
}

std::optional<JanusSession::Impl::Announced> JanusSession::Impl::announcementOf(const SubscribedStream& stream) const {
  const Feed* feed = stream.active ? findFeed(stream.feed) : nullptr;
  if (feed == nullptr) return std::nullopt;
  std::string description = stream.feed_description;
  for (const FeedStream& offered : feed->streams) {
    if (offered.mid == stream.feed_mid) description = offered.disabled ? std::string() : offered.description;
  }
  const std::string& participant = feed->display.empty() ? stream.feed_display : feed->display;
  return Announced{participant, sourceOf(description, stream.kind, stream.feed, stream.feed_mid), subscriber_.pc, stream.mid};
}

void JanusSession::Impl::reconcile() {
  std::vector<Announced> present;
  for (const SubscribedStream& stream : streams_) {
    auto announcement = announcementOf(stream);
    if (!announcement) continue;
    // The later of two feeds of the same participant is the live one.
    std::erase_if(present, [&](const Announced& x) {
      return x.participant_id == announcement->participant_id && x.source.id == announcement->source.id;
    });
    present.push_back(std::move(*announcement));
  }
  for (const Announced& known : std::vector<Announced>(announced_)) {
    const bool stays = std::any_of(present.begin(), present.end(), [&](const Announced& x) {
      return x.participant_id == known.participant_id && x.source.id == known.source.id;
    });
    const bool may_return = known.pc != subscriber_.pc && (phase_ != Phase::kJoined || stale_at_);
    if (stays || may_return) continue;
    std::erase_if(announced_, [&](const Announced& x) { return x.participant_id == known.participant_id && x.source.id == known.source.id; });
    notify(notification::SourceRemoved{known.participant_id, known.source.id});
  }
  for (const Announced& now_present : present) {
    const auto known = std::find_if(announced_.begin(), announced_.end(), [&](const Announced& x) {
      return x.participant_id == now_present.participant_id && x.source.id == now_present.source.id;
    });
    if (known != announced_.end() && known->pc == now_present.pc && known->mid == now_present.mid) continue;
    if (known == announced_.end()) {
      announced_.push_back(now_present);
    } else {
      *known = now_present;
    }
    requested_.erase(now_present.mid);
    notify(notification::SourceAdded{now_present.participant_id, now_present.source, now_present.pc, now_present.mid});
  }
  requestLayers();
}

void JanusSession::Impl::on(const event::LayerSelected& e) {
  selected_[{e.participant_id, e.source_id}] = {std::clamp(e.spatial, 0, 2), std::clamp(e.temporal, 0, 2), e.paused};
  requestLayers();
}

void JanusSession::Impl::on(const event::KeyFrameRequested& e) {
  if (phase_ != Phase::kJoined || !transport_open_ || subscriber_.handle == 0 || !subscribed_) return;
  for (const Announced& known : announced_) {
    if (known.participant_id != e.participant_id || known.source.id != e.source_id || known.pc != subscriber_.pc) continue;
    const auto layer = requested_.find(known.mid);
    if (layer != requested_.end() && !layer->second.send) return;  // nothing of it is wanted
    send(serializeKeyFrameRequest(to(subscriber_.handle), expect(Request::kConfigure), known.mid));
  }
}

void JanusSession::Impl::requestLayers() {
  if (phase_ != Phase::kJoined || !transport_open_ || subscriber_.handle == 0 || !subscribed_) return;
  std::vector<LayerRequest> changes;
  for (const Announced& known : announced_) {
    const auto layer = selected_.find({known.participant_id, known.source.id});
    if (layer == selected_.end() || known.pc != subscriber_.pc || known.source.kind != SourceKind::kVideo) continue;
    // A screen has layers of frame rate only: of its encodings the largest alone is sent.
    const int spatial = known.source.content == SourceContent::kScreen ? 2 : layer->second.spatial;
    const LayerRequest request{known.mid, spatial, layer->second.temporal, !layer->second.paused};
    const auto [entry, fresh] = requested_.try_emplace(known.mid, request);
    if (!fresh && entry->second == request) continue;
    entry->second = request;
    changes.push_back(request);
  }
  if (!changes.empty()) send(serializeConfigure(to(subscriber_.handle), expect(Request::kConfigure), changes));
}

}  // namespace tessera::session::sfu
