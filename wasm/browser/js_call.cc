// SPDX-License-Identifier: Apache-2.0
// Calls into JavaScript that may throw or reject, with the outcome as a value.

#include "wasm/browser/js_call.h"

#include <emscripten/em_js.h>

#include <utility>

// clang-format off
EM_JS_DEPS(tessera_call, "$Emval,$UTF8ToString");
// Kind 0: a method; 1: a constructor; 2: an assignment. Returns the handle of [ok, value or error].
EM_JS(emscripten::EM_VAL, tesseraTry, (int kind, emscripten::EM_VAL target, const char* name, emscripten::EM_VAL values), {
  const object = Emval.toValue(target);
  const key = UTF8ToString(name);
  const list = Emval.toValue(values);
  let outcome;
  try {
    outcome = [true, kind === 0 ? object[key](...list) : kind === 1 ? new object[key](...list) : (object[key] = list[0])];
  } catch (error) {
    outcome = [false, error];
  }
  return Emval.toHandle(outcome);
});
EM_JS(void, tesseraThen, (emscripten::EM_VAL promise, emscripten::EM_VAL settle), {
  const settled = Emval.toValue(settle);
  Promise.resolve(Emval.toValue(promise)).then((value) => settled(true, value), (error) => settled(false, error));
});
EM_JS(void, tesseraCopy, (emscripten::EM_VAL target, emscripten::EM_VAL origin, const char* names), {
  const to = Emval.toValue(target);
  const from = Emval.toValue(origin);
  for (const name of UTF8ToString(names).split(" ")) if (from[name] !== undefined) to[name] = from[name];
});
// clang-format on

namespace tessera::browser {

using emscripten::val;

namespace {

JsOutcome attempt(int kind, const val& target, const char* name, std::initializer_list<val> arguments) {
  val list = val::array();
  for (const val& argument : arguments) push(list, argument);
  const val outcome = val::take_ownership(tesseraTry(kind, target.as_handle(), name, list.as_handle()));
  if (outcome[0].as<bool>()) return {true, outcome[1], {}};
  return {false, val::undefined(), JsError::from(outcome[1])};
}

}  // namespace

JsError JsError::from(const val& thrown) {
  if (isNullish(thrown)) return {"Error", "unknown", ""};
  std::string name = stringAt(thrown, "name");
  return {name.empty() ? "Error" : std::move(name), stringAt(thrown, "message"), stringAt(thrown, "constraint")};
}

JsOutcome tryCall(const val& object, const char* method, std::initializer_list<val> arguments) {
  return attempt(0, object, method, arguments);
}

JsOutcome tryNew(const char* constructor, std::initializer_list<val> arguments) {
  return attempt(1, val::global("globalThis"), constructor, arguments);
}

bool trySet(const val& object, const char* property, const val& value) { return attempt(2, object, property, {value}).ok; }

void Continuations::then(const val& promise, Resolved resolved, Rejected rejected) {
  const int id = next_++;
  JsCallback settle([this, id, resolved = std::move(resolved), rejected = std::move(rejected)](const val& arguments) {
    waiting_.erase(id);  // The registry keeps this very function alive until it returns.
    if (arguments[0].as<bool>()) {
      if (resolved) resolved(arguments[1]);
    } else if (rejected) {
      rejected(JsError::from(arguments[1]));
    }
    return val::undefined();
  });
  tesseraThen(promise.as_handle(), settle.function().as_handle());
  waiting_.emplace(id, std::move(settle));
}

void Continuations::then(const JsOutcome& call, Resolved resolved, Rejected rejected) {
  if (call.ok) {
    then(call.value, std::move(resolved), std::move(rejected));
    return;
  }
  val error = object({{"name", val(call.error.name)}, {"message", val(call.error.message)}});
  then(val::global("Promise").call<val>("reject", error), std::move(resolved), std::move(rejected));
}

[[gnu::noinline]] val member(const val& object, const char* key) { return object[key]; }

[[gnu::noinline]] void setMember(const val& object, const char* key, const val& value) { val(object).set(key, value); }

[[gnu::noinline]] int lengthOf(const val& array) { return member(array, "length").as<int>(); }

[[gnu::noinline]] void push(const val& array, const val& value) { array.call<void>("push", value); }

[[gnu::noinline]] std::string stringAt(const val& object, const char* key) {
  const val value = member(object, key);
  return value.isString() ? value.as<std::string>() : std::string();
}

[[gnu::noinline]] double numberAt(const val& object, const char* key, double otherwise) {
  const val value = member(object, key);
  return value.isNumber() ? value.as<double>() : otherwise;
}

bool isNullish(const val& value) { return value.isUndefined() || value.isNull(); }

[[gnu::noinline]] val object(std::initializer_list<std::pair<const char*, val>> members) {
  val result = val::object();
  for (const auto& [key, value] : members) setMember(result, key, value);
  return result;
}

void copyMembers(val& to, const val& from, const char* keys) { tesseraCopy(to.as_handle(), from.as_handle(), keys); }

std::vector<std::uint8_t> bytesFrom(const val& array_buffer_or_view) {
  const val view = member(array_buffer_or_view, "buffer").isUndefined() ? val::global("Uint8Array").new_(array_buffer_or_view)
                                                                : array_buffer_or_view;
  std::vector<std::uint8_t> bytes(member(view, "byteLength").as<std::size_t>());
  if (!bytes.empty()) val(emscripten::typed_memory_view(bytes.size(), bytes.data())).call<void>("set", view);
  return bytes;
}

val toUint8Array(const std::uint8_t* data, std::size_t size) {
  return val(emscripten::typed_memory_view(size, data)).call<val>("slice");
}

}  // namespace tessera::browser
