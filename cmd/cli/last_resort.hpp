// What is said when neither a tool nor `run` can say it.
#pragma once

namespace pairalign::cli {

/// Ends the tool with a message and status 2, not with a bare SIGBUS, when a file that is read
/// through a mapping is cut short meanwhile, or its disk fails; likewise when a library crashes for
/// lack of memory, or ends the tool by itself, as libgomp then does: its status 1 means something
/// else here. Nothing half written is left by that: what has a name was made under another one
/// first.
///
/// Linking this file also does so for memory that runs out where nobody catches it: before `run`
/// and in threads.
void guard_against_sudden_ends();

/// To be called where a lack of memory was caught and the work goes on: a crash later on is of
/// another cause.
void memory_is_back();

/// From here on the program ends with the status that it returns.
void let_program_end();

}  // namespace pairalign::cli
