// SPDX-License-Identifier: Apache-2.0
// Camera, microphone and screen: the one place that asks the browser for them, with failures named in our own codes.

#pragma once

#include <emscripten/val.h>

#include <string>

#include "wasm/browser/js_call.h"
#include "wasm/browser/js_callback.h"

namespace tessera::browser {


// "permission-denied", "device-not-found", "device-in-use", "constraints-unsatisfied", "insecure-context" or
// "unsupported", from a getUserMedia or getDisplayMedia rejection (Media Capture and Streams, section 10.2;
// Screen Capture, section 5.1).
std::string captureErrorCode(const JsError& error);

// Every promise returned resolves with a browser object or rejects with {code, name, message, constraint}.
class MediaCapture {
 public:
  MediaCapture();

  // options: {deviceId?: string, echoCancellation = true, noiseSuppression = true, autoGainControl = true}.
  // Resolves with a MediaStream of one audio track.
  emscripten::val openMicrophone(const emscripten::val& options);
  // options: {deviceId?: string, width: pixels, height: pixels, frameRate: hertz, facingMode?: string}; sizes and
  // rate are ideals, deviceId is exact. Resolves with a MediaStream of one video track.
  emscripten::val openCamera(const emscripten::val& options);
  // Calls getDisplayMedia before returning, as the user's gesture requires. options: {audio = false}.
  // Resolves with a MediaStream of one video track and at most one audio track.
  emscripten::val openScreen(const emscripten::val& options);
  // Resolves with {cameras, microphones, speakers}, arrays of {deviceId, groupId, label}. Labels are empty and
  // entries without an id left out until the person has allowed that kind of device.
  emscripten::val listDevices();
  // Calls `listener` (a function without arguments, or null for none) whenever the set of devices changes.
  void setDeviceChangeListener(const emscripten::val& listener);
  // Removes every listener. A capture still under way resolves with undefined if it fails.
  void close();

 private:
  emscripten::val open(const char* method, const emscripten::val& constraints);

  Listeners listeners_;
  JsCallback rejected_;
  JsCallback devices_listed_;
};

}  // namespace tessera::browser
