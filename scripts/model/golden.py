#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the reference mask of the segmentation test with LiteRT, which knows MediaPipe's custom operation.

    pip install ai-edge-litert==2.3.0 numpy
    python3 scripts/model/golden.py FIXTURES tests/native/data/astronaut_mask.u16

FIXTURES is the folder that `scripts/setup --only fixtures` fills. The output holds 256 x 144 little-endian 16-bit numbers:
the probability of a person times 65535, rounded.
"""
import pathlib
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter

fixtures, output = map(pathlib.Path, sys.argv[1:3])
interpreter = Interpreter(str(fixtures / "selfie_segmentation_landscape.tflite"))
interpreter.allocate_tensors()
picture = np.fromfile(fixtures / "astronaut-256x144.rgb", np.uint8).reshape(1, 144, 256, 3)
interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture.astype(np.float32) / np.float32(255))
interpreter.invoke()
mask = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0, :, :, 0]
output.parent.mkdir(parents=True, exist_ok=True)
np.rint(mask.astype(np.float64) * 65535).astype("<u2").tofile(output)
print(f"{output}: mean {mask.mean():.6f}")
