/// <reference lib="esnext.disposable" preserve="true" />
// SPDX-License-Identifier: Apache-2.0
// Entry point tessera-rtc/layers: which layer of every video to receive, and which to send, with any SFU.

export { LayerSelector, type StreamIdentity } from './selector.js';
export { SenderDemand, type EncodingDemand, type SenderDemandOptions } from './demand.js';
export { LayerSelectionEvent, type LayerSelectorEventMap } from './events.js';
export type { DownlinkReport, LayerSelectorOptions, ObservedVideo, UtilityOptions, VideoLayer, VideoTile } from './options.js';
export type { DownlinkEstimate, LayerChoice, LayerReason } from './events.js';
export { layersOf, type RoomLayerChoice, type RoomLayers } from '../sfu/room-layers.js';
export { replayLog } from './replay.js';
export { AbortedError, OptionError, TesseraError } from '../errors.js';
