// SPDX-License-Identifier: Apache-2.0
// Lays a model's weights out in the order in which the kernels read them.
#pragma once

#include <cstddef>
#include <vector>

#include "wasm/video/segmentation/model.h"
#include "wasm/video/segmentation/plan.h"

namespace tessera::video::segmentation {

/**
 * Sets the `weights` and `bias` places of every node. They do not depend on shapes: they stay true when the input is resized.
 * @return how many parameters there are
 */
std::size_t placeParameters(std::vector<Node>& nodes);

/**
 * @param plan made of `model`'s operations
 * @return the parameters that its places point into
 */
std::vector<float> packParameters(const Model& model, const Plan& plan);

}  // namespace tessera::video::segmentation
