// SPDX-License-Identifier: Apache-2.0
// Events, actions and the configuration from JSON text; linked only where logs are replayed.
#include <limits>
#include <utility>

#include "wasm/session/fields.h"

namespace tessera::session {
namespace {

constexpr std::size_t kMaxLineBytes = 4 * 1024 * 1024;

// Reads each member it is shown from an object; notes the first that has the wrong type or an impossible value.
class FieldReader {
 public:
  explicit FieldReader(const Json& object) : object_(&object) {}

  template <class T>
  void operator()(const char* name, T& member) {
    const Json* json = findMember(*object_, name);
    if (json != nullptr && !get(*json, member) && failed_ == nullptr) failed_ = name;
  }
  const char* failed() const { return failed_; }

  bool get(const Json& json, std::string& x) {
    const auto* text = json.get_ptr<const std::string*>();
    if (text != nullptr) x = *text;
    return text != nullptr;
  }
  bool get(const Json& json, bool& x) {
    const bool* value = json.get_ptr<const bool*>();
    if (value != nullptr) x = *value;
    return value != nullptr;
  }
  bool get(const Json& json, Bytes& x) {
    std::string text;
    if (!get(json, text)) return false;
    auto bytes = decodeBase64(text);
    if (bytes) x = std::move(*bytes);
    return bytes.has_value();
  }
  bool get(const Json& json, PeerConnectionId& x) { return get(json, x.value); }
  bool get(const Json& json, OperationId& x) { return get(json, x.value); }
  bool get(const Json& json, DataChannel& x) {
    const auto value = toInteger(json, 0, 2);
    if (value) x = static_cast<DataChannel>(*value);
    return value.has_value();
  }
  bool get(const Json& json, Duration& x) {
    // Far below what would overflow when durations are doubled and added.
    const auto value = toInteger(json, 0, Duration::seconds(1'000'000).toMicros());
    if (value) x = Duration::micros(*value);
    return value.has_value();
  }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  bool get(const Json& json, T& x) {
    const auto value = toInteger(json, std::int64_t{std::numeric_limits<T>::min()},
                                 sizeof(T) > 4 ? INT64_MAX : static_cast<std::int64_t>(std::numeric_limits<T>::max()));
    if (value) x = static_cast<T>(*value);
    return value.has_value();
  }
  template <class E>
    requires(kEnumNames<E>.size() > 0)
  bool get(const Json& json, E& x) {
    std::string text;
    if (!get(json, text)) return false;
    const auto value = fromString<E>(text);
    if (value) x = *value;
    return value.has_value();
  }
  template <class T>
    requires(!std::same_as<T, std::uint8_t>)
  bool get(const Json& json, std::vector<T>& list) {
    if (!json.is_array()) return false;
    list.clear();
    for (const Json& item : json) {
      if (!get(item, list.emplace_back())) return false;
    }
    return true;
  }
  bool get(const Json& json, Notification& x) { return typed(json, kNotificationTypes.data(), x); }
  template <class T>
    requires std::is_class_v<T>
  bool get(const Json& json, T& x) {
    if (!json.is_object()) return false;
    FieldReader inner(json);
    fields(inner, x);
    return inner.failed() == nullptr;
  }
  template <class Variant>
  bool typed(const Json& json, const std::string_view* types, Variant& x) {
    const std::string* type = findString(json, "type", 64);
    return type != nullptr && pick(json, *type, types, x, std::make_index_sequence<std::variant_size_v<Variant>>());
  }

 private:
  template <class Variant, std::size_t... I>
  bool pick(const Json& json, std::string_view type, const std::string_view* types, Variant& x, std::index_sequence<I...>) {
    return ((types[I] == type && get(json, x.template emplace<I>())) || ...);
  }

  const Json* object_;
  const char* failed_ = nullptr;
};

Error invalid(const char* what) { return Error{ErrorCode::kInvalidMessage, what}; }

template <class Variant>
Result<Variant> read(std::string_view text, const std::string_view* types, const char* what) {
  const auto json = parseJson(text, kMaxLineBytes);
  Variant x;
  if (!json || !FieldReader(*json).typed(*json, types, x)) return invalid(what);
  return x;
}

}  // namespace

Result<Event> eventFromJson(std::string_view text) { return read<Event>(text, kEventTypes.data(), "This is not an event."); }
Result<Action> actionFromJson(std::string_view text) { return read<Action>(text, kActionTypes.data(), "This is not an action."); }

Result<SessionConfig> configFromJson(std::string_view text) {
  const auto json = parseJson(text, kMaxLineBytes);
  SessionConfig config;
  if (!json || !FieldReader(*json).get(*json, config)) return invalid("This is not a session's configuration.");
  return config;
}

}  // namespace tessera::session
