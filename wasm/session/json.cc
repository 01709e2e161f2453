// SPDX-License-Identifier: Apache-2.0
// The JSON writer, checked member access, base64 and UTF-8 validation.
#include "wasm/session/json.h"

#include <array>
#include <utility>

namespace tessera::session {
namespace {

using Input = decltype(nlohmann::detail::input_adapter(std::string_view().begin(), std::string_view().end()));

}  // namespace
}  // namespace tessera::session

// The text that says what is wrong with JSON: nobody reads it here, and it is 0.4 kB of a first call's download.
template <>
std::string nlohmann::detail::parser<tessera::session::Json, tessera::session::Input>::exception_message(
    const token_type /*expected*/, const std::string& /*context*/) {
  return {};
}

namespace tessera::session {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Builds the value, and stops at the first thing that is too deep. Json::parse() would do the same for twice the code: it also
// brings the parser with a callback.
class Builder {
 public:
  explicit Builder(Json& root) : root_(root) {}

  bool null() { return put(nullptr); }
  bool boolean(bool x) { return put(x); }
  bool number_integer(std::int64_t x) { return put(x); }
  bool number_unsigned(std::uint64_t x) { return put(x); }
  bool number_float(double x, const std::string&) { return put(x); }
  bool string(std::string& x) { return put(std::move(x)); }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Json::value_t::object); }
  bool key(std::string& x) {
    member_ = &(*stack_.back()->get_ptr<Json::object_t*>())[x];
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(Json::value_t::array); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

 private:
  template <class T>
  bool put(T&& x) {
    place() = Json(std::forward<T>(x));
    return true;
  }
  // Where the next value goes. An earlier member of the same name is replaced.
  Json& place() {
    if (stack_.empty()) return root_;
    auto* array = stack_.back()->get_ptr<Json::array_t*>();
    return array == nullptr ? *member_ : array->emplace_back();
  }
  bool open(Json::value_t type) {
    if (stack_.size() >= kMaxJsonDepth) return false;
    Json& value = place();
    value = Json(type);
    stack_.push_back(&value);
    return true;
  }
  bool close() {
    stack_.pop_back();
    return true;
  }

  Json& root_;
  std::vector<Json*> stack_;  // the open arrays and objects; each stays where it is while it is open
  Json* member_ = nullptr;
};

}  // namespace

std::optional<Json> parseJson(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) return std::nullopt;
  Json value;
  Builder builder(value);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  return value;
}

const Json* findMember(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(name);
  return it == object.end() ? nullptr : &*it;
}

const std::string* findString(const Json& object, const char* name, std::size_t max_bytes) {
  const Json* member = findMember(object, name);
  if (member == nullptr) return nullptr;
  const auto* text = member->get_ptr<const std::string*>();
  return text != nullptr && text->size() <= max_bytes ? text : nullptr;
}

std::optional<bool> findBool(const Json& object, const char* name) {
  const Json* member = findMember(object, name);
  if (member == nullptr) return std::nullopt;
  const bool* value = member->get_ptr<const bool*>();
  return value == nullptr ? std::nullopt : std::optional<bool>(*value);
}

std::optional<std::int64_t> toInteger(const Json& value, std::int64_t min, std::int64_t max) {
  std::int64_t number = 0;
  if (const auto* u = value.get_ptr<const std::uint64_t*>(); u != nullptr) {
    if (*u > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    number = static_cast<std::int64_t>(*u);
  } else if (const auto* i = value.get_ptr<const std::int64_t*>(); i != nullptr) {
    number = *i;
  } else {
    return std::nullopt;
  }
  if (number < min || number > max) return std::nullopt;
  return number;
}

std::optional<std::int64_t> findInteger(const Json& object, const char* name, std::int64_t min, std::int64_t max) {
  const Json* member = findMember(object, name);
  return member == nullptr ? std::nullopt : toInteger(*member, min, max);
}

std::string encodeBase64(const Bytes& bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t triple = (std::uint32_t{bytes[i]} << 16) | (left > 1 ? std::uint32_t{bytes[i + 1]} << 8 : 0) |
                                 (left > 2 ? std::uint32_t{bytes[i + 2]} : 0);
    out += kBase64[triple >> 18];
    out += kBase64[(triple >> 12) & 63];
    out += left > 1 ? kBase64[(triple >> 6) & 63] : '=';
    out += left > 2 ? kBase64[triple & 63] : '=';
  }
  return out;
}

std::optional<Bytes> decodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const int padding = !last || text[i + 3] != '=' ? 0 : text[i + 2] == '=' ? 2 : 1;
    std::uint32_t triple = 0;
    for (int k = 0; k < 4; ++k) {
      const std::size_t value = k >= 4 - padding ? 0 : kBase64.find(text[i + static_cast<std::size_t>(k)]);
      if (value == std::string_view::npos) return std::nullopt;
      triple = (triple << 6) | static_cast<std::uint32_t>(value);
    }
    out.push_back(static_cast<std::uint8_t>(triple >> 16));
    if (padding < 2) out.push_back(static_cast<std::uint8_t>(triple >> 8));
    if (padding < 1) out.push_back(static_cast<std::uint8_t>(triple));
  }
  return out;
}

// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool isValidUtf8(const std::uint8_t* data, std::size_t size) {
  for (std::size_t i = 0; i < size;) {
    const std::uint8_t lead = data[i];
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t length = 0;
    std::uint32_t code = 0;
    if (lead >= 0xc2 && lead <= 0xdf) {
      length = 2;
      code = lead & 0x1f;
    } else if ((lead & 0xf0) == 0xe0) {
      length = 3;
      code = lead & 0x0f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      length = 4;
      code = lead & 0x07;
    } else {
      return false;
    }
    if (size - i < length) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((data[i + k] & 0xc0) != 0x80) return false;
      code = (code << 6) | (data[i + k] & 0x3f);
    }
    if (length == 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) return false;
    if (length == 4 && (code < 0x10000 || code > 0x10ffff)) return false;
    i += length;
  }
  return true;
}

void JsonWriter::string(std::string_view text) {
  separate();
  constexpr std::string_view kHex = "0123456789abcdef";
  out_ += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out_ += "\\\""; break;
      case '\\': out_ += "\\\\"; break;
      case '\n': out_ += "\\n"; break;
      case '\r': out_ += "\\r"; break;
      case '\t': out_ += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out_ += "\\u00";
          out_ += kHex[static_cast<unsigned char>(c) >> 4];
          out_ += kHex[static_cast<unsigned char>(c) & 15];
        } else {
          out_ += c;
        }
    }
  }
  out_ += '"';
}

void JsonWriter::integer(std::int64_t value) {
  separate();
  std::array<char, 24> digits{};
  std::size_t n = digits.size();
  const bool negative = value < 0;
  std::uint64_t rest = negative ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  do {
    digits[--n] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (negative) digits[--n] = '-';
  out_.append(&digits[n], digits.size() - n);
}

}  // namespace tessera::session
