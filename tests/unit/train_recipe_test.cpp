#include <doctest/doctest.h>

#include "base/error.hpp"
#include "train/corpus.hpp"
#include "train/recipe.hpp"

using namespace pairalign;
using namespace pairalign::train;

TEST_CASE("what is not given keeps its default, and a printed recipe reads back the same") {
  const Recipe recipe = parse_recipe(R"({"seed": 7, "geometric": {"steps": 12}})");
  CHECK(recipe.seed == 7);
  CHECK(recipe.geometric.steps == 12);
  CHECK(recipe.geometric.crops == Recipe{}.geometric.crops);
  CHECK(to_json(parse_recipe(to_json(recipe))) == to_json(recipe));
}

TEST_CASE("faults are named") {
  const auto reason = [](const char* text) {
    try {
      parse_recipe(text);
    } catch (const Error& error) {
      return error.reason();
    }
    return std::string("accepted");
  };
  CHECK(reason(R"({"geometric": {"stepz": 12}})") == "unknown key geometric.stepz");
  CHECK(reason(R"({"geometric": {"steps": "many"}})") == "geometric.steps: not a number");
  CHECK(reason(R"({"geometric": {"steps": 1.5}})") == "geometric.steps: not a whole number");
  CHECK(reason(R"({"geometric": {"steps": 0}})") ==
        "geometric.steps is 0, outside 1 .. 1000000000");
  CHECK(reason(R"({"geometric": 3})") == "geometric: not an object");
  CHECK(reason(R"({"encoder": {"width": 0}})") == "width is 0, outside 1 .. 4096");
  CHECK(reason("[]") == "the recipe: not an object");
  CHECK(reason("{").find("parse error") != std::string::npos);
}

TEST_CASE("the validation split follows the name of the file alone") {
  std::vector<std::string> paths;
  for (int i = 0; i < 2000; ++i)
    paths.push_back("corpus/" + std::to_string(i) + ".wav");
  const Split all = split_paths(paths, 0.1);
  CHECK(all.training.size() + all.validation.size() == paths.size());
  CHECK(all.validation.size() > 120);
  CHECK(all.validation.size() < 280);
  const Split half = split_paths({paths.begin(), paths.begin() + 1000}, 0.1);
  CHECK(std::equal(half.validation.begin(), half.validation.end(), all.validation.begin()));
  CHECK(split_paths(paths, 0).validation.empty());
  CHECK(split_paths({"elsewhere/" + all.validation[0].substr(7)}, 0.1).validation.size() == 1);
}
