// SPDX-License-Identifier: Apache-2.0
// Stands in for the MMX header, which Emscripten does not have and libvpx includes without need.
