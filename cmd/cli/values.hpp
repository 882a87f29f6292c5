// Permitted values of options, defined once for parser, help, manual and completions; and how
// --help looks.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/tool.hpp"

namespace pairalign::cli {

// The name of a value, set by CLI::Option::type_name, determines what completions offer. A
// positional argument is named after its value.
constexpr const char* kPath = "PATH";        ///< audio files and folders
constexpr const char* kArchive = "ARCHIVE";  ///< folders NAME.pai
constexpr const char* kModel = "MODEL";      ///< safetensors files and names of installed models
constexpr const char* kRecipe = "RECIPE";    ///< JSON files
constexpr const char* kFolder = "DIR";
constexpr const char* kFile = "FILE";
constexpr const char* kArchiveOrFile = "ARCHIVE|FILE";

/// The name of an option's value without what CLI11 appends to it; empty for flags.
std::string value_name(const CLI::Option& option);

/// A check that a value is one of `choices`. Its message suggests the nearest one.
CLI::Validator one_of(const std::vector<std::string>& choices);

/// A check for numbers of 0 or more; rejects "nan" and "inf", which bound nothing.
CLI::Validator not_negative();

/// Registers an option whose value is one of `choices`.
template <class Value>
CLI::Option* add_choice(CLI::App& app, const std::string& names, Value& value,
                        const std::string& description, const std::vector<std::string>& choices) {
  return app.add_option(names, value, description)->type_name("NAME")->check(one_of(choices));
}

/// Registers an option whose value, called `letter` in help, is a number of 0 or more.
template <class Value>
CLI::Option* add_number(CLI::App& app, const std::string& names, Value& value, const char* letter,
                        const std::string& description) {
  return app.add_option(names, value, description)->type_name(letter)->check(not_negative());
}

/// The words that `one_of` accepts; empty for options without that check.
std::vector<std::string> choices_of(CLI::Option& option);

/// The description of an option, with its choices (unless it names them all) and default.
std::string describe(CLI::Option& option);

/// The word that was probably meant by `typed`: one that begins with it, else the one fewest edits
/// away if these are at most a third of its length; empty if none is near.
std::string nearest(const std::string& typed, const std::vector<std::string>& words);

/// `text` broken between words at 80 columns; every line after the first is indented.
std::string wrap(const std::string& text, std::size_t indent);

/// Gives `app` the name and the text of `tool`, and the look of its help.
void set_help(CLI::App& app, const Tool& tool);

}  // namespace pairalign::cli
