// The teacher's frame that each frame of a student's piece is matched with: the same moment of the
// same recording or, where a natural pair is crossed over, the frame of the partner that dynamic
// time warping aligns with it.
#pragma once

#include <vector>

#include "audio/log_mel.hpp"
#include "train/crop_plan.hpp"

namespace pairalign::train {

/// For each frame of two spans, the frame of the other that is aligned with it.
struct FrameAlignment {
  std::vector<int> to_b;  ///< (frames of a)
  std::vector<int> to_a;  ///< (frames of b)
};

/// Dynamic time warping (Sakoe and Chiba 1978) of `a` (a_frames, dimension) and `b` (b_frames,
/// dimension), rows of unit length: the path from corner to corner by steps (1,1), (1,0), (0,1)
/// whose sum of 1 − cosine is smallest. A frame aligned with several others gets the most similar
/// one. Each needs at least one frame.
FrameAlignment align_frames(const float* a, int a_frames, const float* b, int b_frames,
                            int dimension);

/// For each encoder frame of a view, the teacher's frame at the same moment of the recording.
std::vector<int> match_frames(const audio::LogMelConfig& features, const CropPlan& crop,
                              const ViewPlan& view, int view_frames, int crop_frames);

/// For each frame of all `crops`, laid end to end, with `crop_frames` of each: inside the span of a
/// natural pair, the row of the partner that DTW over `embeddings` (Σ crop_frames, dimension), rows
/// of unit length, aligns with it; elsewhere its own row.
std::vector<int> crossed_rows(const audio::LogMelConfig& features,
                              const std::vector<CropPlan>& crops,
                              const std::vector<int>& crop_frames, const float* embeddings,
                              int dimension);

/// For each frame of all views of `crops`, the row of the teacher's frames that it is matched with;
/// arguments as above.
std::vector<int> match_views(const audio::LogMelConfig& features,
                             const std::vector<CropPlan>& crops,
                             const std::vector<int>& crop_frames, const float* embeddings,
                             int dimension);

}  // namespace pairalign::train
