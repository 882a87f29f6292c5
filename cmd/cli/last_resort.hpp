// What is said when neither a tool nor `run` can say it.
#pragma once

namespace pairalign::cli {

/// A file that is read through a mapping and cut short meanwhile, or whose disk fails, ends the
/// tool with a message and status 2, not with a bare SIGBUS. Nothing half written is left by that:
/// what has a name was made under another one first.
///
/// Linking this file also does so for memory that runs out where nobody catches it: before `run`
/// and in threads.
void tell_of_lost_files();

}  // namespace pairalign::cli
