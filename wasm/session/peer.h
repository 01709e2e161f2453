// SPDX-License-Identifier: Apache-2.0
// One other participant and the connection with it: perfect negotiation, epochs, candidates, recovery, sources, data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wasm/session/candidates.h"
#include "wasm/session/data_channels.h"
#include "wasm/session/recovery.h"
#include "wasm/session/shared.h"

namespace tessera::session {

class Peer {
 public:
  Peer(Shared& shared, Participant participant);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  const Participant& participant() const { return participant_; }
  const std::string& id() const { return participant_.id; }
  PeerConnectionId pc() const { return connection_.id; }

  // --- lifecycle ---
  // Holds a connection from now on. `initiate`: make the first offer at once, rather than wait for the other's a while.
  void connect(bool initiate);
  // Gives the connection up; the participant stays known.
  void disconnect();
  bool wantsConnection() const { return wants_connection_; }

  // --- the room ---
  // What the server says of the participant. Notifies when anything changed.
  void updateFromServer(const Participant& participant);
  // The server no longer knows the participant (it restarted, or timed it out), or does again.
  void setListed(bool listed);
  // Not listed, not connected, and the grace is over.
  bool expired() const;
  bool healthy() const { return connection_.id.value != 0 && recovery_.healthy(); }
  // Signalling may work (again): tells the other side again what it may have missed, and does what was put off.
  void onSignallable();
  // A message of ours did not arrive; say it again later.
  void resendAfter(Duration delay);

  // --- the other side ---
  void onPayload(PeerPayload payload);

  // --- local changes ---
  void syncSources();  // Shared::tracks changed
  void sendState();    // Shared::state changed
  [[nodiscard]] bool sendData(const Bytes& envelope, bool reliable) { return data_.send(envelope, reliable); }
  void onNetworkChanged();

  // --- events of its connection; the pc has been checked ---
  void on(const event::NegotiationNeeded& e);
  void on(const event::LocalDescriptionSet& e);
  void on(const event::RemoteDescriptionSet& e);
  void on(const event::OperationFailed& e);
  void on(const event::IceCandidateGathered& e);
  void on(const event::IceConnectionStateChanged& e);
  void on(const event::ConnectionStateChanged& e);
  void on(const event::SignalingStateChanged& e);
  void on(const event::RemoteTrackAdded& e);
  void on(const event::RemoteTrackRemoved& e);
  void on(const event::DataChannelOpened& e);
  void on(const event::DataChannelClosed& e);
  void on(const event::DataChannelMessage& e);
  void on(const event::DataChannelBufferedAmountLow& e);

  void onTimer();
  std::optional<Timestamp> nextTimeout() const;

 private:
  enum class Operation : std::uint8_t { kNone, kLocalOffer, kLocalAnswer, kRemoteOffer, kRemoteAnswer };

  struct Track {
    std::string mid;
    SourceKind kind;
  };

  // Everything that goes when the connection is replaced.
  struct Connection {
    PeerConnectionId id;              // 0: none at present
    std::uint32_t remote = 0;         // the other side's connection that this one belongs to; 0: not known yet
    bool negotiated = false;          // a description of `remote` has been handed to it
    std::vector<IceServer> ice_servers;

    SignalingState signaling = SignalingState::kStable;
    Operation operation = Operation::kNone;
    OperationId op;
    bool negotiation_needed = false;
    std::optional<Timestamp> hold_until;  // no first offer before this
    std::optional<Timestamp> retry_at;    // no offer before this: the last attempt failed
    int offer_failures = 0;
    std::vector<PeerDescription> incoming;
    PeerDescription applying;

    std::uint32_t sequence = 0;   // of our last description
    std::uint32_t processed = 0;  // of theirs, the last that was handed to setRemoteDescription
    std::uint32_t answered = 0;   // of their offers, the last that we answered
    std::optional<PeerDescription> offer;   // ours, not answered yet
    std::optional<PeerDescription> answer;  // our last
    std::optional<Timestamp> resend_at;     // the offer, should no answer come
    int resends = 0;

    LocalCandidates local_candidates;
    RemoteCandidates remote_candidates;

    std::vector<std::string> sent_sources;  // AddSource was asked for
    // The other side does not know yet which mid sends which source, and by then the browser has not asked for negotiation:
    // a track that takes over another's transceiver needs none.
    std::optional<Timestamp> mids_due_at;
    std::vector<MidMapping> mids;           // what the other side sends, by its applied description
    std::vector<Track> tracks;              // what is being received
    std::vector<MidMapping> announced;      // what the application knows
    bool state_received = false;            // on the control channel
    std::optional<Timestamp> channel_closed_at;
  };

  // peer.cc
  bool signallable() const { return shared_.signalling_up && participant_.present && listed_; }
  void open(bool initiate);
  void close();
  void replace(bool initiate);
  void fail(const std::string& what);
  void recover();
  void refreshIceServers();
  void updateState();
  bool applySources(std::uint32_t revision, const std::vector<Source>& sources, bool authoritative);
  void reconcileSources();

  // peer_negotiation.cc
  bool polite() const { return shared_.self_id < participant_.id; }
  void pump();
  bool startNext(PeerDescription description);
  bool startRemoteOffer(PeerDescription description);
  void start(Operation operation);
  void finishRemote();
  void flushCandidates();
  void send(const PeerDescription& description);
  void send(const IceCandidate& candidate);
  void send(PeerPayload payload);
  void sendCandidates();
  void resend(bool candidates);

  Shared& shared_;
  Participant participant_;
  Connection connection_;
  Recovery recovery_;
  DataChannels data_;

  bool wants_connection_ = false;
  bool listed_ = true;
  std::uint32_t latest_remote_ = 0;  // the newest connection of the other side heard of, over all of ours
  std::optional<Timestamp> gone_at_;
  std::optional<Timestamp> reopen_at_;
  std::optional<Timestamp> resend_all_at_;
  int failures_ = 0;  // connections given up since one was well
  int ice_restarts_ = 0;
  std::optional<notification::PeerStateChanged> notified_;
};

}  // namespace tessera::session
