// SPDX-License-Identifier: Apache-2.0
// Camera, microphone and screen: constraints in, streams or named failures out.

#include "wasm/browser/media_capture.h"

namespace tessera::browser {

using emscripten::val;

namespace {

val rejection(const std::string& code, const JsError& error) {
  return val::global("Promise").call<val>("reject", object({{"code", val(code)},
                                                            {"name", val(error.name)},
                                                            {"message", val(error.message)},
                                                            {"constraint", val(error.constraint)}}));
}

bool flagAt(const val& options, const char* key, bool otherwise) {
  const val flag = options[key];
  return flag.isUndefined() ? otherwise : flag.as<bool>();
}

void setIdeal(val& constraints, const char* key, const val& options) {
  if (const val wanted = options[key]; !isNullish(wanted)) constraints.set(key, object({{"ideal", wanted}}));
}

void setExactDevice(val& constraints, const val& options) {
  if (const std::string id = stringAt(options, "deviceId"); !id.empty()) {
    setMember(constraints, "deviceId", object({{"exact", val(id)}}));
  }
}

val describeDevices(const val& devices) {
  val cameras = val::array();
  val microphones = val::array();
  val speakers = val::array();
  const int count = lengthOf(devices);
  for (int i = 0; i < count; ++i) {
    const val device = devices[i];
    if (stringAt(device, "deviceId").empty()) continue;
    const std::string kind = stringAt(device, "kind");
    val& list = kind == "videoinput" ? cameras : kind == "audioinput" ? microphones : speakers;
    list.call<void>("push", object({{"deviceId", member(device, "deviceId")},
                                    {"groupId", member(device, "groupId")},
                                    {"label", member(device, "label")}}));
  }
  return object({{"cameras", cameras}, {"microphones", microphones}, {"speakers", speakers}});
}

}  // namespace

std::string captureErrorCode(const JsError& error) {
  if (error.name == "NotAllowedError" || error.name == "SecurityError" || error.name == "InvalidStateError") {
    return "permission-denied";
  }
  if (error.name == "NotFoundError") return "device-not-found";
  if (error.name == "NotReadableError" || error.name == "AbortError") return "device-in-use";
  if (error.name == "OverconstrainedError") {
    return error.constraint == "deviceId" ? "device-not-found" : "constraints-unsatisfied";
  }
  return "unsupported";
}

MediaCapture::MediaCapture()
    : rejected_([](const val& arguments) {
        const JsError error = JsError::from(arguments[0]);
        return rejection(captureErrorCode(error), error);
      }),
      devices_listed_([](const val& arguments) { return describeDevices(arguments[0]); }) {}

val MediaCapture::openMicrophone(const val& options) {
  val audio = object({{"echoCancellation", val(flagAt(options, "echoCancellation", true))},
                      {"noiseSuppression", val(flagAt(options, "noiseSuppression", true))},
                      {"autoGainControl", val(flagAt(options, "autoGainControl", true))}});
  setExactDevice(audio, options);
  return open("getUserMedia", object({{"audio", audio}}));
}

val MediaCapture::openCamera(const val& options) {
  val video = val::object();
  setIdeal(video, "width", options);
  setIdeal(video, "height", options);
  setIdeal(video, "frameRate", options);
  setExactDevice(video, options);
  if (member(video, "deviceId").isUndefined()) setIdeal(video, "facingMode", options);
  return open("getUserMedia", object({{"video", video}}));
}

val MediaCapture::openScreen(const val& options) {
  const val video = object({{"frameRate", object({{"max", val(30)}})}});
  return open("getDisplayMedia", object({{"video", video},
                                         {"audio", val(flagAt(options, "audio", false))},
                                         {"surfaceSwitching", val("include")},
                                         {"selfBrowserSurface", val("exclude")}}));
}

val MediaCapture::open(const char* method, const val& constraints) {
  const val devices = member(val::global("navigator"), "mediaDevices");
  if (isNullish(devices) || isNullish(devices[method])) {
    const bool secure = val::global("isSecureContext").as<bool>();
    return rejection(secure ? "unsupported" : "insecure-context", {"TypeError", std::string(method) + " is missing", ""});
  }
  const JsOutcome call = tryCall(devices, method, {constraints});
  if (!call.ok) return rejection(captureErrorCode(call.error), call.error);
  return call.value.call<val>("catch", rejected_.function());
}

val MediaCapture::listDevices() {
  const val devices = member(val::global("navigator"), "mediaDevices");
  if (isNullish(devices)) return val::global("Promise").call<val>("resolve", describeDevices(val::array()));
  return devices.call<val>("enumerateDevices").call<val>("then", devices_listed_.function());
}

void MediaCapture::setDeviceChangeListener(const val& listener) {
  listeners_.clear();
  const val devices = member(val::global("navigator"), "mediaDevices");
  if (isNullish(devices) || isNullish(listener)) return;
  listeners_.add(devices, "devicechange", [listener](const val&) { listener(); });
}

void MediaCapture::close() {
  listeners_.clear();
  rejected_.reset();
  devices_listed_.reset();
}

}  // namespace tessera::browser
