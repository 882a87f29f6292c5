// Which of the teacher's frames each frame of a student's piece is held against: the same moment of
// the same recording or, where a natural pair crosses over, the frame of the partner that dynamic
// time warping puts beside it.
#pragma once

#include <vector>

#include "audio/log_mel.hpp"
#include "train/crop_plan.hpp"

namespace pairalign::train {

/// For each frame of two spans, the frame of the other that stands beside it.
struct FrameAlignment {
  std::vector<int> to_b;  ///< (frames of a)
  std::vector<int> to_a;  ///< (frames of b)
};

/// Dynamic time warping (Sakoe and Chiba 1978) of `a` (a_frames, dimension) and `b` (b_frames,
/// dimension), rows of unit length: the path from corner to corner by steps (1,1), (1,0), (0,1)
/// whose sum of 1 − cosine is smallest. Where it puts several frames beside one, that one is
/// given the most alike. At least one frame each.
FrameAlignment align_frames(const float* a, int a_frames, const float* b, int b_frames,
                            int dimension);

/// For each encoder frame of a view, the teacher's frame at the same moment of the recording.
std::vector<int> match_frames(const audio::LogMelConfig& features, const CropPlan& crop,
                              const ViewPlan& view, int view_frames, int crop_frames);

/// For each frame of all `crops`, which stand one after another, `crop_frames` of each: the row of
/// the partner that DTW over `embeddings` (Σ crop_frames, dimension), rows of unit length, puts
/// beside it, inside the span of a natural pair; elsewhere its own row.
std::vector<int> crossed_rows(const audio::LogMelConfig& features,
                              const std::vector<CropPlan>& crops,
                              const std::vector<int>& crop_frames, const float* embeddings,
                              int dimension);

/// For each frame of all views of `crops`, the row of the teacher's frames that it is held against;
/// arguments as above.
std::vector<int> match_views(const audio::LogMelConfig& features,
                             const std::vector<CropPlan>& crops,
                             const std::vector<int>& crop_frames, const float* embeddings,
                             int dimension);

}  // namespace pairalign::train
