// SPDX-License-Identifier: Apache-2.0
// Lays a model's weights out in the order in which the kernels read them.
#pragma once

#include <vector>

#include "wasm/video/segmentation/model.h"
#include "wasm/video/segmentation/plan.h"

namespace tessera::video::segmentation {

/**
 * @param nodes one per operation of `model`; their `weights` and `bias` places are set
 * @return the parameters that these places point into
 */
std::vector<float> packParameters(const Model& model, std::vector<Node>& nodes);

}  // namespace tessera::video::segmentation
