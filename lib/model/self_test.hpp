// A signal that every build can make, and the codes a model gives it: a model file carries the
// codes of the machine that wrote it, so that one read with other features, or damaged, is found
// out.
#pragma once

#include <vector>

#include "model/model.hpp"

namespace pairalign::model {

/// Two seconds of gliding harmonics and noise bursts, from a formula and a fixed seed.
std::vector<float> self_test_signal();

/// The nearest code of each frame of that signal.
std::vector<int> self_test_codes(const Model& model);

/// Share of frames on which two code strings agree; 0 when their lengths differ. Other processors
/// round differently, so a few frames may differ: kSelfTestAgreement is asked for.
double agreement(const std::vector<int>& a, const std::vector<int>& b);
inline constexpr double kSelfTestAgreement = 0.9;

}  // namespace pairalign::model
