/// <reference lib="esnext.disposable" preserve="true" />
// SPDX-License-Identifier: Apache-2.0
// The entry point `tessera-rtc`: calls. Importing it touches no browser object, so it is safe on a server.

export { joinRoom, type JoinOptions } from './rooms/join-room.js';
export { Room } from './rooms/room.js';
export { kMaxDataBytes, type SendDataOptions } from './rooms/data.js';
export type * from './rooms/events.js';
export { enterLobby, Lobby, type LobbyEventMap, type LobbyJoinOptions, type LobbyParticipant } from './signalling/lobby.js';
export type { ConnectOptions } from './signalling/connection.js';
export type { TokenOption } from './signalling/token-source.js';
export {
  LocalMedia,
  type CameraOptions,
  type Device,
  type DeviceList,
  type LocalMediaOptions,
  type MicrophoneOptions,
  type ScreenOptions,
} from './media/local-media.js';
export type { LocalSource } from './media/local-source.js';
export type * from './media/events.js';
export { LocalParticipant } from './participants/local-participant.js';
export { RemoteParticipant, type PeerState, type Quality, type RemoteParticipantEventMap, type ViewOptions } from './participants/remote-participant.js';
export type { TileOptions } from './participants/tile.js';
export type { RemoteSource, SourceContent, SourceKind } from './participants/source.js';
export type * from './diagnostics/types.js';
export type { Mixing } from './topology/capabilities.js';
export type { Topology } from './topology/topology.js';
export type { BackgroundOptions } from './background/index.js';
export {
  AbortedError,
  BackgroundError,
  MediaError,
  OptionError,
  RoomError,
  TesseraError,
  type MediaErrorCode,
  type RoomErrorCode,
  type TesseraErrorCode,
} from './errors.js';
