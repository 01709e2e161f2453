// SPDX-License-Identifier: Apache-2.0
// The way into a Janus room and back into it: transport, session, handles, timeouts, errors.
#include "wasm/session/sfu/janus.h"

#include <algorithm>

#include "wasm/session/sfu/janus_impl.h"
#include "wasm/session/shared.h"

namespace tessera::session::sfu {
namespace {

// Janus' own and the VideoRoom's error codes that need more than another attempt.
constexpr int kUnauthorized = 403;
constexpr int kNoSuchSession = 458;
constexpr int kNoSuchRoom = 426;
constexpr int kRoomExists = 427;
constexpr int kNoSuchFeed = 428;
constexpr int kRoomFull = 432;
constexpr int kWrongPin = 433;
constexpr Duration kSubscribePause = Duration::millis(500);
constexpr int kFailuresUntilFailed = 8;
constexpr Duration kWellAfter = Duration::seconds(5);  // so long without trouble, and earlier failures count no more

}  // namespace

JanusSession::JanusSession(JanusConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}
JanusSession::~JanusSession() = default;
void JanusSession::handle(const JanusEvent& event, Timestamp now) { impl_->handle(event, now); }
std::vector<JanusAction> JanusSession::takeActions() { return impl_->takeActions(); }
std::optional<Timestamp> JanusSession::nextTimeout() const { return impl_->nextTimeout(); }

void JanusSession::Impl::handle(const JanusEvent& event, Timestamp now) {
  if (phase_ == Phase::kClosed) return;
  if (now > now_) now_ = now;
  std::visit([this](const auto& e) { on(e); }, event);
  if (phase_ != Phase::kClosed) runTimers();
  if (phase_ != Phase::kClosed && phase_ != Phase::kIdle) updateState();
}

std::optional<Timestamp> JanusSession::Impl::nextTimeout() const {
  if (phase_ == Phase::kClosed) return std::nullopt;
  std::optional<Timestamp> next = earlier(wait_until_, earlier(open_until_, stale_at_));
  if (transport_open_) next = earlier(next, earlier(keepalive_at_, subscribe_at_));
  for (const Pending& pending : pending_) next = earlier(next, pending.deadline);
  for (const Leg* leg : {&publisher_, &subscriber_}) {
    next = earlier(next, leg->awaiting_until);
    if (leg->disconnected_at) next = earlier(next, *leg->disconnected_at + config_.disconnected_grace);
  }
  return next;
}

void JanusSession::Impl::runTimers() {
  const auto due = [this](std::optional<Timestamp> at) { return at && *at <= now_; };
  if (due(open_until_)) transportLost();
  if (due(wait_until_)) {
    wait_until_.reset();
    transport_open_ ? enter() : openTransport();
  }
  for (Leg* leg : {&publisher_, &subscriber_}) {
    if (leg->disconnected_at && due(*leg->disconnected_at + config_.disconnected_grace) && transport_open_) {
      restart("The way to the media server was lost.");
    } else if (due(leg->awaiting_until)) {
      restart("Janus did not answer an offer.");
    }
  }
  const auto late = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& x) { return x.deadline <= now_; });
  if (late != pending_.end()) {
    // A server that does not answer at all has a dead transport.
    act(action::CloseTransport{});
    transportLost();
  }
  if (transport_open_ && due(keepalive_at_)) {
    keepalive_at_ = now_ + config_.keepalive;
    send(serializeRequest("keepalive", to(), expect(Request::kKeepalive)));
  }
  if (due(subscribe_at_)) {
    subscribe_at_.reset();
    pumpSubscriber();
  }
  if (due(stale_at_) && phase_ == Phase::kJoined) {
    stale_at_.reset();
    reconcile();
  }
}

// --- transport and session ---

void JanusSession::Impl::on(const event::Started&) {
  if (phase_ == Phase::kIdle) openTransport();
}

void JanusSession::Impl::openTransport() {
  phase_ = Phase::kOpening;
  open_until_ = now_ + config_.open_timeout;
  act(action::OpenTransport{});
}

void JanusSession::Impl::on(const session::event::TransportOpened&) {
  if (phase_ != Phase::kOpening) return;
  open_until_.reset();
  transport_open_ = true;
  enter();
}

void JanusSession::Impl::on(const session::event::TransportClosed&) {
  if (phase_ != Phase::kIdle && (transport_open_ || phase_ == Phase::kOpening)) transportLost();
}

void JanusSession::Impl::transportLost() {
  // A request whose answer may have been lost leaves the place in a state that nobody knows.
  const bool certain = std::all_of(pending_.begin(), pending_.end(), [](const Pending& x) { return x.request == Request::kKeepalive; });
  if (transport_open_ && (phase_ != Phase::kJoined || !certain)) dropSession();
  if (!transport_open_) act(action::CloseTransport{});
  transport_open_ = false;
  open_until_.reset();
  keepalive_at_.reset();
  pending_.clear();
  phase_ = Phase::kWaiting;
  wait_until_ = now_ + backoff(config_.retry_min, failures_++, config_.retry_max);
}

void JanusSession::Impl::enter() {
  phase_ = Phase::kEntering;
  keepalive_at_ = now_ + config_.keepalive;
  if (session_ != 0) {
    send(serializeRequest("claim", to(), expect(Request::kClaim)));
  } else {
    send(serializeRequest("create", {}, expect(Request::kCreate)));
  }
}

void JanusSession::Impl::dropSession() {
  closeLeg(publisher_);
  closeLeg(subscriber_);
  session_ = 0;
  published_ = offer_due_ = subscribed_ = attaching_subscriber_ = false;
  sending_.clear();
  feeds_.clear();
  streams_.clear();
  requested_.clear();
  applying_.reset();
  waiting_offer_.reset();
  subscribe_at_.reset();
  pending_.clear();
}

void JanusSession::Impl::closeLeg(Leg& leg) {
  if (leg.pc.value != 0) act(session::action::ClosePeerConnection{leg.pc});
  leg = Leg();
}

void JanusSession::Impl::restart(const std::string& why) {
  notify(notification::Warning{"sfu-request-failed", why});
  if (transport_open_ && session_ != 0) send(serializeRequest("destroy", to(), "bye" + std::to_string(next_transaction_++)));
  dropSession();
  if (!transport_open_) return;  // the next transport starts from nothing
  phase_ = Phase::kWaiting;
  wait_until_ = now_ + (failures_ == 0 ? Duration::zero() : backoff(config_.retry_min, failures_, config_.retry_max));
  ++failures_;
}

void JanusSession::Impl::close(std::string code, std::string message) {
  closeLeg(publisher_);
  closeLeg(subscriber_);
  if (phase_ != Phase::kIdle) act(action::CloseTransport{});
  notify(notification::Closed{std::move(code), std::move(message)});
  phase_ = Phase::kClosed;
}

void JanusSession::Impl::on(const session::event::Leave&) {
  if (transport_open_ && session_ != 0) {
    // Leaving tells the others at once; destroying the session frees both handles.
    if (publisher_.handle != 0) send(serializePlain(to(publisher_.handle), "bye" + std::to_string(next_transaction_++), "leave"));
    send(serializeRequest("destroy", to(), "bye" + std::to_string(next_transaction_++)));
  }
  close("left", "");
}

void JanusSession::Impl::on(const session::event::NetworkChanged&) {
  if (phase_ == Phase::kWaiting && !transport_open_) {
    wait_until_ = now_;
  } else if (phase_ == Phase::kJoined && transport_open_) {
    keepalive_at_ = now_;  // asks whether the transport still lives
    for (Leg* leg : {&publisher_, &subscriber_}) {
      if (leg->disconnected_at) leg->disconnected_at = now_ - config_.disconnected_grace;
    }
  }
}

// --- messages ---

void JanusSession::Impl::on(const session::event::TransportMessage& e) {
  if (!transport_open_) return;
  const auto message = parseJanusMessage(e.text);
  if (!message.hasValue()) {
    notify(notification::Warning{"sfu-message-invalid", message.error().message});
    return;
  }
  std::visit([this](const auto& m) { on(m); }, message.value());
}

std::string JanusSession::Impl::expect(Request request) {
  std::string transaction = "t" + std::to_string(next_transaction_++);
  pending_.push_back({transaction, request, now_ + config_.request_timeout});
  return transaction;
}

std::optional<JanusSession::Impl::Request> JanusSession::Impl::settle(const std::string& transaction) {
  const auto it = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& x) { return x.transaction == transaction; });
  if (it == pending_.end()) return std::nullopt;
  const Request request = it->request;
  pending_.erase(it);
  return request;
}

void JanusSession::Impl::on(const janus::Ack& m) {
  const auto it = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& x) { return x.transaction == m.transaction; });
  // An Event follows to everything else.
  if (it != pending_.end() && it->request == Request::kKeepalive) pending_.erase(it);
}

void JanusSession::Impl::on(const janus::Success& m) {
  const auto request = settle(m.transaction);
  if (!request) return;
  if (m.event && m.event->error_code != 0) {
    refused(*request, m.event->error_code, m.event->error);
    return;
  }
  switch (*request) {
    case Request::kCreate:
      session_ = m.id;
      if (session_ == 0) return restart("Janus made a session without a number.");
      send(serializeRequest("attach", to(), expect(Request::kAttachPublisher)));
      return;
    case Request::kAttachPublisher:
      publisher_.handle = m.id;
      send(serializeJoinPublisher(to(publisher_.handle), expect(Request::kJoin), config_.access, config_.participant_id));
      return;
    case Request::kCreateRoom:
      room_created_ = true;
      send(serializeJoinPublisher(to(publisher_.handle), expect(Request::kJoin), config_.access, config_.participant_id));
      return;
    case Request::kAttachSubscriber:
      attaching_subscriber_ = false;
      subscriber_.handle = m.id;
      pumpSubscriber();
      return;
    case Request::kClaim:
      // The place is as it was; who came and went meanwhile is asked for.
      phase_ = Phase::kJoined;
      send(serializeListParticipants(to(publisher_.handle), expect(Request::kList), config_.access.room));
      pumpPublisher();
      return;
    case Request::kList:
      if (m.event) resync(m.event->publishers);
      return;
    default:
      return;
  }
}

void JanusSession::Impl::on(const janus::Failure& m) {
  if (const auto request = settle(m.transaction)) refused(*request, m.code, m.reason);
}

void JanusSession::Impl::refused(Request request, int code, const std::string& reason) {
  const std::string said = "Janus says: " + reason + " (" + std::to_string(code) + ").";
  if (code == kUnauthorized || code == kWrongPin) {
    if (request != Request::kCreateRoom) return close("sfu-access-denied", "The media server does not let this page in. " + said);
    return close("sfu-room-missing", "The media server has no such room and does not let this page make one. " + said);
  }
  switch (request) {
    case Request::kJoin:
      if (code == kNoSuchRoom && !room_created_) {
        send(serializeCreateRoom(to(publisher_.handle), expect(Request::kCreateRoom), config_.access, config_.publishers));
        return;
      }
      break;
    case Request::kCreateRoom:
      if (code == kRoomExists) {  // somebody else was faster
        room_created_ = true;
        send(serializeJoinPublisher(to(publisher_.handle), expect(Request::kJoin), config_.access, config_.participant_id));
        return;
      }
      break;
    case Request::kPublish:
      if (code == kRoomFull) return close("sfu-room-full", "The media server's room is full. " + said);
      break;
    case Request::kClaim:
      dropSession();
      if (code != kNoSuchSession) notify(notification::Warning{"sfu-request-failed", said});
      enter();
      return;
    case Request::kSubscribe:
      // A feed that left at the same moment; what is still wanted is asked for again.
      subscriber_.operation = Leg::Operation::kNone;
      subscriber_.awaiting_until.reset();
      subscribe_at_ = now_ + kSubscribePause;
      if (code != kNoSuchFeed) notify(notification::Warning{"sfu-request-failed", said});
      return;
    case Request::kKeepalive:
    case Request::kConfigure:
    case Request::kList:
      if (code != kNoSuchSession) {
        notify(notification::Warning{"sfu-request-failed", said});
        return;
      }
      break;
    default:
      break;
  }
  restart(said);
}

void JanusSession::Impl::on(const janus::Event& m) {
  const auto request = settle(m.transaction);
  const RoomEvent& event = m.event;
  if (event.error_code != 0) {
    if (request) refused(*request, event.error_code, event.error);
    return;
  }
  if (event.kind == "destroyed") {
    room_created_ = false;
    return restart("The room was removed from the media server.");
  }
  if (request == Request::kJoin) return joined(event);
  // Word of another publisher may overtake the answer to the join.
  if (phase_ != Phase::kJoined && phase_ != Phase::kEntering) return;
  if (m.sender != 0 && m.sender == subscriber_.handle) {
    onSubscription(event, m.jsep);
    return;
  }
  if (m.sender != publisher_.handle) return;
  if (event.ended && phase_ == Phase::kJoined) return restart("The media server ended this place.");
  if (m.jsep && m.jsep->type == SdpType::kAnswer) onPublished(*m.jsep);
  if (event.gone != 0) removeFeed(event.gone);
  if (!event.publishers.empty()) updateFeeds(event.publishers);
}

void JanusSession::Impl::joined(const RoomEvent& event) {
  phase_ = Phase::kJoined;
  private_id_ = event.private_id;
  room_created_ = false;
  if (ever_joined_) ++reconnections_;
  ever_joined_ = true;
  if (!announced_.empty()) stale_at_ = now_ + config_.stale_grace;
  updateFeeds(event.publishers);
  pumpPublisher();
}

void JanusSession::Impl::on(const janus::Trickle& m) {
  Leg* leg = legOf(m.sender);
  if (leg == nullptr || leg->pc.value == 0) return;
  if (leg->remote_described) {
    act(session::action::AddIceCandidate{leg->pc, m.candidate});
  } else if (leg->remote_candidates.size() < 256) {
    leg->remote_candidates.push_back(m.candidate);
  }
}

void JanusSession::Impl::on(const janus::Hangup& m) {
  const Leg* leg = legOf(m.sender);
  if (leg != nullptr && leg->pc.value != 0) restart("The media server hung up: " + m.reason + ".");
}

void JanusSession::Impl::on(const janus::Detached& m) {
  if (legOf(m.sender) != nullptr) restart("The media server let go of a connection.");
}

void JanusSession::Impl::on(const janus::Timeout&) {
  if (session_ != 0) restart("The media server forgot this session.");
}

void JanusSession::Impl::on(const janus::SlowLink& m) {
  // As Janus sees it: its uplink is what it receives.
  if (legOf(m.sender) != nullptr) notify(notification::SlowLink{m.uplink, m.lost});
}

// --- what both legs do ---

JanusSession::Impl::Leg* JanusSession::Impl::legOf(PeerConnectionId pc) {
  for (Leg* leg : {&publisher_, &subscriber_}) {
    if (pc.value != 0 && leg->pc == pc) return leg;
  }
  return nullptr;
}

JanusSession::Impl::Leg* JanusSession::Impl::legOf(JanusId handle) {
  for (Leg* leg : {&publisher_, &subscriber_}) {
    if (handle != 0 && leg->handle == handle) return leg;
  }
  return nullptr;
}

OperationId JanusSession::Impl::begin(Leg& leg, Leg::Operation operation) {
  leg.operation = operation;
  leg.awaiting_until.reset();
  return leg.op = OperationId{next_op_++};
}

void JanusSession::Impl::describe(Leg& leg) {
  leg.described = true;
  for (const IceCandidate& candidate : std::exchange(leg.local_candidates, {})) {
    send(serializeTrickle(to(leg.handle), "c" + std::to_string(next_transaction_++), candidate));
  }
}

void JanusSession::Impl::remoteDescribed(Leg& leg) {
  leg.remote_described = true;
  for (IceCandidate& candidate : std::exchange(leg.remote_candidates, {})) {
    act(session::action::AddIceCandidate{leg.pc, std::move(candidate)});
  }
}

void JanusSession::Impl::on(const session::event::IceCandidateGathered& e) {
  Leg* leg = legOf(e.pc);
  if (leg == nullptr) return;
  if (leg->described && transport_open_) {
    send(serializeTrickle(to(leg->handle), "c" + std::to_string(next_transaction_++), e.candidate));
  } else if (leg->local_candidates.size() < 256) {
    leg->local_candidates.push_back(e.candidate);
  }
}

void JanusSession::Impl::on(const session::event::OperationFailed& e) {
  const Leg* leg = legOf(e.pc);
  if (leg == nullptr || e.op.value == 0 || leg->op != e.op) return;
  restart("The browser refused a description: " + e.message);
}

void JanusSession::Impl::on(const session::event::ConnectionStateChanged& e) {
  Leg* leg = legOf(e.pc);
  if (leg == nullptr) return;
  leg->state = e.state;
  const bool lost = e.state == ConnectionState::kDisconnected || e.state == ConnectionState::kFailed;
  if (!lost) {
    leg->disconnected_at.reset();
  } else if (e.state == ConnectionState::kFailed) {
    leg->disconnected_at = now_ - config_.disconnected_grace;  // as soon as the transport allows
  } else if (!leg->disconnected_at) {
    leg->disconnected_at = now_;
  }
}

void JanusSession::Impl::updateState() {
  bool any = false;
  bool starting = false;
  bool lost = false;
  for (const Leg* leg : {&publisher_, &subscriber_}) {
    if (leg->pc.value == 0) continue;
    any = true;
    lost = lost || leg->disconnected_at;
    starting = starting || leg->state != ConnectionState::kConnected;
  }
  const bool placed = ever_joined_ && session_ != 0 && (phase_ == Phase::kJoined || any);
  PeerState state = ever_joined_ ? PeerState::kReconnecting : PeerState::kConnecting;
  if (placed && !lost) {
    // What is only being added (a first camera, a first other participant) is no trouble.
    state = starting ? state_.value_or(PeerState::kConnecting) : PeerState::kConnected;
  }
  if (state != PeerState::kConnected && failures_ >= kFailuresUntilFailed) state = PeerState::kFailed;
  if (state == PeerState::kConnected && phase_ == Phase::kJoined) {
    if (!well_since_) well_since_ = now_;
    if (now_ - *well_since_ >= kWellAfter) failures_ = 0;
  } else {
    well_since_.reset();
  }
  if (state_ == state) return;
  state_ = state;
  notify(notification::StateChanged{state, reconnections_});
}

}  // namespace tessera::session::sfu
