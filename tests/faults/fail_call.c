// Preloaded into a tool (LD_PRELOAD), it makes one of the calls below fail, as a full disk, a broken
// disk or a lack of memory would.
//
//   FAIL_CALL    name of the call: write fsync rename mmap malloc ...
//   FAIL_AT      which of these calls fails, from 1
//   FAIL_ERRNO   the number that errno is set to
//   FAIL_FOREVER if set, all later ones fail as well
//   FAIL_REPORT  a file that is made when a call was failed: no such file, and the run met fewer calls
//
// Only calls that reach it through the dynamic linker count: those of the tool and of the libraries
// that it uses, not those that the C library makes within itself. Of mmap, only mappings of files.
// Counting begins with main: before it, nobody could say anything.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char wanted[20];  // empty: not yet in main, or nothing to fail
static long fail_at;
static int fail_errno;
static int forever;
static const char* report;
static atomic_long calls;

static int fails(const char* name) {
  if (wanted[0] == '\0' || strcmp(name, wanted) != 0) return 0;
  const long call = atomic_fetch_add(&calls, 1) + 1;
  if (forever ? call < fail_at : call != fail_at) return 0;
  const long fd = syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0) syscall(SYS_close, fd);
  errno = fail_errno;
  return 1;
}

static void begin(void) {
  const char* name = getenv("FAIL_CALL");
  if (name == NULL) return;
  fail_at = strtol(getenv("FAIL_AT"), NULL, 10);
  fail_errno = (int)strtol(getenv("FAIL_ERRNO"), NULL, 10);
  forever = getenv("FAIL_FOREVER") != NULL;
  report = getenv("FAIL_REPORT");
  strncpy(wanted, name, sizeof wanted - 1);
}

static int (*real_main)(int, char**, char**);

static int counted_main(int argc, char** argv, char** environment) {
  begin();
  const int status = real_main(argc, argv, environment);
  wanted[0] = '\0';
  return status;
}

int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void* stack_end) {
  int (*real)(int (*)(int, char**, char**), int, char**, void (*)(void), void (*)(void),
              void (*)(void), void*) = dlsym(RTLD_NEXT, "__libc_start_main");
  real_main = main;
  return real(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define SIMPLE(type, failure, name, parameters, arguments)         \
  type name parameters {                                           \
    static __typeof__(&name) real;                                 \
    if (real == NULL) real = REAL(name);                           \
    return fails(#name) ? (failure) : real arguments;              \
  }

SIMPLE(ssize_t, -1, write, (int fd, const void* data, size_t size), (fd, data, size))
SIMPLE(ssize_t, -1, read, (int fd, void* data, size_t size), (fd, data, size))
SIMPLE(ssize_t, -1, pread, (int fd, void* data, size_t size, off_t at), (fd, data, size, at))
SIMPLE(int, -1, fsync, (int fd), (fd))
SIMPLE(int, -1, close, (int fd), (fd))
SIMPLE(int, -1, rename, (const char* from, const char* to), (from, to))
SIMPLE(int, -1, unlink, (const char* path), (path))
SIMPLE(int, -1, mkdir, (const char* path, mode_t mode), (path, mode))
SIMPLE(int, -1, ftruncate, (int fd, off_t size), (fd, size))
SIMPLE(int, -1, fchmod, (int fd, mode_t mode), (fd, mode))
SIMPLE(int, -1, mkostemp, (char* path, int flags), (path, flags))
SIMPLE(off_t, -1, lseek, (int fd, off_t offset, int whence), (fd, offset, whence))
SIMPLE(int, -1, flock, (int fd, int operation), (fd, operation))
SIMPLE(int, -1, fstat, (int fd, struct stat* info), (fd, info))

// Counted as what it is to a user.
ssize_t writev(int fd, const struct iovec* pieces, int count) {
  static __typeof__(&writev) real;
  if (real == NULL) real = REAL(writev);
  return fails("write") ? -1 : real(fd, pieces, count);
}

void* mmap(void* address, size_t size, int protection, int flags, int fd, off_t offset) {
  static __typeof__(&mmap) real;
  if (real == NULL) real = REAL(mmap);
  return fd >= 0 && fails("mmap") ? MAP_FAILED : real(address, size, protection, flags, fd, offset);
}

int open(const char* path, int flags, ...) {
  static int (*real)(const char*, int, ...);
  if (real == NULL) real = dlsym(RTLD_NEXT, "open");
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list list;
    va_start(list, flags);
    mode = va_arg(list, mode_t);
    va_end(list);
  }
  return fails("open") ? -1 : real(path, flags, mode);
}

FILE* fopen(const char* path, const char* mode) {
  static __typeof__(&fopen) real;
  if (real == NULL) real = REAL(fopen);
  return fails("open") ? NULL : real(path, mode);
}

// Its faults are returned.
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) {
  static __typeof__(&pthread_create) real;
  if (real == NULL) real = REAL(pthread_create);
  return fails("pthread_create") ? fail_errno : real(thread, attributes, start, argument);
}

// dlsym itself allocates, so the C library is called by its own name.
extern void* __libc_malloc(size_t size);

void* malloc(size_t size) {
  return fails("malloc") ? NULL : __libc_malloc(size);
}
