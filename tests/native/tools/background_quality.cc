// SPDX-License-Identifier: Apache-2.0
// Prints how steady, how prompt and how exact the background effect is, as one JSON object.
//
// usage: TESSERA_FIXTURES=FOLDER background_quality [HEIGHT]
//   FOLDER holds astronaut.rgb and selfie_landscape.tsm (scripts/setup makes both); HEIGHT of the 16:9 films, default 720.
//   flicker_ratio: of the mask that is drawn with to the model's own, near the outline of a still person, sensor noise 4
//   lag_frames: the most that the mask is behind a person who moves 1 to 12 pixels a frame
//   edge_error: mean error of luma (0..255) near the outline, the worst of four pairs of light and dark person and room
#include <cstdio>
#include <cstdlib>

#include "tests/native/video/mask_quality.h"

using namespace tessera;
using namespace tessera::video::test;

int main(int argc, char** argv) {
  const int height = argc > 1 ? std::atoi(argv[1]) : 720;
  const PersonFilm film({height * 16 / 9, height});
  Effect effect;
  if (!film.ready() || effect.pipeline == nullptr) {
    std::fprintf(stderr, "TESSERA_FIXTURES does not name a folder with astronaut.rgb and selfie_landscape.tsm: run scripts/setup\n");
    return 1;
  }
  const Flicker flicker = measureFlicker(effect, film, 4, 16);
  double lag = 0;
  for (const double speed : {1.0, 3.0, 12.0}) lag = std::max(lag, measureLag(effect, film, speed * height / 720, 12));
  double edge = 0;
  double sum = 0;
  Shot shot;
  shot.noise = 2;
  for (const bool bright_person : {true, false}) {
    shot.person_gain = bright_person ? 1.0f : 0.4f;
    shot.person_lift = bright_person ? 50.0f : 0.0f;
    shot.room = bright_person ? 40.0f : 190.0f;
    for (const float behind : {32.0f, 210.0f}) {
      const double error = measureEdge(effect, film, shot, behind, 4);
      edge = std::max(edge, error);
      sum += error / 4;
    }
  }
  std::printf("{\"flicker_ratio\":%.4f,\"lag_frames\":%.2f,\"edge_error\":%.3f,\"edge_error_mean\":%.3f,\"raw_flicker\":%.4f,\"steadied_flicker\":%.4f,\"shown_flicker\":%.4f}\n",
              flicker.shown / flicker.raw, lag, edge, sum, flicker.raw, flicker.steadied, flicker.shown);
}
