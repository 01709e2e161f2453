// SPDX-License-Identifier: Apache-2.0
// Events, actions and the configuration as JSON text.
#include "wasm/session/fields.h"

namespace tessera::session {
namespace {

// A FieldWriter only reads, but visits through references that a reader of the same fields can write to.
template <class T>
T& visitable(const T& x) {
  return const_cast<T&>(x);
}

template <class Variant>
std::string write(const Variant& x, const std::string_view* types) {
  JsonWriter out;
  FieldWriter(out).typed(visitable(x), types);
  return out.take();
}

}  // namespace

std::string toJson(const Event& event) { return write(event, kEventTypes.data()); }
std::string toJson(const Action& action) { return write(action, kActionTypes.data()); }
std::string toJson(const Notification& notification) { return write(notification, kNotificationTypes.data()); }

std::string toJson(const SessionConfig& config) {
  JsonWriter out;
  FieldWriter(out).put(visitable(config));
  return out.take();
}

}  // namespace tessera::session
