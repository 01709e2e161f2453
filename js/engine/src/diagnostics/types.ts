// SPDX-License-Identifier: Apache-2.0
// The shape of Room.getDiagnostics(): the four stages of a call and what each connection measures.

import type { Quality, PeerState } from '../participants/remote-participant.js';
import type { Topology } from '../topology/topology.js';

/** One end of the route that media takes. Absent members are not told by the browser. */
export interface CandidateDiagnostics {
  /** RTCIceCandidateType. */
  type?: 'host' | 'srflx' | 'prflx' | 'relay';
  protocol?: string;
  address?: string;
  port?: number;
  relayProtocol?: string;
  networkType?: string;
  usernameFragment?: string;
}

/** Names as in "Identifiers for WebRTC's Statistics API"; rates are those since the digest before. */
export interface SentDiagnostics {
  sourceId: string;
  mid?: string;
  kind: 'audio' | 'video';
  codec: string | null;
  bitsPerSecond: number;
  /** As the receiver reports it, 0..1. */
  loss: number;
  active?: boolean;
  frameWidth?: number;
  frameHeight?: number;
  framesPerSecond?: number;
  framesEncoded?: number;
  bytesSent?: number;
  packetsSent?: number;
  /** Why the picture is smaller or slower than it could be. */
  qualityLimitationReason?: 'none' | 'cpu' | 'bandwidth' | 'other';
  encoderImplementation?: string;
  nackCount?: number;
  pliCount?: number;
  keyFramesEncoded?: number;
  totalEncodeTime?: number;
  targetBitrate?: number;
}

/** What is taken of a video that an SFU sends in layers. */
export interface LayerDiagnostics {
  /** A still: the last frame stays on screen, and a new one is fetched every few seconds. */
  kind: 'video' | 'still' | 'paused';
  /** Counted from the smallest; -1 for none at present. */
  spatial: number;
  temporal: number;
  /** See LayerReason of `tessera-rtc/layers`. */
  reason: 'best' | 'bandwidth' | 'processor' | 'hidden' | 'audio-only' | 'settling';
}

export interface ReceivedDiagnostics {
  /** Absent for a transceiver on which nobody sends. */
  sourceId?: string;
  mid?: string;
  kind: 'audio' | 'video';
  codec: string | null;
  bitsPerSecond: number;
  /** 0..1 */
  loss: number;
  jitterMs: number;
  frameWidth?: number;
  frameHeight?: number;
  framesPerSecond?: number;
  framesReceived?: number;
  framesDecoded?: number;
  framesDropped?: number;
  bytesReceived?: number;
  packetsReceived?: number;
  packetsLost?: number;
  freezeCount?: number;
  audioLevel?: number;
  totalAudioEnergy?: number;
  totalSamplesDuration?: number;
  decoderImplementation?: string;
  nackCount?: number;
  pliCount?: number;
  /** Of a video in an SFU's room. */
  layer?: LayerDiagnostics;
}

export interface PeerDiagnostics {
  participantId: string;
  name: string;
  /** Grows with each new connection to the same participant. */
  connection: number;
  state: PeerState;
  quality: Quality;
  iceRestarts: number;
  /** The connecting and securing stages, in the W3C's words. */
  states: {
    connectionState: RTCPeerConnectionState;
    iceConnectionState: RTCIceConnectionState;
    iceGatheringState: RTCIceGatheringState;
    signalingState: RTCSignalingState;
  };
  /** null until one is chosen. */
  candidatePair: {
    local: CandidateDiagnostics;
    remote: CandidateDiagnostics;
    roundTripMs: number;
    availableOutgoingBitrate?: number;
    state?: string;
  } | null;
  transport: {
    sendBitsPerSecond?: number;
    receiveBitsPerSecond?: number;
    dtlsState?: string;
    dtlsRole?: string;
    /** E.g. 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'. */
    dtlsCipher?: string;
    srtpCipher?: string;
    /** Hexadecimal, as in the record layer: 'FEFD' is DTLS 1.2, 'FEFC' is DTLS 1.3. */
    tlsVersion?: string;
    /** Algorithm and value, e.g. 'sha-256 AB:CD:…'; compare them with the other side's over another way. */
    localFingerprint?: string;
    remoteFingerprint?: string;
    iceState?: string;
    iceRole?: string;
    iceLocalUsernameFragment?: string;
    selectedCandidatePairChanges?: number;
  };
  outbound: SentDiagnostics[];
  inbound: ReceivedDiagnostics[];
}

/** A connection that carries media: to a participant, a media server, or the signalling server. */
export interface ConnectionTraffic {
  /** Whom it leads to; absent for a server. */
  participantId?: string;
  /** Sources that are sent and received on it; layers of one count once. */
  streamsUp: number;
  streamsDown: number;
  /** Everything on it, since the digest before. */
  upBitsPerSecond: number;
  downBitsPerSecond: number;
}

export interface RoomDiagnostics {
  /** Milliseconds since 1970. */
  at: number;
  room: string;
  topology: Topology;
  /** Who mixes, where the topology is 'mcu': a participant's id, one's own included. */
  mixer?: string;
  /** Every connection that carries media; in an SFU's room there are fewer of them than `peers`, which share them. */
  connections: ConnectionTraffic[];
  participantId: string;
  signalling: {
    state: 'connected' | 'reconnecting' | 'closed';
    /** Milliseconds since 1970. */
    since: number;
    /** How signalling travels; null while it does not. */
    transport: 'websocket' | 'polling' | null;
    url: string;
  };
  peers: PeerDiagnostics[];
}
