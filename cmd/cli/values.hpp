// What the value of an option may be, said once for parser, help, manual and completions.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace pairalign::cli {

// The name of a value, which CLI::Option::type_name sets, says what completions offer. A positional
// argument is named after its value.
constexpr const char* kPath = "PATH";        ///< audio files and folders
constexpr const char* kArchive = "ARCHIVE";  ///< folders NAME.pai
constexpr const char* kModel = "MODEL";      ///< safetensors files and names of installed models
constexpr const char* kRecipe = "RECIPE";    ///< JSON files
constexpr const char* kFolder = "DIR";
constexpr const char* kFile = "FILE";
constexpr const char* kArchiveOrFile = "ARCHIVE|FILE";

/// The name of an option's value without what CLI11 appends to it; empty for flags.
std::string value_name(const CLI::Option& option);

/// A check for values that are words of a list. Its message names the word that comes nearest.
CLI::Validator one_of(const std::vector<std::string>& choices);

/// A check for numbers of 0 or more; "nan" and "inf" bound nothing and are none.
CLI::Validator not_negative();

/// The words that `one_of` lets pass; none for options without that check.
std::vector<std::string> choices_of(CLI::Option& option);

/// What an option is for, with its choices, unless its description goes through them, and default.
std::string describe(CLI::Option& option);

/// The word that was probably meant by `typed`: the one of which it is the beginning, else the one
/// fewest edits away when these are at most a third of it; empty where none is near.
std::string nearest(const std::string& typed, const std::vector<std::string>& words);

}  // namespace pairalign::cli
