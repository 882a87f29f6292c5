// All objectives, in the order in which they add to the gradients.
#include "train/objective.hpp"

namespace pairalign::train {

ObjectiveLoss token_loss, pointer_loss, end_loss, entropy_loss, contrast_loss, frame_loss;

const std::vector<Objective>& objectives() {
  static const std::vector<Objective> all = {
      // name, loss, weight in stage II, in stage III
      {nullptr, token_loss, 1, 1},           {"pointer", pointer_loss, 0.3, 0.3},
      {"end", end_loss, 0.5, 0.5},           {"entropy", entropy_loss, 0, 0.03},
      {"contrast", contrast_loss, 0.1, 0.1}, {"frame", frame_loss, 0, 0.5},
  };
  return all;
}

}  // namespace pairalign::train
