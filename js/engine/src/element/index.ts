/// <reference lib="esnext.disposable" preserve="true" />
// SPDX-License-Identifier: Apache-2.0
// The entry point `tessera-rtc/element`: importing it defines <tessera-room>.

import { TesseraRoomElement } from './tessera-room.js';

export { TesseraRoomElement };

if (globalThis.customElements && !customElements.get('tessera-room')) customElements.define('tessera-room', TesseraRoomElement);

declare global {
  interface HTMLElementTagNameMap {
    'tessera-room': TesseraRoomElement;
  }
}
