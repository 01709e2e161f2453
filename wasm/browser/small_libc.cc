// SPDX-License-Identifier: Apache-2.0
// Two functions of the C library, small: the linker puts them in the place of snprintf and strtod (--wrap).
//
// Only nlohmann/json calls those here: snprintf for error texts that nobody reads (parsing failures are values), strtod for
// numbers with a fraction or an exponent, which no message of the protocol has. Together with the soft-float long double
// arithmetic behind them the originals are 10 kB of a first call's download.

#include <cstddef>

extern "C" {

// Gives an empty text.
int __wrap_snprintf(char* out, std::size_t size, const char* /*format*/, ...) {
  if (size > 0) out[0] = '\0';
  return 0;
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
