// SPDX-License-Identifier: Apache-2.0
// Opus as a worker sees it.
#include "codecs/opus/opus_port.h"

namespace tessera::opus {
namespace {

Produced failed(const Error& error) { return {std::string(toString(error.code)), error.message, 0, 0}; }
Produced notConfigured() { return {"invalid-argument", "configure first", 0, 0}; }
Produced outcome(const Result<void>& result) { return result ? Produced{} : failed(result.error()); }
Duration micros(double value) { return Duration::micros(static_cast<std::int64_t>(value)); }
DataRate rate(double bits_per_second) { return DataRate::bitsPerSecond(static_cast<std::int64_t>(bits_per_second)); }

template <class T>
std::uint32_t address(const T* data) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(data));
}

template <class T>
Produced produced(const Result<std::span<const T>>& result) {
  if (!result) return failed(result.error());
  return {{}, {}, address(result.value().data()), static_cast<std::uint32_t>(result.value().size())};
}

}  // namespace

Produced AudioEncoderPort::configure(const AudioSettings& settings) {
  encoder_.reset();
  AudioEncoderConfig config;
  config.channels = settings.channels;
  config.bitrate = rate(settings.bitrate);
  config.frame = micros(settings.frame_micros);
  config.application = settings.application;
  config.complexity = settings.complexity;
  config.in_band_fec = settings.in_band_fec;
  config.dtx = settings.dtx;
  config.constant_rate = settings.constant_rate;
  config.expected_loss_percent = settings.expected_loss_percent;
  config.dred_ms = settings.dred_ms;
  auto encoder = AudioEncoder::create(config);
  if (!encoder) return failed(encoder.error());
  encoder_ = std::move(encoder).value();
  input_.assign(static_cast<std::size_t>(encoder_->frameSamples() * config.channels), 0.0F);
  return {};
}

std::uint32_t AudioEncoderPort::input() { return address(input_.data()); }
Produced AudioEncoderPort::encode() { return encoder_ ? produced(encoder_->encode(input_)) : notConfigured(); }
Produced AudioEncoderPort::setBitrate(double bitrate) { return encoder_ ? outcome(encoder_->setBitrate(rate(bitrate))) : notConfigured(); }
Produced AudioEncoderPort::setExpectedLoss(int percent) { return encoder_ ? outcome(encoder_->setExpectedLoss(percent)) : notConfigured(); }
Produced AudioEncoderPort::setInBandFec(bool on) { return encoder_ ? outcome(encoder_->setInBandFec(on)) : notConfigured(); }
Produced AudioEncoderPort::setDtx(bool on) { return encoder_ ? outcome(encoder_->setDtx(on)) : notConfigured(); }

Produced AudioDecoderPort::configure(int channels) {
  decoder_.reset();
  auto decoder = AudioDecoder::create(channels);
  if (!decoder) return failed(decoder.error());
  decoder_ = std::move(decoder).value();
  return {};
}

std::uint32_t AudioDecoderPort::input(std::uint32_t size) {
  input_.resize(size);
  return address(input_.data());
}

Produced AudioDecoderPort::decode() { return decoder_ ? produced(decoder_->decode(input_)) : notConfigured(); }
Produced AudioDecoderPort::conceal(double lost_micros) { return decoder_ ? produced(decoder_->conceal(micros(lost_micros))) : notConfigured(); }
Produced AudioDecoderPort::recover(double lost_micros) { return decoder_ ? produced(decoder_->recover(input_, micros(lost_micros))) : notConfigured(); }
Produced AudioDecoderPort::recoverFar(double before_micros, double lost_micros) {
  return decoder_ ? produced(decoder_->recoverFar(input_, micros(before_micros), micros(lost_micros))) : notConfigured();
}

}  // namespace tessera::opus
