// Recipes of the training. One that is taken must mean the same when it is printed and parsed
// again.
#include "train/recipe.hpp"

#include "base/error.hpp"
#include "harness.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pairalign;
  std::string printed;
  try {
    printed = train::to_json(train::parse_recipe(std::string(fuzz::as_text(data, size))));
  } catch (const Error&) {
    return 0;
  }
  fuzz::require(train::to_json(train::parse_recipe(printed)) == printed,
                "a recipe survives printing and parsing");
  return 0;
}
