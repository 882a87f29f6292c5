// A signal that every build can make, and what a model makes of it: a model file carries the result
// of the machine that wrote it, so that one read with other features, or damaged, is found out.
#pragma once

#include <vector>

#include "model/model.hpp"

namespace pairalign::model {

/// Two seconds of gliding harmonics and noise bursts, from a formula and a fixed seed.
std::vector<float> self_test_signal();

/// What a model makes of that signal.
struct SelfTest {
  std::vector<int> codes;    ///< the nearest code of each frame
  std::vector<int> decoded;  ///< the token that the decoder writes over each frame, −1 where it has
                             ///< ended; empty without a decoder
};
SelfTest run_self_test(const Model& model);

/// Share of frames on which two code strings agree; 0 when their lengths differ. Other processors
/// round differently, so a few frames may differ: kSelfTestAgreement is asked for, and less of the
/// decoder, where one other token can change those after it.
double agreement(const std::vector<int>& a, const std::vector<int>& b);
inline constexpr double kSelfTestAgreement = 0.9;
inline constexpr double kDecoderSelfTestAgreement = 0.6;

}  // namespace pairalign::model
