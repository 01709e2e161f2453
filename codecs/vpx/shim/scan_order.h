// SPDX-License-Identifier: Apache-2.0
// Of VP9's scan orders, what follows from the order itself, computed when the module begins: tables of it are 8 kB of each module's
// download. The recipe takes the orders out of libvpx's vp9_scan.c and puts this around them.
#pragma once

#include <stdint.h>

// `inverse`: where in the order a position comes, counting from 1. `neighbors`: for each place in the order the two positions, decoded
// before, whose tokens are its context (the format's section 6.4.24): above and left, or twice the one that the order favours.
static void complete_scan(const int16_t *scan, int width, char favours, int16_t *inverse, int16_t *neighbors) {
  const int count = width * width;
  for (int place = 1; place < count; ++place) {
    const int at = scan[place];
    const int above = at - width;
    const int left = at - 1;
    const int has_above = at >= width;
    const int has_left = at % width != 0;
    neighbors[2 * place] = (int16_t)(has_above && !(has_left && favours == 'r') ? above : left);
    neighbors[2 * place + 1] = (int16_t)(has_left && !(has_above && favours == 'c') ? left : above);
  }
  for (int place = 0; place < count; ++place) inverse[scan[place]] = (int16_t)(place + 1);
}
