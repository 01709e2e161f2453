// SPDX-License-Identifier: Apache-2.0
// The loops over samples. Counts are in samples and multiples of 4; nothing has to be aligned; no buffer may overlap another
// unless it is the very same one.
#pragma once

namespace tessera::audio {

// The sum of squares. NaN or infinite if a sample is.
float energy(const float* in, int count);

// The largest absolute value.
float peak(const float* in, int count);

// out[i] = a[i] + b[i]
void add(const float* a, const float* b, float* out, int count);

// out[i] = in[i] * gain, the gain a straight line that has left `from` behind at the first sample and is at `to` with the last.
void ramp(const float* in, float from, float to, float* out, int count);

}  // namespace tessera::audio
