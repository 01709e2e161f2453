// SPDX-License-Identifier: Apache-2.0
// The package's public names.
export { selfSignedCertificate } from './certificate.js';
export { ClusterError } from './cluster.js';
export { type JanusOptions, type LiveKitOptions, OptionError, type SfuOptions, type TesseraServerOptions, type TurnOptions } from './options.js';
export { precompress } from './precompress.js';
export {
  type Capabilities,
  type ClientMessage,
  type ErrorCode,
  type IceServer,
  kErrorCodes,
  kProtocolVersion,
  kSignallingPath,
  type ParticipantInfo,
  type RoomInfo,
  type ServerMessage,
  type Source,
} from './protocol.js';
export { createTesseraServer, ListenError, type TesseraServer } from './server.js';
export { createToken, type CreateTokenOptions, participantIdOf } from './tokens.js';
