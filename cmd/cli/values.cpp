#include "cli/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace pairalign::cli {
namespace {

using CLI::detail::join;

constexpr const char* kChoice = "choice";  // name by which the check is found again
constexpr char kSeparator = '|';           // of the words in its description

// Edits: substitution, deletion, insertion, or transposition of neighbours (optimal string
// alignment).
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({replaced, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

// "a, b or c".
std::string alternatives(const std::vector<std::string>& words) {
  if (words.size() < 2) return join(words);
  return join(std::vector<std::string>(words.begin(), words.end() - 1), ", ") + " or " +
         words.back();
}

}  // namespace

std::string value_name(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true, false);
  if (option.get_type_size() == 0) return {};
  const std::string name = option.get_type_name();
  return name.substr(0, name.find(':'));
}

CLI::Validator one_of(const std::vector<std::string>& choices) {
  const auto check = [choices](const std::string& value) -> std::string {
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) return {};
    const std::string meant = nearest(value, choices);
    return "'" + value + "' is not one of " + join(choices, ", ") +
           (meant.empty() ? "" : "; did you mean " + meant + "?");
  };
  return CLI::Validator(check, join(choices, std::string(1, kSeparator)), kChoice);
}

CLI::Validator not_negative() {
  const auto check = [](const std::string& value) -> std::string {
    double number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, fault] = std::from_chars(value.data(), end, number);
    if (fault == std::errc{} && stop == end && std::isfinite(number) && number >= 0) return {};
    std::string reason = "'" + value + "' is not a number of 0 or more";
    if (value.find(',') != std::string::npos) reason += "; decimals follow a point, as in 0.5";
    return reason;
  };
  return {check, "", "not negative"};
}

std::vector<std::string> choices_of(CLI::Option& option) {
  try {
    return CLI::detail::split(option.get_validator(kChoice)->get_description(), kSeparator);
  } catch (const CLI::OptionNotFound&) {  // no such check
    return {};
  }
}

std::string describe(CLI::Option& option) {
  std::string text = option.get_description();
  const std::vector<std::string> choices = choices_of(option);
  const bool explained = std::all_of(
      choices.begin(), choices.end(),
      [&](const std::string& choice) { return text.find(choice) != std::string::npos; });
  if (!explained) text += ": " + alternatives(choices);
  if (!option.get_default_str().empty()) text += " (default: " + option.get_default_str() + ')';
  return text;
}

std::string nearest(const std::string& typed, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (!typed.empty() && word.compare(0, typed.size(), typed) == 0) return word;
  }
  std::string best;
  std::size_t least = typed.size() / 3 + 1;
  for (const std::string& word : words) {
    const std::size_t distance = edit_distance(typed, word);
    if (distance < least) best = word, least = distance;
  }
  return best;
}

}  // namespace pairalign::cli
