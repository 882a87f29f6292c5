// y = x / ‖x‖ over each row
#pragma once

namespace pairalign::nn {

/// x, y: (rows, width); `norms` (rows) receives ‖x‖, bounded below by 1e-6. y may be x.
void l2_normalize_forward(const float* x, int rows, int width, float* y, float* norms);
/// dx = (dy − y (y · dy)) / ‖x‖; `y` and `norms` as forward left them. dx may be dy.
void l2_normalize_backward(const float* y, const float* norms, const float* dy, int rows, int width,
                           float* dx);

}  // namespace pairalign::nn
