// SPDX-License-Identifier: Apache-2.0
// Included ahead of each of libvpx's C files: nothing prints in a worker, so that the C library's formatted output is left out.
//
// libvpx prints statistics for its developers, and formats one text that is read: the detail of an error, which here is the
// format itself ("Failed to allocate %s").
#pragma once

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define printf(...) 0
#define fprintf(...) 0

static inline int tessera_copy_format(char *out, size_t size, const char *format) {
  size_t length = strlen(format);
  if (size == 0) return 0;
  if (length >= size) length = size - 1;
  memcpy(out, format, length);
  out[length] = '\0';
  return (int)length;
}

#define vsnprintf(out, size, format, list) tessera_copy_format(out, size, format)
#define snprintf(out, size, ...) tessera_copy_format(out, size, "")

// One text for every failed allocation, instead of one each that names a variable.
#include "vpx/internal/vpx_codec_internal.h"
#undef CHECK_MEM_ERROR
#define CHECK_MEM_ERROR(error, lval, expr)                                                   \
  do {                                                                                       \
    (lval) = (expr);                                                                         \
    if (!(lval)) vpx_internal_error(error, VPX_CODEC_MEM_ERROR, "out of memory");            \
  } while (0)
