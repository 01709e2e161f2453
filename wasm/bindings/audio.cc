// SPDX-License-Identifier: Apache-2.0
// The module `audio`: the mixer as plain exports, for an AudioWorklet. Addresses are bytes in the exported memory, which never grows.
#include "wasm/audio/mixer.h"

namespace {
tessera::audio::Mixer mixer;
}

#define TESSERA_EXPORT(name) extern "C" __attribute__((export_name(name)))

TESSERA_EXPORT("start") bool audio_start(float sample_rate, bool riding) { return mixer.start(sample_rate, riding); }
TESSERA_EXPORT("latency") int audio_latency() { return mixer.latency(); }
TESSERA_EXPORT("setInput") void audio_set_input(int index, float gain) { mixer.setInput(index, gain); }
TESSERA_EXPORT("removeInput") void audio_remove_input(int index) { mixer.removeInput(index); }
TESSERA_EXPORT("setOutput") void audio_set_output(int index, bool wanted) { mixer.setOutput(index, wanted); }
TESSERA_EXPORT("input") float* audio_input(int index) { return mixer.input(index).data(); }
TESSERA_EXPORT("output") const float* audio_output(int index) { return mixer.output(index).data(); }
TESSERA_EXPORT("process") void audio_process() { mixer.process(); }
TESSERA_EXPORT("activeSpeaker") int audio_active_speaker() { return mixer.activeSpeaker(); }
