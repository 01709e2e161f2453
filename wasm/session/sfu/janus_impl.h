// SPDX-License-Identifier: Apache-2.0
// The parts of a place in a Janus room: the session with the server, the handle that sends, the handle that receives.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "wasm/session/sfu/janus.h"

namespace tessera::session::sfu {

class JanusSession::Impl {
 public:
  explicit Impl(JanusConfig config) : config_(std::move(config)) {}

  void handle(const JanusEvent& event, Timestamp now);
  std::vector<JanusAction> takeActions() { return std::exchange(actions_, {}); }
  std::optional<Timestamp> nextTimeout() const;

 private:
  enum class Phase : std::uint8_t { kIdle, kWaiting, kOpening, kEntering, kJoined, kClosed };
  enum class Request : std::uint8_t {
    kCreate, kClaim, kKeepalive, kAttachPublisher, kAttachSubscriber, kJoin, kCreateRoom, kList, kPublish, kSubscribe, kStart,
    kConfigure
  };
  struct Pending {
    std::string transaction;
    Request request;
    Timestamp deadline;
  };
  // A handle of Janus' and its peer connection.
  struct Leg {
    enum class Operation : std::uint8_t { kNone, kLocal, kAwaiting, kRemote };
    JanusId handle = 0;
    PeerConnectionId pc;
    Operation operation = Operation::kNone;
    OperationId op;
    std::optional<Timestamp> awaiting_until;
    bool described = false;         // our description has been sent: candidates may follow
    bool remote_described = false;  // theirs has been set
    std::vector<IceCandidate> local_candidates;
    std::vector<IceCandidate> remote_candidates;
    ConnectionState state = ConnectionState::kNew;
    std::optional<Timestamp> disconnected_at;
  };
  // What the application has been told that it receives.
  struct Announced {
    std::string participant_id;
    Source source;
    PeerConnectionId pc;
    std::string mid;
  };
  struct Layer {
    int spatial = 2;
    int temporal = 2;
    bool paused = false;
  };
  struct Offer {
    std::string sdp;
    std::vector<SubscribedStream> streams;
  };
  using SourceKey = std::pair<std::string, std::string>;  // participant, source

  // --- events ---
  void on(const event::Started&);
  void on(const event::LayerSelected& e);
  void on(const event::KeyFrameRequested& e);
  void on(const event::IceServersChanged& e) { config_.ice_servers = e.ice_servers; }
  void on(const session::event::LocalSourceAdded& e);
  void on(const session::event::LocalSourceRemoved& e);
  void on(const session::event::Leave&);
  void on(const session::event::NetworkChanged&);
  void on(const session::event::TransportOpened&);
  void on(const session::event::TransportClosed&);
  void on(const session::event::TransportMessage& e);
  void on(const session::event::TimerFired&) {}
  void on(const session::event::LocalDescriptionSet& e);
  void on(const session::event::RemoteDescriptionSet& e);
  void on(const session::event::OperationFailed& e);
  void on(const session::event::IceCandidateGathered& e);
  void on(const session::event::ConnectionStateChanged& e);

  // --- messages ---
  void on(const janus::Success& m);
  void on(const janus::Ack& m);
  void on(const janus::Failure& m);
  void on(const janus::Event& m);
  void on(const janus::Trickle& m);
  void on(const janus::Hangup& m);
  void on(const janus::Detached& m);
  void on(const janus::Timeout&);
  void on(const janus::SlowLink& m);
  void on(const janus::Other&) {}

  // janus.cc: the way in, and back in.
  void openTransport();
  void enter();
  // The present session and its connections are of no use: takes the place anew, after a pause when that did not help before.
  void restart(const std::string& why);
  void transportLost();
  void dropSession();
  void closeLeg(Leg& leg);
  void close(std::string code, std::string message);
  void joined(const RoomEvent& event);
  void refused(Request request, int code, const std::string& reason);
  void runTimers();
  void updateState();
  Leg* legOf(PeerConnectionId pc);
  Leg* legOf(JanusId handle);
  Address to(JanusId handle = 0) const { return {session_, handle}; }
  // Remembers the request and gives its transaction.
  std::string expect(Request request);
  std::optional<Request> settle(const std::string& transaction);
  OperationId begin(Leg& leg, Leg::Operation operation);
  void describe(Leg& leg);
  void remoteDescribed(Leg& leg);

  // janus_publish.cc
  void pumpPublisher();
  void onPublished(const Jsep& answer);

  // janus_subscribe.cc
  void updateFeeds(const std::vector<Feed>& feeds);
  void removeFeed(JanusId id);
  void resync(const std::vector<Feed>& listed);
  std::vector<FeedRef> wanted() const;
  void pumpSubscriber();
  void onSubscription(const RoomEvent& event, const std::optional<Jsep>& jsep);
  void startOffer(Offer offer);
  void answered(const std::string& sdp);
  void reconcile();
  void requestLayers();
  std::optional<Announced> announcementOf(const SubscribedStream& stream) const;
  const Feed* findFeed(JanusId id) const;

  template <class A>
  void act(A action) {
    actions_.emplace_back(std::move(action));
  }
  template <class N>
  void notify(N notification) {
    actions_.emplace_back(action::Notify{std::move(notification)});
  }
  void send(std::string text) { act(session::action::TransportSend{std::move(text)}); }

  JanusConfig config_;
  Timestamp now_;
  std::vector<JanusAction> actions_;
  Phase phase_ = Phase::kIdle;
  bool transport_open_ = false;
  JanusId session_ = 0;
  JanusId private_id_ = 0;
  std::vector<Pending> pending_;
  std::uint32_t next_transaction_ = 1;
  std::uint32_t next_pc_ = 1;
  std::uint32_t next_op_ = 1;
  int failures_ = 0;  // since all was well for a while
  std::optional<Timestamp> well_since_;
  int reconnections_ = 0;
  bool ever_joined_ = false;
  bool room_created_ = false;
  std::optional<Timestamp> wait_until_;
  std::optional<Timestamp> open_until_;
  std::optional<Timestamp> keepalive_at_;
  std::optional<Timestamp> stale_at_;
  std::optional<Timestamp> subscribe_at_;  // after a refused subscription, not before
  std::optional<PeerState> state_;

  Leg publisher_;
  bool published_ = false;
  bool offer_due_ = false;
  std::vector<Source> sources_;       // what is to be sent
  std::vector<std::string> sending_;  // AddSource was asked for

  Leg subscriber_;
  bool attaching_subscriber_ = false;
  bool subscribed_ = false;
  std::vector<Feed> feeds_;  // in the order of their coming
  std::vector<SubscribedStream> streams_;
  std::optional<Offer> applying_;
  std::optional<Offer> waiting_offer_;
  std::vector<Announced> announced_;
  std::map<SourceKey, Layer> selected_;
  std::map<std::string, LayerRequest> requested_;  // by mid of the subscription
};

}  // namespace tessera::session::sfu
