// SPDX-License-Identifier: Apache-2.0
// NEON's intrinsics through SIMDe, with the few that libvpx uses and older versions of SIMDe lack.
#pragma once

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/arm/neon.h>

#ifndef vmla_lane_s16
#define vmla_lane_s16(a, b, v, lane) vmla_s16((a), (b), vdup_lane_s16((v), (lane)))
#endif
#ifndef vmlaq_lane_s16
#define vmlaq_lane_s16(a, b, v, lane) vmlaq_s16((a), (b), vdupq_lane_s16((v), (lane)))
#endif
#ifndef vabal_u8
#define vabal_u8(a, b, c) vaddw_u8((a), vabd_u8((b), (c)))
#endif
