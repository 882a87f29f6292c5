// Messages for failures that neither a tool nor `run` can report.
#pragma once

namespace pairalign::cli {

/// Ends the tool with a message and status 2, instead of a bare SIGBUS, when a memory-mapped file
/// is truncated or its disk fails; likewise when a library crashes for lack of memory, or exits by
/// itself, as libgomp then does, with status 1, which means something else here. No half-written
/// file is left: files are written under a temporary name and then renamed.
///
/// Linking this file also covers uncaught std::bad_alloc before `run` and in threads.
void guard_against_sudden_ends();

/// Call this when std::bad_alloc was caught and the work goes on: a later crash has another cause.
void memory_is_back();

/// From here on, exiting is intended: the program's own exit status stands.
void let_program_end();

}  // namespace pairalign::cli
