#include "audio/fft.hpp"

#include <map>
#include <new>

#include <kiss_fftr.h>

namespace pairalign::audio {
namespace {

struct FreePlan {
  void operator()(kiss_fftr_cfg plan) const { kiss_fftr_free(plan); }
};
using Plan = std::unique_ptr<kiss_fftr_state, FreePlan>;

Plan make_plan(int points, bool inverse) {
  Plan plan(kiss_fftr_alloc(points, inverse ? 1 : 0, nullptr, nullptr));
  if (!plan) throw std::bad_alloc();
  return plan;
}

// kiss_fft_cpx is {float r, i}, the layout that the standard guarantees for std::complex<float>.
static_assert(sizeof(kiss_fft_cpx) == sizeof(std::complex<float>));

}  // namespace

struct RealFft::Plans {
  Plan forward;
  Plan inverse;
};

RealFft::RealFft(int points)
    : plans_(new Plans{make_plan(points, false), make_plan(points, true)}) {}
RealFft::~RealFft() = default;
RealFft::RealFft(RealFft&&) noexcept = default;

RealFft& RealFft::of_this_thread(int points) {
  thread_local std::map<int, RealFft> plans;
  return plans.try_emplace(points, points).first->second;
}

void RealFft::forward(const float* samples, std::complex<float>* bins) {
  kiss_fftr(plans_->forward.get(), samples, reinterpret_cast<kiss_fft_cpx*>(bins));
}

void RealFft::inverse(const std::complex<float>* bins, float* samples) {
  kiss_fftri(plans_->inverse.get(), reinterpret_cast<const kiss_fft_cpx*>(bins), samples);
}

}  // namespace pairalign::audio
