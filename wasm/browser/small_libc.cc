// SPDX-License-Identifier: Apache-2.0
// Functions of the C library, small: the linker puts them in the place of the originals (--wrap).
//
// nlohmann/json calls snprintf for error texts that nobody reads (parsing failures are values), strtod for numbers with a
// fraction or an exponent, which no message of the protocol has, and strtoll and strtoull for integers. Embind calls siprintf
// with "%p" to name types that are not bound. Together with the soft-float long double arithmetic behind them the originals
// are 13 kB of a first call's download.

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdint>

extern "C" {

// Gives an empty text.
int __wrap_snprintf(char* out, std::size_t size, const char* /*format*/, ...) {
  if (size > 0) out[0] = '\0';
  return 0;
}

// Writes the one argument, a pointer, as hexadecimal digits, whatever the format.
int __wrap_siprintf(char* out, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const auto value = reinterpret_cast<std::uintptr_t>(va_arg(arguments, void*));
  va_end(arguments);
  int length = 0;
  for (int shift = 28; shift >= 0; shift -= 4) out[length++] = "0123456789abcdef"[(value >> shift) & 15];
  out[length] = '\0';
  return length;
}

// Takes the digits of a decimal integer; out of range: errno is ERANGE, as the original has it.
unsigned long long __wrap_strtoull(const char* text, char** end, int /*base*/) {
  unsigned long long value = 0;
  for (; *text >= '0' && *text <= '9'; ++text) {
    const unsigned digit = static_cast<unsigned>(*text - '0');
    if (value > (UINT64_MAX - digit) / 10) errno = ERANGE;
    value = value * 10 + digit;
  }
  *end = const_cast<char*>(text);
  return value;
}

long long __wrap_strtoll(const char* text, char** end, int base) {
  const bool negative = *text == '-';
  const unsigned long long value = __wrap_strtoull(text + (negative ? 1 : 0), end, base);
  if (value > static_cast<unsigned long long>(INT64_MAX)) errno = ERANGE;
  return negative ? -static_cast<long long>(value) : static_cast<long long>(value);
}

// Takes what JSON's grammar calls a number; may differ from the correctly rounded value in the last digits.
double __wrap_strtod(const char* text, char** end) {
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  const bool negative = *text == '-';
  if (negative) ++text;
  double value = 0;
  int exponent = 0;
  for (; isDigit(*text); ++text) value = value * 10 + (*text - '0');
  if (*text == '.') {
    for (++text; isDigit(*text); ++text) {
      value = value * 10 + (*text - '0');
      --exponent;
    }
  }
  if (*text == 'e' || *text == 'E') {
    ++text;
    const bool below = *text == '-';
    if (*text == '-' || *text == '+') ++text;
    int written = 0;
    for (; isDigit(*text); ++text) {
      if (written < 1000) written = written * 10 + (*text - '0');  // Beyond the range of double either way.
    }
    exponent += below ? -written : written;
  }
  for (; exponent > 0; --exponent) value *= 10;
  for (; exponent < 0; ++exponent) value /= 10;
  if (end != nullptr) *end = const_cast<char*>(text);
  return negative ? -value : value;
}

}  // extern "C"
