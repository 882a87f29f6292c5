// pa-manual: manual pages and completions from the option tables. Part of the build and not
// installed; `make manual` runs it.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "base/file.hpp"
#include "manual/manual.hpp"

namespace pairalign::manual {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  replace_file(path.string(), text);
}

void write_all(const fs::path& folder) {
  for (const OptionTable& table : option_tables()) {
    const std::string& tool = table.tool.name;
    write(folder / "man" / (tool + ".1"), man_page(table, PAIRALIGN_VERSION));
    write(folder / "completions" / "bash" / (tool + ".bash"), bash_completion(table));
    write(folder / "completions" / "zsh" / ("_" + tool), zsh_completion(table));
    write(folder / "completions" / "fish" / (tool + ".fish"), fish_completion(table));
  }
}

// As Markdown, one ```sh block each, the form in which a test runs the examples of all documents.
bool print_examples(const std::string& name) {
  for (const OptionTable& table : option_tables()) {
    const cli::Tool& tool = table.tool;
    if (tool.name != name) continue;
    std::string text = "# " + tool.name + "\n";
    if (!tool.preparation.empty()) text += "\n```sh\n" + tool.preparation + "\n```\n";
    for (const cli::Example& example : tool.examples)
      text += '\n' + example.purpose + ":\n```sh\n" + example.command + "\n```\n";
    std::fputs(text.c_str(), stdout);
    return true;
  }
  return false;
}

}  // namespace
}  // namespace pairalign::manual

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  try {
    if (argc == 2 && first.compare(0, 1, "-") != 0) {
      pairalign::manual::write_all(first);
      return 0;
    }
    if (argc == 3 && first == "--examples" && pairalign::manual::print_examples(argv[2])) return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pa-manual: %s\n", error.what());
    return 2;
  }
  std::fputs(
      "usage: pa-manual FOLDER           write man/ and completions/ into it\n"
      "       pa-manual --examples TOOL  print the examples of a tool as Markdown\n",
      stderr);
  return 2;
}
