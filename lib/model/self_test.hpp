// A signal that every build can generate, and the output of a model for it: a model file holds the
// output from the machine that wrote it, so that damage, or reading it with other features, is
// detected.
#pragma once

#include <vector>

#include "model/model.hpp"

namespace pairalign::model {

/// Two seconds of gliding harmonics and noise bursts, from a formula and a fixed seed.
std::vector<float> self_test_signal();

/// The output of a model for that signal.
struct SelfTest {
  std::vector<int> codes;    ///< the nearest code of each frame
  std::vector<int> decoded;  ///< the token that the decoder gives each frame, −1 after the end of
                             ///< its string; empty without a decoder
};
SelfTest run_self_test(const Model& model);

/// Share of frames on which two code strings agree; 0 when their lengths differ. Other processors
/// round differently, so a few frames may differ: kSelfTestAgreement is required, and less of the
/// decoder, where one different token can change those after it.
double agreement(const std::vector<int>& a, const std::vector<int>& b);
inline constexpr double kSelfTestAgreement = 0.9;
inline constexpr double kDecoderSelfTestAgreement = 0.6;

}  // namespace pairalign::model
