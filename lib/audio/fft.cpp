#include "audio/fft.hpp"

#include <map>
#include <new>

#include <kiss_fftr.h>

namespace pairalign::audio {

// kiss_fft_cpx is {float r, i}, the layout that the standard guarantees for std::complex<float>.
static_assert(sizeof(kiss_fft_cpx) == sizeof(std::complex<float>));

RealFft::Plan RealFft::make_plan(int points, bool inverse) {
  Plan plan(kiss_fftr_alloc(points, inverse ? 1 : 0, nullptr, nullptr),
            [](kiss_fftr_state* state) { kiss_fftr_free(state); });
  if (!plan) throw std::bad_alloc();
  return plan;
}

RealFft::RealFft(int points)
    : forward_(make_plan(points, false)), inverse_(make_plan(points, true)) {}

RealFft& RealFft::of_this_thread(int points) {
  thread_local std::map<int, RealFft> plans;
  return plans.try_emplace(points, points).first->second;
}

void RealFft::forward(const float* samples, std::complex<float>* bins) {
  kiss_fftr(forward_.get(), samples, reinterpret_cast<kiss_fft_cpx*>(bins));
}

void RealFft::inverse(const std::complex<float>* bins, float* samples) {
  kiss_fftri(inverse_.get(), reinterpret_cast<const kiss_fft_cpx*>(bins), samples);
}

}  // namespace pairalign::audio
