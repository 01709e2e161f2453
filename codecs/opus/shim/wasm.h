// SPDX-License-Identifier: Apache-2.0
// Included ahead of each of Opus's files: what it derives from the machine it is compiled for, as it is on WebAssembly.
//
// 64-bit integers are native, though pointers are not. A float is rounded by one instruction, not by a call of lrint(), nor by
// Emscripten's form of the x86 intrinsic, which calls it twice; both give the same integers in the range that Opus uses.
#pragma once

#include "config.h"

#include "celt/arch.h"

#undef OPUS_FAST_INT64
#define OPUS_FAST_INT64 1

// In the place of celt/float_cast.h.
#define FLOAT_CAST_H

static inline opus_int32 float2int(float x) { return (opus_int32)__builtin_nearbyintf(x); }

static inline float tessera_clamp(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

static inline opus_int16 FLOAT2INT16(float x) { return (opus_int16)float2int(tessera_clamp(x * CELT_SIG_SCALE, -32768, 32767)); }

static inline opus_int32 FLOAT2INT24(float x) { return float2int(tessera_clamp(x * (CELT_SIG_SCALE * 256.f), -16777216, 16777216)); }
